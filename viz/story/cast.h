// Cast: who is who in a run: which host an endpoint leads to, through whatever mappings its NATs
// made, and which boxes stand before a host.
//
// A story says "bob (198.18.0.4:25689)", never an address alone. Asked when all events are known.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "viz/topology.h"

namespace natbed::viz {

class Cast {
 public:
  // REQUIRES: the events in the order of the trace; others than topology and opened mappings are
  // ignored.
  Status on_event(const TraceEvent& event);

  const Topology& topology() const { return topology_; }
  std::string name(NodeId node) const;
  std::string kind(NodeId box) const;  // "symmetric"; empty if its name says it, or nobody does
  // The host that a packet to `endpoint` is meant for: through mappings inwards, as far as they are
  // known; else the box or host that has the address; invalid if nobody has.
  NodeId meant(const Endpoint& endpoint) const;
  // "bob (198.18.0.4:25689)": whom it leads to, and the endpoint itself.
  std::string whom(const Endpoint& endpoint) const;
  // The NATs between `host` and the core at `t`, the nearest first.
  std::vector<NodeId> boxes_before(NodeId host, Instant t) const;
  IpAddress address(NodeId node, Instant t) const;  // of a NAT: the outside one

  // One mapping of a NAT.
  struct Mapping {
    Endpoint internal, external, remote;
    Protocol protocol = Protocol::kUdp;
    Instant opened;
  };
  // In the order of their opening.
  const std::vector<Mapping>& mappings(NodeId box) const;
  const Mapping* mapping(NodeId box, RowId row) const;

 private:
  const Attachment* uplink(NodeId node, Instant t) const;  // null if it has none

  Topology topology_;
  std::map<NodeId, std::vector<Mapping>> mappings_;
  std::map<std::pair<NodeId, RowId>, size_t> rows_;         // into mappings_[node]
  std::map<std::pair<NodeId, Endpoint>, Endpoint> inward_;  // external → internal, the newest
};

}  // namespace natbed::viz
