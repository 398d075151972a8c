#include "protocols/stun/behavior_discovery.h"

#include <algorithm>

#include "protocols/stun/writer.h"

namespace natbed {
namespace {

// Ten new transactions a second (RFC 5780 §4).
constexpr Duration kPace = Duration::milliseconds(100);

}  // namespace

void BehaviorDiscovery::on_start(Instant, Outbox& out) {
  const size_t count = config_.hairpin ? 3 : 2;
  for (size_t i = 0; i < count; ++i) out.open_udp(socket(i));
}

void BehaviorDiscovery::on_socket(Instant now, const SocketEvent& event, Outbox& out) {
  const size_t index = event.socket.value() - config_.first_socket.value();
  if (index >= local_.size() || done()) return;
  using enum SocketEvent::Kind;
  if (event.kind == kFailed) return finish(out);  // nothing can be said
  if (event.kind == kOpened) {
    local_[index] = event.local;
    const size_t count = config_.hairpin ? 3 : 2;
    const bool all_open =
        std::all_of(local_.begin(), local_.begin() + count, [](Endpoint e) { return e.port != 0; });
    if (test_ == Test::kIdle && all_open) next(now, Test::kMapping1), start(now, out);
  }
  // A hard ICMP error ends the transaction (RFC 8489 §6.2.1).
  if (event.kind == kUnreachable && transaction_.running() && index == socket_of(test_) &&
      test_ != Test::kHairpin) {
    transaction_.stop();
    on_silence(now, out);
  }
}

void BehaviorDiscovery::on_timeout(Instant now, Outbox& out) {
  if (now >= start_at_) return start(now, out);
  const StunTransaction::Step step = transaction_.step(now, rules());
  if (step == StunTransaction::Step::kSend) send(out);
  if (step == StunTransaction::Step::kGiveUp) on_silence(now, out);
}

Instant BehaviorDiscovery::deadline() const { return std::min(start_at_, transaction_.deadline()); }

void BehaviorDiscovery::on_datagram(Instant now, const Datagram& datagram, Outbox& out) {
  const auto message = StunMessage::parse(datagram.payload);
  if (!message || message->method() != StunMethod::kBinding) return;
  if (message->kind() == StunClass::kRequest) return on_hairpinned(*message, datagram, out);
  if (datagram.socket == socket(socket_of(test_)) && transaction_.awaits(*message)) {
    on_answer(now, *message, datagram, out);
  }
}

size_t BehaviorDiscovery::socket_of(Test test) const {
  if (test == Test::kFiltering2 || test == Test::kFiltering3) return kFiltering;
  return test == Test::kHairpinMapping ? kHairpinning : kMapping;
}

const RetransmitRules& BehaviorDiscovery::rules() const {
  const bool may_be_silent =
      test_ == Test::kFiltering2 || test_ == Test::kFiltering3 || test_ == Test::kHairpin;
  return may_be_silent ? config_.silence : config_.rules;
}

void BehaviorDiscovery::next(Instant now, Test test) {
  test_ = test;
  transaction_.stop();
  start_at_ = std::max(now, paced_until_);
}

void BehaviorDiscovery::start(Instant now, Outbox& out) {
  start_at_ = Instant::never();
  paced_until_ = now + kPace;
  transaction_.start(now, rng_, rules());
  send(out);
}

void BehaviorDiscovery::send(Outbox& out) {
  switch (test_) {
    case Test::kMapping1:
      return ask(kMapping, config_.server, 0, out);
    case Test::kMapping2:
      return ask(kMapping, {other_->ip, config_.server.port}, 0, out);
    case Test::kMapping3:
      return ask(kMapping, *other_, 0, out);
    case Test::kFiltering2:
      return ask(kFiltering, config_.server, kChangeIp | kChangePort, out);
    case Test::kFiltering3:
      return ask(kFiltering, config_.server, kChangePort, out);
    case Test::kHairpinMapping:
      return ask(kHairpinning, config_.server, 0, out);
    case Test::kHairpin:  // from both ends, so that a NAT that filters has seen both go out
      ask(kHairpinning, mapped_, 0, out);
      return ask(kMapping, mapped_hairpin_, 0, out);
    case Test::kIdle:
    case Test::kDone:
      return;
  }
}

void BehaviorDiscovery::ask(size_t from, const Endpoint& to, uint32_t change, Outbox& out) {
  StunWriter writer(out.prepare(kStunRoom), StunMethod::kBinding, StunClass::kRequest,
                    transaction_.id());
  if (change != 0) writer.u32(StunAttribute::kChangeRequest, change);
  writer.fingerprint();
  out.commit(socket(from), to, writer.finish(), {.traffic = Traffic::kStun});
}

void BehaviorDiscovery::on_answer(Instant now, const StunMessage& answer, const Datagram& datagram,
                                  Outbox& out) {
  const auto mapped = answer.mapped_address();
  const bool refused = answer.kind() == StunClass::kError;
  if (!refused && !mapped) return;
  result_.udp_works = true;
  switch (test_) {
    case Test::kMapping1:
      if (refused) return finish(out);
      return on_first_answer(now, answer, *mapped, datagram.local, out);
    case Test::kMapping2:
      if (refused) return next(now, Test::kFiltering2);
      mapped_by_other_ = *mapped;
      if (*mapped != mapped_) return next(now, Test::kMapping3);
      result_.mapping = ObservedDependence::kEndpointIndependent;
      return next(now, Test::kFiltering2);
    case Test::kMapping3:
      if (!refused) {
        result_.mapping = *mapped == mapped_by_other_
                              ? ObservedDependence::kAddressDependent
                              : ObservedDependence::kAddressAndPortDependent;
      }
      return next(now, Test::kFiltering2);
    case Test::kFiltering2:
    case Test::kFiltering3:
      // A server that refuses, or answers from where it was asked, cannot do this test.
      if (!refused && datagram.remote != config_.server) {
        result_.filtering = test_ == Test::kFiltering2 ? ObservedDependence::kEndpointIndependent
                                                       : ObservedDependence::kAddressDependent;
      }
      return after_filtering(now, out);
    case Test::kHairpinMapping:
      if (refused) return finish(out);
      mapped_hairpin_ = *mapped;
      return next(now, Test::kHairpin);
    case Test::kIdle:
    case Test::kHairpin:
    case Test::kDone:
      return;
  }
}

void BehaviorDiscovery::on_first_answer(Instant now, const StunMessage& answer,
                                        const Endpoint& mapped, const Endpoint& local,
                                        Outbox& out) {
  first_local_ = local;
  mapped_ = mapped;
  result_.behind_nat = mapped != local;
  if (!result_.behind_nat) result_.mapping = ObservedDependence::kEndpointIndependent;
  other_ = answer.address(StunAttribute::kOtherAddress);
  // Some servers name themselves: they have no other address (RFC 5780 §7.4).
  if (other_ && (other_->ip == config_.server.ip || other_->port == config_.server.port))
    other_.reset();
  if (!other_) return after_filtering(now, out);
  next(now, result_.behind_nat ? Test::kMapping2 : Test::kFiltering2);
}

void BehaviorDiscovery::after_filtering(Instant now, Outbox& out) {
  if (!config_.hairpin || !result_.behind_nat) return finish(out);
  next(now, Test::kHairpinMapping);
}

void BehaviorDiscovery::on_silence(Instant now, Outbox& out) {
  switch (test_) {
    // The alternate address cannot be reached, so nothing can come from there either.
    case Test::kMapping2:
    case Test::kMapping3:
      return after_filtering(now, out);
    case Test::kFiltering2:
      return next(now, Test::kFiltering3);
    case Test::kFiltering3:
      result_.filtering = ObservedDependence::kAddressAndPortDependent;
      return after_filtering(now, out);
    case Test::kHairpin:
      // With other mappings the calls came from addresses that the far filter had not seen: silence
      // says nothing.
      if (result_.mapping == ObservedDependence::kEndpointIndependent)
        result_.hairpin = ObservedHairpin::kNone;
      return finish(out);
    default:
      return finish(out);
  }
}

// Our own request, come back through the NAT.
void BehaviorDiscovery::on_hairpinned(const StunMessage& request, const Datagram& datagram,
                                      Outbox& out) {
  if (test_ != Test::kHairpin || request.transaction() != transaction_.id()) return;
  const bool outside = datagram.remote.ip == mapped_.ip;
  result_.hairpin = outside ? ObservedHairpin::kExternalSource : ObservedHairpin::kInternalSource;
  finish(out);
}

void BehaviorDiscovery::finish(Outbox& out) {
  test_ = Test::kDone;
  transaction_.stop();
  start_at_ = Instant::never();
  const size_t count = config_.hairpin ? 3 : 2;
  for (size_t i = 0; i < count; ++i) out.close(socket(i));
  MachineEvent event;
  event.kind = MachineEvent::Kind::kBehavior;
  event.code = result_.pack();
  event.local = first_local_;
  event.remote = config_.server;
  event.mapped = mapped_;
  out.emit(event);
}

}  // namespace natbed
