// The life of an allocation: a socket is asked for, opened or refused by the driver, and closed
// when its time is over.
#include <algorithm>

#include "protocols/turn/server.h"

namespace natbed {
namespace {

// Ports tried before giving up with 508. With half of the range taken, all are in use once in 65
// 536 times.
constexpr int kMaxOpenings = 16;

}  // namespace

Allocation* TurnServer::find(const Endpoint& client) {
  const auto at = std::ranges::lower_bound(index_, client, {}, &IndexEntry::first);
  if (at == index_.end() || at->first != client) return nullptr;
  Allocation& allocation = slots_[at->second];
  return allocation.state == Allocation::State::kOpen ? &allocation : nullptr;
}

bool TurnServer::opening(const Endpoint& client) const {
  const auto at = std::ranges::lower_bound(index_, client, {}, &IndexEntry::first);
  return at != index_.end() && at->first == client &&
         slots_[at->second].state == Allocation::State::kOpening;
}

void TurnServer::add(const Request& request, Outbox& out) {
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const uint32_t slot = free_.back();
  free_.pop_back();
  Allocation& allocation = slots_[slot];
  allocation.state = Allocation::State::kOpening;
  allocation.client = request.client;
  allocation.user = request.login.user;
  allocation.allocated_by = request.message.transaction();
  allocation.lifetime = granted_lifetime(request.message);
  allocation.even_port = request.message.has(StunAttribute::kEvenPort);
  allocation.wants_v6_too = request.message.has(StunAttribute::kAdditionalAddressFamily);
  ++per_user_[allocation.user];
  const IndexEntry entry(request.client, slot);
  index_.insert(std::ranges::lower_bound(index_, entry), entry);
  open_relay(allocation, out);
}

void TurnServer::open_relay(Allocation& allocation, Outbox& out) {
  ++allocation.openings;
  auto port = static_cast<uint16_t>(rng_.between(config_.first_port, config_.last_port));
  if (allocation.even_port) port &= 0xFFFE;
  out.open_udp(relay_socket(slot_of(allocation)), {config_.relay_ip, port});
}

void TurnServer::on_relay_opened(Instant now, uint32_t slot, const Endpoint& local, Outbox& out) {
  Allocation& allocation = slots_[slot];
  if (allocation.state != Allocation::State::kOpening) return;
  allocation.state = Allocation::State::kOpen;
  allocation.relayed = {config_.relay_ip, local.port};
  allocation.expires_at = now + allocation.lifetime;
  first_expiry_ = std::min(first_expiry_, allocation.expires_at);
  answer_allocate(now, allocation, out);
}

void TurnServer::on_relay_failed(uint32_t slot, Outbox& out) {
  Allocation& allocation = slots_[slot];
  if (allocation.state != Allocation::State::kOpening) return;
  if (allocation.openings < kMaxOpenings) return open_relay(allocation, out);
  refuse_allocate(allocation, StunError::kInsufficientCapacity, out);
  free_slot(slot);
}

// Clients refresh a minute ahead, so between two walks over all slots about a minute passes.
void TurnServer::expire(Instant now, Outbox& out) {
  first_expiry_ = Instant::never();
  for (uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].state != Allocation::State::kOpen) continue;
    if (now >= slots_[slot].expires_at) {
      out.close(relay_socket(slot));
      free_slot(slot);
    } else {
      first_expiry_ = std::min(first_expiry_, slots_[slot].expires_at);
    }
  }
}

void TurnServer::free_slot(uint32_t slot) {
  const IndexEntry entry(slots_[slot].client, slot);
  index_.erase(std::ranges::lower_bound(index_, entry));
  --per_user_[slots_[slot].user];
  slots_[slot] = {};
  free_.push_back(slot);
}

}  // namespace natbed
