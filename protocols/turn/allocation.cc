#include "protocols/turn/allocation.h"

#include <algorithm>

namespace natbed {
namespace {

// The row that `is_same` finds, else an expired one, else a new one; null if there are too many.
template <class Row, class Same>
Row* place_for(std::vector<Row>& rows, Instant now, Same is_same) {
  auto at = std::ranges::find_if(rows, is_same);
  if (at == rows.end())
    at = std::ranges::find_if(rows, [now](const Row& row) { return now >= row.expires_at; });
  if (at != rows.end()) return &*at;
  return rows.size() < Allocation::kMaxPeers ? &rows.emplace_back() : nullptr;
}

template <class Row, class Same>
const Row* live_row(const std::vector<Row>& rows, Instant now, Same is_same) {
  const auto at = std::ranges::find_if(
      rows, [&](const Row& row) { return now < row.expires_at && is_same(row); });
  return at == rows.end() ? nullptr : &*at;
}

}  // namespace

bool Allocation::permits(Instant now, const IpAddress& peer) const {
  return live_row(permissions, now, [&](const Permission& p) { return p.peer == peer; }) != nullptr;
}

bool Allocation::permit(Instant now, const IpAddress& peer) {
  Permission* row =
      place_for(permissions, now, [&](const Permission& p) { return p.peer == peer; });
  if (row == nullptr) return false;
  *row = {peer, now + kTurnPermissionLifetime};
  return true;
}

const Allocation::Channel* Allocation::channel(Instant now, uint16_t number) const {
  return live_row(channels, now, [&](const Channel& c) { return c.number == number; });
}

const Allocation::Channel* Allocation::channel(Instant now, const Endpoint& peer) const {
  return live_row(channels, now, [&](const Channel& c) { return c.peer == peer; });
}

bool Allocation::bind(Instant now, uint16_t number, const Endpoint& peer) {
  Channel* row = place_for(channels, now,
                           [&](const Channel& c) { return c.number == number && c.peer == peer; });
  if (row == nullptr) return false;
  *row = {peer, number, now + kTurnChannelLifetime};
  return true;
}

}  // namespace natbed
