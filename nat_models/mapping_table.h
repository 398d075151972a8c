// MappingTable: the rows of one NAT, found by their internal key, by their external endpoint, or by
// id.
//
// A home's few rows are scanned; past eight, indexes and an expiry wheel are built. A row's end is
// computed, never stored ahead, and a row that has ended may stay for a while: whoever finds one
// asks alive(). sweep() removes a few at a time, settle() all of them, for the rare questions whose
// answer depends on it (is the table full? which ports are free?). Ids are never given out twice.
#pragma once

#include <utility>
#include <vector>

#include "nat_models/expiry_wheel.h"
#include "nat_models/line_index.h"
#include "nat_models/mapping_row.h"
#include "nat_models/owned.h"
#include "nat_models/port_set.h"
#include "nat_models/row_store.h"

namespace natbed {

class MappingTable {
 public:
  explicit MappingTable(const NatBehavior* behavior) : behavior_(behavior) {}

  // Each finds a row, alive or not, or null. Pointers are valid until the next open().
  // `remote` as far as the mapping depends on it; a static row has none.
  MappingRow* find_internal(Protocol protocol, V4Endpoint internal, V4Endpoint remote,
                            bool is_static = false);
  // `remote` is blank but for sessions, see MappingRow::inbound_remote().
  MappingRow* find_external(Protocol protocol, V4Endpoint external, V4Endpoint remote = {});
  MappingRow* find_id(uint32_t id);
  // Sessions of one internal endpoint, from the youngest to the oldest; null after that.
  MappingRow* youngest_session(Protocol protocol, V4Endpoint internal);
  MappingRow* next_older(const MappingRow& row);

  bool alive(const MappingRow& row, Instant now) const {
    return natbed::alive(row, now, behavior_->timers);
  }
  Instant end(const MappingRow& row) const { return end_of(row, behavior_->timers); }
  // Whether the external endpoint is still not to be given away: alive, or resting.
  bool occupies(const MappingRow& row, Instant now) const {
    return now < end(row) + behavior_->of(row.protocol).ports.hold;
  }

  // Adds a row under the next id. REQUIRES: neither its internal key nor its external endpoint is
  // that of a row alive or resting. Rows that have ended give way.
  MappingRow& open(const MappingRow& row, Instant now);
  // Ends a row now; its port rests if the behaviour says so.
  void close(MappingRow& row, Instant now);
  // To be called when a row's end may have moved towards the present.
  void end_moved(MappingRow& row);

  // Removes some rows that have ended: enough to keep up if called for each row that is opened.
  void sweep(Instant now) {
    if (large_ && large_->wheel.may_be_due(now)) sweep_large(now);
  }
  // Removes all of them: afterwards size() counts exactly those alive.
  void settle(Instant now);
  void clear();

  uint32_t size() const { return size_; }  // without those that rest
  uint32_t statics() const { return statics_; }
  // The ports that are not to be given away on `external_ip`, kept up to date from the first call
  // on. REQUIRES: settle(now) was called. Not for sessions, which share ports.
  const PortSet& ports_in_use(Protocol protocol, uint32_t external_ip);
  // The same, or null, if nobody asked for that address yet.
  const PortSet* known_ports(Protocol protocol, uint32_t external_ip);
  // Calls visit(row) for each row, alive or not, in the order of slots.
  template <class Visit>
  void each(Visit visit) const {
    rows_.each([&](uint32_t, const MappingRow& row) {
      if (row.id != 0 && !row.has(MappingRow::kResting)) visit(row);
    });
  }
  // Is told of each row that ends, and of its port when that is free again; for what is counted
  // elsewhere.
  struct Listener {
    virtual ~Listener() = default;
    // `port_too`: the port is free. A row whose port rested is told twice, kResting the second time.
    virtual void on_gone(const MappingRow& row, bool port_too) = 0;
  };
  void set_listener(Listener* listener) { listener_ = listener; }

 private:
  static constexpr uint32_t kScanned = 8;
  static constexpr uint32_t kSweepBatch = 8, kSettleBatch = 64;
  static constexpr uint32_t kNothing = LineIndex::kNothing;

  struct Large {
    LineIndex by_internal, by_external;
    ExpiryWheel wheel;
    uint32_t opened = 0;  // since the last sweep
  };
  struct Pool {
    uint64_t key;
    Owned<PortSet> ports;
  };

  template <class Matches>
  MappingRow* scan(Matches matches);
  MappingRow* row_at(uint32_t slot) { return slot == kNothing ? nullptr : &rows_[slot]; }
  uint32_t slot_of(const MappingRow& row) const;
  void become_large();
  void enter(uint32_t slot);
  void await_end(uint32_t slot, Instant end);
  void leave_internal(uint32_t slot);
  void remove(uint32_t slot);
  // A row whose time may have come: ends it, lets it rest, or waits on.
  void look_at(uint32_t slot, Instant now);
  void retire(uint32_t slot, Instant ended, Instant now);
  void sweep_large(Instant now);
  void take_due(Instant now, uint32_t most);
  void link_session(uint32_t slot);
  void unlink_session(uint32_t slot);
  void mark_port(const MappingRow& row, bool in_use);
  Instant wake_of(const MappingRow& row) const;

  const NatBehavior* behavior_;
  RowStore rows_;
  Owned<Large> large_;
  Owned<LineIndex> by_id_;          // from the first find_id() in a large table on
  Owned<LineIndex> youngest_;       // sessions only: by internal endpoint
  Owned<std::vector<Pool>> pools_;  // sorted by key; only of addresses that ran short of ports
  Listener* listener_ = nullptr;
  uint32_t size_ = 0;
  uint32_t statics_ = 0;
  uint32_t last_id_ = 0;
  uint32_t free_ = kNothing;  // the first free slot
};

}  // namespace natbed
