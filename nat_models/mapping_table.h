// MappingTable: the rows of one NAT, found by their internal key, by their external endpoint, or by
// id.
//
// A home's few rows lie in place and are scanned; past eight, three indexes and an expiry queue are
// built. A row's end is computed, never stored ahead: used + timeout of its state. The queue holds,
// for each row, an instant that is not after its end, so a packet that prolongs a row writes to
// that row only. Ids are never given out twice.
#pragma once

#include <memory>
#include <vector>

#include "base/packet.h"
#include "base/time.h"
#include "nat_models/port_set.h"
#include "nat_models/slot_index.h"
#include "nat_models/small_array.h"
#include "nat_models/v4_endpoint.h"

namespace natbed {

// Of kStatic: zero, because a static row's `used` is its end.
inline Duration timeout(Timer timer, const NatBehavior& behavior) {
  const NatTimers& t = behavior.timers;
  switch (timer) {
    case Timer::kUdpUnreplied:
      return t.udp_unreplied;
    case Timer::kUdp:
      return t.udp;
    case Timer::kTcpSynSent:
      return t.tcp_syn_sent;
    case Timer::kTcpSynReceived:
      return t.tcp_syn_received;
    case Timer::kTcpEstablished:
      return t.tcp_established;
    case Timer::kTcpFinWait:
      return t.tcp_fin_wait;
    case Timer::kTcpCloseWait:
      return t.tcp_close_wait;
    case Timer::kTcpLastAck:
      return t.tcp_last_ack;
    case Timer::kTcpTimeWait:
      return t.tcp_time_wait;
    case Timer::kTcpReset:
      return t.tcp_reset;
    case Timer::kIcmp:
      return t.icmp;
    case Timer::kStatic:
      return Duration::zero();
  }
  return Duration::zero();
}

struct MappingRow {
  V4Endpoint internal;
  V4Endpoint remote;  // scoped by the mapping's dependence; blank for a static row
  V4Endpoint external;
  Instant used;  // when the last packet came that restarts the timer
  Instant opened;
  Instant queued;   // its instant in the expiry queue
  uint32_t id = 0;  // 0: a free slot, and `internal.ip` is the next free one
  Protocol protocol = Protocol::kUdp;
  Timer timer = Timer::kUdpUnreplied;
  uint8_t tcp_seen = 0;  // TcpSeen bits

  bool is_static() const { return timer == Timer::kStatic; }
  Instant end(const NatBehavior& behavior) const { return used + timeout(timer, behavior); }
  // Exact: a row is gone at the very instant of its end.
  bool alive(Instant now, const NatBehavior& behavior) const { return now < end(behavior); }
};

class MappingTable {
 public:
  MappingTable() = default;
  MappingTable(const MappingTable& other) { *this = other; }
  MappingTable& operator=(const MappingTable& other);
  // The row alive or not, or null. Pointers are valid until the next open().
  MappingRow* find_internal(Protocol protocol, V4Endpoint internal, V4Endpoint remote,
                            bool is_static = false);
  MappingRow* find_external(Protocol protocol, V4Endpoint external);
  MappingRow* find_id(uint32_t id);

  // Adds a row under the next id. REQUIRES: neither its internal key nor its external endpoint is
  // in the table.
  MappingRow& open(MappingRow row, const NatBehavior& behavior);
  void close(MappingRow& row);
  // Closes every row that has ended: afterwards those in the table are exactly those alive.
  void reclaim(Instant now, const NatBehavior& behavior);
  // To be called when a row's end may have moved towards the present.
  void end_moved(MappingRow& row, const NatBehavior& behavior);
  void clear();

  uint32_t size() const { return size_; }
  uint32_t statics() const { return statics_; }
  // The ports in use on `external_ip`, as a set that is kept up to date from the first call on.
  const PortSet& ports_in_use(Protocol protocol, uint32_t external_ip);
  template <class Visit>
  void each(Visit visit) const {
    for (const MappingRow& row : rows_) {
      if (row.id != 0) visit(row);
    }
  }

 private:
  struct Due {
    Instant at;
    uint32_t slot, id;
    bool operator>(const Due& other) const { return at > other.at; }
  };
  struct Large {
    SlotIndex by_internal, by_external, by_id;
    std::vector<Due>
        due;  // a min-heap by `at`; entries that differ from their row's `queued` are void
  };
  struct Pool {
    Pool(uint64_t its_key, std::unique_ptr<PortSet> its_ports)
        : key(its_key), ports(std::move(its_ports)) {}
    Pool(const Pool& other) : key(other.key), ports(std::make_unique<PortSet>(*other.ports)) {}
    Pool& operator=(Pool&&) = default;
    uint64_t key;
    std::unique_ptr<PortSet> ports;
  };
  static constexpr uint32_t kScanned = 8;

  template <class Matches>
  MappingRow* scan(Matches matches);
  uint32_t slot_of(const MappingRow& row) const {
    return static_cast<uint32_t>(&row - rows_.data());
  }
  void enter(uint32_t slot, const NatBehavior& behavior);
  void queue(MappingRow& row, const NatBehavior& behavior);
  void mark_port(const MappingRow& row, bool in_use);
  std::vector<Pool>::iterator pool_at(uint64_t key);

  SmallArray<MappingRow, 2> rows_;
  std::unique_ptr<Large> large_;
  std::unique_ptr<std::vector<Pool>>
      pools_;  // sorted by key; only of addresses that ran short of ports
  uint32_t size_ = 0;
  uint32_t statics_ = 0;
  uint32_t last_id_ = 0;
  uint32_t free_ = SlotIndex::kNothing;  // the first free slot
};

}  // namespace natbed
