// PeerTable: what a NAT knows of the remotes that its rows have beside their first one.
//
// An entry is a filter (this remote may send in, RFC 4787 §5) or one TCP connection of a row. It
// belongs to one row, or to the internal endpoint if that may have several rows, names the remote as
// far as that matters, and ends on its own: the time of its state after the last packet that counts.
// Most rows have one remote, which stands in the row itself (MappingRow::peer); a box that needs no
// more pays nothing here.
#pragma once

#include "nat_models/flow_table.h"
#include "nat_models/mapping_row.h"

namespace natbed {

struct RowPeer {
  Instant used;
  Timer timer = Timer::kUdpUnreplied;
  bool from_outside = false;  // TCP: the remote opened the connection
};

class PeerTable {
 public:
  // Valid until the next put().
  RowPeer* find(FlowKey key) { return empty_ ? nullptr : flows_.find(key); }
  // REQUIRES: the key is not there.
  template <class Dead>
  void put(FlowKey key, const RowPeer& peer, Dead dead) {
    empty_ = false;
    flows_.put(key, peer, [&](const auto& flow) { return dead(flow.value); });
  }
  bool empty() const { return empty_; }
  // Calls visit(key, peer) for each entry, in no order of meaning.
  template <class Visit>
  void each(Visit visit) const {
    flows_.each([&](const auto& flow) { visit(flow.key, flow.value); });
  }
  void clear() {
    flows_.clear();
    empty_ = true;
  }

  // Whose the filters of `row` are, and whose its TCP connections.
  static uint64_t filter_owner(const MappingRow& row, bool shared_among_rows) {
    const uint64_t who = shared_among_rows ? row.internal.key() : uint64_t{row.id};
    return uint64_t{static_cast<uint8_t>(row.protocol)} << 56 | who;
  }
  static uint64_t connection_owner(const MappingRow& row) { return uint64_t{0xFF} << 56 | row.id; }

 private:
  FlowTable<RowPeer, 2> flows_;
  bool empty_ = true;
};

}  // namespace natbed
