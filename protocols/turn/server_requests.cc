// Allocate, Refresh, CreatePermission and ChannelBind: what is checked, in the order of RFC 8656.
#include <algorithm>

#include "protocols/stun/writer.h"
#include "protocols/turn/channel_data.h"
#include "protocols/turn/server.h"

namespace natbed {
namespace {

constexpr uint8_t kReserveNextPort = 0x80;  // of EVEN-PORT, RFC 8656 §18.7

uint32_t whole_seconds(Duration d) { return static_cast<uint32_t>(d.ns() / 1'000'000'000); }

}  // namespace

void TurnServer::on_request(Instant now, Request& request, Outbox& out) {
  const StunMethod method = request.message.method();
  const bool known = method == StunMethod::kAllocate || method == StunMethod::kRefresh ||
                     method == StunMethod::kCreatePermission || method == StunMethod::kChannelBind;
  if (!known) return;
  request.login = authenticator_.check(now, request.message, request.client);
  if (request.login.error != StunError::kNone)
    return refuse(now, request, request.login.error, out);
  // No socket of ours sets DF, so DONT-FRAGMENT is an attribute that we do not understand (RFC 8656
  // §7.2).
  const StunMessage::Unknown unknown =
      request.message.unknown_required({StunAttribute::kDontFragment});
  if (unknown.count != 0) return refuse_unknown(request, unknown, out);
  if (method == StunMethod::kAllocate) return on_allocate(now, request, out);
  if (method == StunMethod::kRefresh) return on_refresh(now, request, out);
  if (method == StunMethod::kCreatePermission) return on_create_permission(now, request, out);
  on_channel_bind(now, request, out);
}

void TurnServer::on_allocate(Instant now, const Request& request, Outbox& out) {
  if (opening(request.client)) return;  // a retransmission; the answer is on its way
  if (const Allocation* allocation = find(request.client)) {
    // The same request again means that our answer was lost (RFC 8656 §7.2).
    if (allocation->allocated_by == request.message.transaction())
      return answer_allocate(now, *allocation, out);
    return refuse(now, request, StunError::kAllocationMismatch, out);
  }
  if (const StunError error = refusal_of_allocate(request); error != StunError::kNone) {
    return refuse(now, request, error, out);
  }
  add(request, out);
}

// In the order of RFC 8656 §7.2; kNone: it may be granted.
StunError TurnServer::refusal_of_allocate(const Request& request) const {
  const StunMessage& message = request.message;
  const auto transport = message.u8(StunAttribute::kRequestedTransport);
  if (!transport) return StunError::kBadRequest;
  if (*transport != kTurnTransportUdp) return StunError::kUnsupportedTransport;

  const bool even_port = message.has(StunAttribute::kEvenPort);
  const bool family_asked = message.has(StunAttribute::kRequestedAddressFamily);
  const bool second_asked = message.has(StunAttribute::kAdditionalAddressFamily);
  if (message.has(StunAttribute::kReservationToken)) {
    if (even_port || family_asked || second_asked) return StunError::kBadRequest;
    return StunError::
        kInsufficientCapacity;  // we never reserved anything, so the token is not ours
  }
  if (family_asked && second_asked) return StunError::kBadRequest;
  const auto v4 = static_cast<uint8_t>(AddressFamily::kV4),
             v6 = static_cast<uint8_t>(AddressFamily::kV6);
  if (second_asked && message.u8(StunAttribute::kAdditionalAddressFamily) != v6)
    return StunError::kBadRequest;
  const uint8_t wanted =
      family_asked ? message.u8(StunAttribute::kRequestedAddressFamily).value_or(0) : v4;
  if (wanted != (config_.relay_ip.is_v4() ? v4 : v6)) return StunError::kAddressFamilyNotSupported;
  const bool reserve = message.u8(StunAttribute::kEvenPort).value_or(0) & kReserveNextPort;
  if (reserve) return StunError::kInsufficientCapacity;
  if (per_user_[request.login.user] >= config_.max_per_user) return StunError::kQuotaReached;
  if (index_.size() >= config_.max_allocations) return StunError::kInsufficientCapacity;
  return StunError::kNone;
}

// RFC 8656 §7.2: what was asked for, but not more than the maximum nor less than the default.
Duration TurnServer::granted_lifetime(const StunMessage& request) const {
  const auto seconds = request.u32(StunAttribute::kLifetime);
  const Duration asked = std::min(Duration::seconds(seconds.value_or(0)), config_.max_lifetime);
  return std::max(asked, config_.default_lifetime);
}

void TurnServer::on_refresh(Instant now, const Request& request, Outbox& out) {
  Allocation* allocation = owned_allocation(now, request, out);
  if (allocation == nullptr) return;
  const auto family = request.message.u8(StunAttribute::kRequestedAddressFamily);
  const auto own = static_cast<uint8_t>(allocation->relayed.ip.is_v4() ? AddressFamily::kV4
                                                                       : AddressFamily::kV6);
  if (family && *family != own) return refuse(now, request, StunError::kPeerFamilyMismatch, out);

  const bool end = request.message.u32(StunAttribute::kLifetime) == uint32_t{0};
  allocation->lifetime = end ? Duration::zero() : granted_lifetime(request.message);
  StunWriter writer(out.prepare(kStunRoom), StunClass::kSuccess, request.message);
  writer.u32(StunAttribute::kLifetime, whole_seconds(allocation->lifetime));
  writer.integrity(*request.login.key);
  commit(writer, request.client, out);
  if (end) {
    out.close(relay_socket(slot_of(*allocation)));
    free_slot(slot_of(*allocation));
  } else {
    allocation->expires_at = now + allocation->lifetime;
    first_expiry_ = std::min(first_expiry_, allocation->expires_at);
  }
}

// RFC 8656 §10.2: all peers of the request or none.
void TurnServer::on_create_permission(Instant now, const Request& request, Outbox& out) {
  Allocation* allocation = owned_allocation(now, request, out);
  if (allocation == nullptr) return;
  size_t peers = 0;
  for (const StunMessage::Attribute attribute : request.message) {
    if (attribute.type != StunAttribute::kXorPeerAddress) continue;
    const auto peer = request.message.xor_address(attribute);
    const StunError error = peer ? refusal_of_peer(*allocation, *peer) : StunError::kBadRequest;
    if (error != StunError::kNone) return refuse(now, request, error, out);
    ++peers;
  }
  if (peers == 0) return refuse(now, request, StunError::kBadRequest, out);
  for (const StunMessage::Attribute attribute : request.message) {
    if (attribute.type != StunAttribute::kXorPeerAddress) continue;
    if (!allocation->permit(now, request.message.xor_address(attribute)->ip)) {
      return refuse(now, request, StunError::kInsufficientCapacity, out);
    }
  }
  succeed(request, out);
}

// RFC 8656 §12.2.
void TurnServer::on_channel_bind(Instant now, const Request& request, Outbox& out) {
  Allocation* allocation = owned_allocation(now, request, out);
  if (allocation == nullptr) return;
  const auto number = request.message.u16(StunAttribute::kChannelNumber);
  const auto peer = request.message.xor_address(StunAttribute::kXorPeerAddress);
  if (!number || !peer || *number < kFirstChannel || *number > kLastChannel) {
    return refuse(now, request, StunError::kBadRequest, out);
  }
  const auto* same_number = allocation->channel(now, *number);
  const auto* same_peer = allocation->channel(now, *peer);
  if (same_number != same_peer)
    return refuse(now, request, StunError::kBadRequest, out);  // one end is bound elsewhere
  const StunError error = refusal_of_peer(*allocation, *peer);
  if (error != StunError::kNone) return refuse(now, request, error, out);
  if (!allocation->permit(now, peer->ip) || !allocation->bind(now, *number, *peer)) {
    return refuse(now, request, StunError::kInsufficientCapacity, out);
  }
  succeed(request, out);
}

StunError TurnServer::refusal_of_peer(const Allocation& allocation, const Endpoint& peer) const {
  if (peer.ip.is_v4() != allocation.relayed.ip.is_v4()) return StunError::kPeerFamilyMismatch;
  if (peer.ip.is_loopback() && !config_.relay_to_loopback) return StunError::kForbidden;
  return StunError::kNone;
}

Allocation* TurnServer::owned_allocation(Instant now, const Request& request, Outbox& out) {
  Allocation* allocation = find(request.client);
  if (allocation == nullptr)
    return refuse(now, request, StunError::kAllocationMismatch, out), nullptr;
  if (allocation->user != request.login.user)
    return refuse(now, request, StunError::kWrongCredentials, out), nullptr;
  return allocation;
}

void TurnServer::refuse(Instant now, const Request& request, StunError error, Outbox& out) {
  StunWriter writer(out.prepare(kStunRoom), StunClass::kError, request.message);
  writer.error(error);
  if (error == StunError::kUnauthenticated || error == StunError::kStaleNonce) {
    const Authenticator::Nonce nonce = authenticator_.make_nonce(now, request.client);
    writer.text(StunAttribute::kRealm, authenticator_.realm());
    writer.text(StunAttribute::kNonce, {nonce.data(), nonce.size()});
  }
  if (request.login.key != nullptr) writer.integrity(*request.login.key);
  commit(writer, request.client, out);
}

void TurnServer::refuse_unknown(const Request& request, const StunMessage::Unknown& unknown,
                                Outbox& out) {
  StunWriter writer(out.prepare(kStunRoom), StunClass::kError, request.message);
  writer.error(StunError::kUnknownAttribute);
  writer.list_u16(StunAttribute::kUnknownAttributes, unknown.list());
  writer.integrity(*request.login.key);
  commit(writer, request.client, out);
}

void TurnServer::succeed(const Request& request, Outbox& out) {
  StunWriter writer(out.prepare(kStunRoom), StunClass::kSuccess, request.message);
  writer.integrity(*request.login.key);
  commit(writer, request.client, out);
}

void TurnServer::answer_allocate(Instant now, const Allocation& allocation, Outbox& out) {
  StunWriter writer(out.prepare(kStunRoom), StunMethod::kAllocate, StunClass::kSuccess,
                    allocation.allocated_by);
  writer.xor_address(StunAttribute::kXorRelayedAddress, allocation.relayed);
  writer.u32(StunAttribute::kLifetime, whole_seconds(allocation.expires_at - now));
  writer.xor_address(StunAttribute::kXorMappedAddress, allocation.client);
  if (allocation.wants_v6_too)
    writer.address_error(AddressFamily::kV6, StunError::kAddressFamilyNotSupported);
  writer.integrity(authenticator_.key(allocation.user));
  commit(writer, allocation.client, out);
}

void TurnServer::refuse_allocate(const Allocation& allocation, StunError error, Outbox& out) {
  StunWriter writer(out.prepare(kStunRoom), StunMethod::kAllocate, StunClass::kError,
                    allocation.allocated_by);
  writer.error(error);
  writer.integrity(authenticator_.key(allocation.user));
  commit(writer, allocation.client, out);
}

void TurnServer::commit(StunWriter& writer, const Endpoint& client, Outbox& out) const {
  out.commit(config_.first_socket, client, writer.finish(), {.traffic = Traffic::kRelay});
}

}  // namespace natbed
