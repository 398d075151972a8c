// NatTables: the mapping table of every NAT at any instant, with the time that each row has left.
//
// A row lives from kMappingOpened until it is closed or its timer runs out; refreshes move the end.
// Expiry has no event of its own: a row whose `until` has passed is gone at that very instant.
#pragma once

#include <unordered_map>
#include <vector>

#include "base/trace_event.h"

namespace natbed::viz {

struct TableRow {
  RowId row;
  Protocol protocol = Protocol::kUdp;
  Endpoint internal, external;
  Endpoint remote;  // the part of the remote that the mapping is bound to
  Instant opened, refreshed, expires;
  Duration lifetime() const { return expires - refreshed; }  // what the timer was last set to
};

class NatTables {
 public:
  // REQUIRES: events in the order of the trace; other kinds than kMapping… are ignored.
  void on_event(const TraceEvent& event);
  // Rows of `nat` alive at `t`, in the order in which they were opened.
  std::vector<TableRow> rows(NodeId nat, Instant t) const;
  size_t row_count(NodeId nat, Instant t) const;

 private:
  struct Refresh {
    Instant at, until;
  };
  struct Life {
    TableRow first;
    std::vector<Refresh> refreshes;
    Instant closed = Instant::never();
  };
  const Refresh* alive(const Life& life, Instant t) const;
  Life* newest(NodeId nat, RowId row);
  const std::vector<Life>* table(NodeId nat) const;

  std::vector<std::vector<Life>> tables_;        // by NodeId; each in order of opening
  std::unordered_map<uint64_t, size_t> newest_;  // NAT and row → its last life, for look-up only
};

}  // namespace natbed::viz
