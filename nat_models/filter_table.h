// FilterTable: which remotes may send in, because the inside sent to them (RFC 4787 §5).
//
// An entry belongs to the internal endpoint or to one mapping (FilterScope), names the remote as
// far as the filtering depends on it, and ends like a mapping does: the timeout of its own state
// after the last packet that counts under the behaviour's refresh direction. Under
// endpoint-independent filtering there are no entries at all.
#pragma once

#include "nat_models/flow_table.h"
#include "nat_models/mapping_table.h"

namespace natbed {

class FilterTable {
 public:
  struct Entry {
    Instant used;
    Timer timer;
    bool alive(Instant now, const NatBehavior& behavior) const {
      return now < used + timeout(timer, behavior);
    }
  };

  // A packet to `remote` left through `row`.
  void sent(const NatBehavior& behavior, const MappingRow& row, V4Endpoint remote, Instant now);
  // The entry alive that admits a packet from `remote` to `row`, or null. Valid until the next
  // sent().
  Entry* find(const NatBehavior& behavior, const MappingRow& row, V4Endpoint remote, Instant now);
  // A packet that `entry` admits goes in through `row`.
  static void received(const NatBehavior& behavior, const MappingRow& row, Entry& entry,
                       Instant now);

  // The owner of the entries that speak for `row`.
  static uint64_t owner(const NatBehavior& behavior, const MappingRow& row);
  // Calls visit(owner, entry) for each entry, in no order of meaning.
  template <class Visit>
  void each(Visit visit) const {
    flows_.each([&](const auto& flow) { visit(flow.key.owner, flow.value); });
  }
  void clear() { flows_.clear(); }

 private:
  FlowTable<Entry, 3> flows_;  // a server, a rendezvous and a peer fit in place
};

}  // namespace natbed
