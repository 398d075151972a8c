#include "protocols/turn/client.h"

#include <algorithm>

#include "protocols/stun/writer.h"
#include "protocols/turn/constants.h"

namespace natbed {
void TurnClient::on_start(Instant now, Outbox& out) {
  if (config_.owner == SocketOwner::kMachine) {
    out.open_udp(config_.socket);
  } else {
    allocate(now, out);
  }
}

void TurnClient::on_socket(Instant now, const SocketEvent& event, Outbox& out) {
  if (event.socket != config_.socket) return;
  using enum SocketEvent::Kind;
  if (event.kind == kOpened && config_.owner == SocketOwner::kMachine) allocate(now, out);
  // The allocation belongs to a 5-tuple that is no more (RFC 8656 §3.2).
  if (event.kind == kMoved && (session_.running() || relayed_)) return allocate(now, out);
  const bool unreachable = event.kind == kUnreachable && event.remote == config_.server;
  if (event.kind == kFailed || (unreachable && (session_.running() || relayed_))) {
    lose(MachineEvent::Kind::kUnanswered, StunError::kNone, out);
  }
}

void TurnClient::on_datagram(Instant now, const Datagram& datagram, Outbox& out) {
  const Taken taken = take(now, datagram, out);
  if (!taken.relayed) return;
  MachineEvent event;
  event.kind = MachineEvent::Kind::kReceived;
  event.remote = taken.relayed->peer;
  event.code = static_cast<uint32_t>(taken.relayed->payload.size());
  out.emit(event);
}

void TurnClient::on_timeout(Instant now, Outbox& out) {
  const StunTransaction::Step step = session_.step(now, config_.rules);
  if (step == StunTransaction::Step::kSend) send_session(out);
  if (step == StunTransaction::Step::kGiveUp)
    lose(MachineEvent::Kind::kUnanswered, StunError::kNone, out);
  if (relayed_ && now >= refresh_at_) begin(now, Purpose::kRefresh, out);
  for (Grant& grant : grants_) {
    const StunTransaction::Step grant_step = grant.transaction.step(now, config_.rules);
    if (grant_step == StunTransaction::Step::kSend) send_grant(grant, out);
    if (grant_step == StunTransaction::Step::kGiveUp) {
      drop(grant, MachineEvent::Kind::kUnanswered, StunError::kNone, out);
    } else if (now >= grant.refresh_at) {
      begin(now, grant, out);
    }
  }
  std::erase_if(grants_, [](const Grant& grant) { return grant.dropped; });
}

Instant TurnClient::deadline() const {
  Instant first = std::min(session_.deadline(), refresh_at_);
  for (const Grant& grant : grants_)
    first = std::min({first, grant.transaction.deadline(), grant.refresh_at});
  return first;
}

void TurnClient::allocate(Instant now, Outbox& out) {
  forget_allocation();
  reclaimed_ = false;
  begin(now, Purpose::kAllocate, out);
}

void TurnClient::release(Instant now, Outbox& out) {
  const bool held = relayed_.has_value();
  forget_allocation();
  grants_.clear();
  if (held) begin(now, Purpose::kRelease, out);
}

void TurnClient::permit(Instant now, const IpAddress& peer, Outbox& out) {
  add(now, {peer, 0}, 0, out);
}

void TurnClient::bind(Instant now, const Endpoint& peer, Outbox& out) {
  // A number is never given to a second peer, so that the five minutes between two uses (RFC 8656
  // §12) need no clock. After 4096 peers the rest do with Send indications.
  if (next_channel_ > kLastChannel) return permit(now, peer.ip, out);
  if (add(now, peer, next_channel_, out)) ++next_channel_;
}

bool TurnClient::add(Instant now, const Endpoint& peer, uint16_t channel, Outbox& out) {
  if (std::ranges::find(grants_, peer, &Grant::peer) != grants_.end()) return false;
  Grant& grant = grants_.emplace_back();
  grant.peer = peer;
  grant.channel = channel;
  if (relayed_) begin(now, grant, out);
  return true;
}

void TurnClient::forget(const IpAddress& peer) {
  std::erase_if(grants_, [&](const Grant& grant) { return grant.peer.ip == peer; });
}

bool TurnClient::permitted(const IpAddress& peer) const {
  return std::ranges::any_of(
      grants_, [&](const Grant& grant) { return grant.installed && grant.peer.ip == peer; });
}

bool TurnClient::send_to(const Endpoint& peer, ByteView payload, Outbox& out, Traffic traffic) {
  if (!relayed_) return false;
  bool allowed = false;
  for (const Grant& grant : grants_) {
    if (!grant.installed || grant.peer.ip != peer.ip) continue;
    allowed = true;
    if (grant.channel == 0 || grant.peer != peer) continue;
    const size_t size =
        ChannelData{grant.channel, payload}.write(out.prepare(kChannelHeaderSize + payload.size()));
    out.commit(config_.socket, config_.server, size, {.traffic = traffic});
    return true;
  }
  if (!allowed) return false;
  StunWriter writer(out.prepare(kTurnIndicationOverhead + payload.size()), StunMethod::kSend,
                    StunClass::kIndication, TransactionId::draw(rng_));
  writer.xor_address(StunAttribute::kXorPeerAddress, peer);
  writer.bytes(StunAttribute::kData, payload);
  out.commit(config_.socket, config_.server, writer.finish(), {.traffic = traffic});
  return true;
}

TurnClient::Taken TurnClient::take(Instant now, const Datagram& datagram, Outbox& out) {
  if (datagram.socket != config_.socket || datagram.remote != config_.server) return {};
  if (const auto data = ChannelData::parse(datagram.payload)) {
    const auto grant = std::ranges::find(grants_, data->number, &Grant::channel);
    if (grant == grants_.end()) return {};
    return {true, Relayed{grant->peer, data->payload}};
  }
  const auto message = StunMessage::parse(datagram.payload);
  if (!message) return {};
  if (message->is(StunMethod::kData, StunClass::kIndication)) return {true, unwrap(*message)};
  if (session_.awaits(*message)) return on_session_answer(now, *message, out), Taken{true, {}};
  for (Grant& grant : grants_) {
    if (!grant.transaction.awaits(*message)) continue;
    on_grant_answer(now, grant, *message, out);
    std::erase_if(grants_, [](const Grant& g) { return g.dropped; });
    return {true, {}};
  }
  return {};
}

// Data from peers that we never permitted is not ours to read (RFC 8656 §11.4).
std::optional<TurnClient::Relayed> TurnClient::unwrap(const StunMessage& indication) const {
  const auto peer = indication.xor_address(StunAttribute::kXorPeerAddress);
  const auto data = indication.bytes(StunAttribute::kData);
  if (!peer || !data || !permitted(peer->ip)) return std::nullopt;
  return Relayed{*peer, *data};
}

}  // namespace natbed
