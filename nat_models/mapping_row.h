// MappingRow: one row of a NAT's table, in one cache line.
//
// A row maps an internal endpoint to an external one, for one remote as far as the mapping depends
// on it. Beside its own times it holds one peer: the remote that most rows have only one of, with
// what the filter knows of it and how far its TCP connection is; further peers stand in a PeerTable.
//
// Under port overloading (PortRules::overload) a row is a session: its remote is exact, the row
// itself is the filter, and the room of the peer links the sessions of one internal endpoint.
#pragma once

#include <cstdint>

#include "base/packet.h"
#include "base/time.h"
#include "nat_models/nat_timers.h"
#include "nat_models/v4_endpoint.h"

namespace natbed {

struct alignas(64) MappingRow {
  enum Flag : uint8_t {
    kReplied = 1,         // an inbound packet was admitted
    kHasPeer = 2,         // `peer`, `peer_used` and `peer_timer` say something
    kManyPeers = 4,       // TCP: further connections of this row stand in the PeerTable
    kFromOutside = 8,     // TCP: `peer` opened the connection
    kBoundToRemote = 16,  // a clash bound it to its remote, see PortRules::clash_binds_remote
    kLocal = 32,          // a flow of the box itself, see Unsolicited::kAccept
    kResting = 64,        // ended; only its external port is still held, see PortRules::hold
    kSession = 128,       // see above
  };

  PackedEndpoint internal;
  PackedEndpoint remote;  // scoped by the mapping's dependence; blank for a static row
  PackedEndpoint external;
  PackedEndpoint peer;  // the whole remote
  Instant used;         // when the last packet came that restarts the timer
  Instant opened;
  union {
    Instant peer_used;  // when the last packet came that restarts the peer's timer
    uint32_t newer;     // kSession: slot of the next younger session of `internal`
  };
  uint32_t id = 0;     // 0: a free slot, and `older` is the next free one
  uint32_t due = 0;    // the tick under which the row stands in the expiry wheel
  uint32_t older = 0;  // kSession: slot of the next older session of `internal`
  Protocol protocol = Protocol::kUdp;
  Timer timer = Timer::kUdpUnreplied;
  Timer peer_timer = Timer::kUdpUnreplied;
  uint8_t flags = 0;

  MappingRow() : peer_used() {}
  bool has(int flag) const { return (flags & flag) != 0; }
  void set(int flag) { flags = static_cast<uint8_t>(flags | flag); }
  void clear(int flag) { flags = static_cast<uint8_t>(flags & ~flag); }
  bool is_static() const { return timer == Timer::kStatic; }
  // The remote under which packets from outside find the row.
  V4Endpoint inbound_remote() const { return has(kSession) ? V4Endpoint(remote) : V4Endpoint(); }
};
static_assert(sizeof(MappingRow) == 64);

// The last instant of a row: a row is gone at that very instant.
inline Instant end_of(const MappingRow& row, const NatTimers& timers) {
  Instant end = row.used + timers.idle_time(row.timer);
  if (timers.lifetime_high > Duration::zero() && !row.is_static()) [[unlikely]] {
    const Instant last = row.opened + timers.lifetime_of(row.id);
    if (last < end) end = last;
  }
  return end;
}
inline bool alive(const MappingRow& row, Instant now, const NatTimers& timers) {
  return now < end_of(row, timers) && !row.has(MappingRow::kResting);
}

}  // namespace natbed
