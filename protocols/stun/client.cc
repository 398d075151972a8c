#include "protocols/stun/client.h"

#include "protocols/stun/writer.h"

namespace natbed {

void StunClient::on_start(Instant now, Outbox& out) {
  if (owner_ == SocketOwner::kMachine) {
    out.open_udp(socket_);
  } else {
    begin(now, out);
  }
}

void StunClient::on_socket(Instant now, const SocketEvent& event, Outbox& out) {
  if (event.socket != socket_) return;
  using enum SocketEvent::Kind;
  if (event.kind == kOpened && owner_ == SocketOwner::kMachine) begin(now, out);
  if (event.kind == kFailed && (running() || owner_ == SocketOwner::kMachine)) fail(out);
  // A hard ICMP error ends the transaction (RFC 8489 §6.2.1).
  if (event.kind == kUnreachable && event.remote == server_ && running()) fail(out);
}

void StunClient::on_datagram(Instant now, const Datagram& datagram, Outbox& out) {
  if (const auto message = StunMessage::parse(datagram.payload)) take(now, *message, datagram, out);
}

void StunClient::on_timeout(Instant now, Outbox& out) {
  const StunTransaction::Step step = transaction_.step(now, rules_);
  if (step == StunTransaction::Step::kSend) send(out);
  if (step == StunTransaction::Step::kGiveUp) fail(out);
}

bool StunClient::take(Instant now, const StunMessage& message, const Datagram& datagram,
                      Outbox& out) {
  if (datagram.socket != socket_ || !transaction_.awaits(message) ||
      message.method() != StunMethod::kBinding) {
    return false;
  }
  if (message.has(StunAttribute::kFingerprint) && !message.check_fingerprint())
    return true;  // damaged: wait on
  const auto mapped = message.mapped_address();
  const auto error = message.error();
  // An answer that says neither where we are nor what is wrong is no answer (RFC 8489 §6.3.3,
  // §6.3.4).
  if (message.kind() == StunClass::kSuccess ? !mapped : !error) return true;

  MachineEvent event;
  event.local = datagram.local;
  event.remote = server_;
  event.round_trip = transaction_.round_trip(now, rules_).value_or(Duration::zero());
  if (message.kind() == StunClass::kError) {
    event.kind = MachineEvent::Kind::kRefused;
    event.code = static_cast<uint32_t>(error->code);
  } else if (message.unknown_required().count != 0) {  // §6.3.3: the transaction has failed
    event.kind = MachineEvent::Kind::kRefused;
    event.code = static_cast<uint32_t>(StunError::kUnknownAttribute);
  } else {
    event.kind = MachineEvent::Kind::kMapped;
    event.mapped = *mapped;
  }
  transaction_.stop();
  out.emit(event);
  return true;
}

void StunClient::begin(Instant now, Outbox& out) {
  transaction_.start(now, rng_, rules_);
  send(out);
}

void StunClient::send(Outbox& out) const {
  constexpr size_t kRoom = kStunHeaderSize + 8;  // and FINGERPRINT
  StunWriter writer(out.prepare(kRoom), StunMethod::kBinding, StunClass::kRequest,
                    transaction_.id());
  writer.fingerprint();
  out.commit(socket_, server_, writer.finish(), {.traffic = Traffic::kStun});
}

void StunClient::fail(Outbox& out) {
  transaction_.stop();
  MachineEvent event;
  event.kind = MachineEvent::Kind::kUnanswered;
  event.remote = server_;
  out.emit(event);
}

}  // namespace natbed
