// The machine: sockets, time, and data between clients and peers. Requests are in
// server_requests.cc, the life of an allocation in server_allocations.cc.
#include "protocols/turn/server.h"

#include "protocols/stun/writer.h"
#include "protocols/turn/channel_data.h"

namespace natbed {

TurnServer::TurnServer(TurnServerConfig config, Rng rng)
    : config_(std::move(config)),
      rng_(rng.fork("ports")),
      authenticator_(config_.realm, config_.users, config_.nonce_lifetime, rng.fork("nonces")),
      per_user_(authenticator_.user_count()) {}

void TurnServer::on_start(Instant, Outbox& out) {
  out.open_udp(config_.first_socket, config_.listen);
}

void TurnServer::on_timeout(Instant now, Outbox& out) {
  if (now >= first_expiry_) expire(now, out);
}

void TurnServer::on_socket(Instant now, const SocketEvent& event, Outbox& out) {
  on_timeout(now, out);
  using enum SocketEvent::Kind;
  if (event.socket == config_.first_socket) {
    if (event.kind == kOpened) bound_ = event.local;
    if (event.kind == kFailed) {
      MachineEvent failed;
      failed.text = "socket not opened";
      out.emit(failed);
    }
    return;
  }
  const uint32_t slot = event.socket.value() - config_.first_socket.value() - 1;
  if (slot >= slots_.size() || slots_[slot].state == Allocation::State::kFree) return;
  if (event.kind == kOpened) on_relay_opened(now, slot, event.local, out);
  if (event.kind == kFailed) on_relay_failed(slot, out);
  if (event.kind == kUnreachable) on_peer_unreachable(now, slot, event.remote, out);
}

void TurnServer::on_datagram(Instant now, const Datagram& datagram, Outbox& out) {
  on_timeout(now, out);  // whatever has expired is gone before anybody can use it
  if (datagram.socket == config_.first_socket) return on_client(now, datagram, out);
  const uint32_t slot = datagram.socket.value() - config_.first_socket.value() - 1;
  if (slot < slots_.size() && slots_[slot].state == Allocation::State::kOpen)
    on_peer(now, slot, datagram, out);
}

void TurnServer::on_client(Instant now, const Datagram& datagram, Outbox& out) {
  if (const auto data = ChannelData::parse(datagram.payload)) {
    const Allocation* allocation = find(datagram.remote);
    const auto* channel = allocation ? allocation->channel(now, data->number) : nullptr;
    if (channel == nullptr) return;
    return out.send(relay_socket(slot_of(*allocation)), channel->peer, data->payload,
                    {.traffic = Traffic::kRelay});
  }
  if (const auto binding = read_binding_request(datagram.payload))
    return on_binding(*binding, datagram, out);
  const auto message = StunMessage::parse(datagram.payload);
  if (!message) return;
  if (message->is(StunMethod::kSend, StunClass::kIndication))
    return on_send(now, *message, datagram.remote, out);
  Request request{*message, datagram.remote};
  if (message->kind() == StunClass::kRequest) on_request(now, request, out);
}

void TurnServer::on_binding(const StunMessage& request, const Datagram& datagram, Outbox& out) {
  const BindingAnswer answer{
      .socket = datagram.socket, .to = datagram.remote, .mapped = datagram.remote};
  // Those of RFC 5780: there is one socket to answer from and one address to answer to.
  using enum StunAttribute;
  const StunMessage::Unknown unknown =
      request.unknown_required({kChangeRequest, kPadding, kResponsePort});
  if (unknown.count == 0) return answer_binding(request, answer, out);
  refuse_binding(request, answer, StunError::kUnknownAttribute, unknown.list(), out);
}

// RFC 8656 §11.2: whatever is wrong with an indication, nobody is told.
void TurnServer::on_send(Instant now, const StunMessage& indication, const Endpoint& client,
                         Outbox& out) {
  const auto peer = indication.xor_address(StunAttribute::kXorPeerAddress);
  const auto data = indication.bytes(StunAttribute::kData);
  const Allocation* allocation = find(client);
  if (!peer || !data || allocation == nullptr || !allocation->permits(now, peer->ip)) return;
  // No socket of ours sets DF, so DONT-FRAGMENT is an attribute that we do not understand.
  if (indication.unknown_required({StunAttribute::kDontFragment}).count != 0) return;
  out.send(relay_socket(slot_of(*allocation)), *peer, *data, {.traffic = Traffic::kRelay});
}

void TurnServer::on_peer(Instant now, uint32_t slot, const Datagram& datagram, Outbox& out) {
  const Allocation& allocation = slots_[slot];
  const ByteView payload = datagram.payload;
  if (!allocation.permits(now, datagram.remote.ip)) return;
  if (const auto* channel = allocation.channel(now, datagram.remote)) {
    const ChannelData data{channel->number, payload};
    const size_t size = data.write(out.prepare(kChannelHeaderSize + payload.size()));
    return out.commit(config_.first_socket, allocation.client, size, {.traffic = Traffic::kRelay});
  }
  StunWriter writer(out.prepare(kTurnIndicationOverhead + payload.size()), StunMethod::kData,
                    StunClass::kIndication, TransactionId::draw(rng_));
  writer.xor_address(StunAttribute::kXorPeerAddress, datagram.remote);
  writer.bytes(StunAttribute::kData, payload);
  out.commit(config_.first_socket, allocation.client, writer.finish(),
             {.traffic = Traffic::kRelay});
}

// RFC 8656 §11.5. The one ICMP error that reaches sockets is port unreachable: type 3, code 3.
void TurnServer::on_peer_unreachable(Instant now, uint32_t slot, const Endpoint& peer,
                                     Outbox& out) {
  const Allocation& allocation = slots_[slot];
  if (!allocation.permits(now, peer.ip)) return;
  StunWriter writer(out.prepare(kStunRoom), StunMethod::kData, StunClass::kIndication,
                    TransactionId::draw(rng_));
  writer.xor_address(StunAttribute::kXorPeerAddress, peer);
  writer.icmp({static_cast<uint8_t>(IcmpType::kUnreachable), kPortUnreachable, 0});
  out.commit(config_.first_socket, allocation.client, writer.finish(),
             {.traffic = Traffic::kRelay});
}

}  // namespace natbed
