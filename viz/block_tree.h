// BlockTree: the nodes of a run as nested boxes, the way the picture shows them.
//
// The public core in the middle with its servers and relays; around it blocks, each a gate (NAT or
// router) with the realms behind it, the hosts there and further blocks inside (a carrier with its
// homes). A host that moves stands in every realm it ever was in, so that the picture stays where
// it is when time goes on.
#pragma once

#include <vector>

#include "viz/topology.h"

namespace natbed::viz {

struct Stay {
  NodeId node;
  RealmId realm;
};

struct Block {
  Stay gate;  // in the realm outside; no gate: a host that stands in the core itself
  RealmKind kind = RealmKind::kLan;
  std::string title;  // of a carrier
  std::vector<Stay> hosts;
  std::vector<Block> inner;
  size_t node_count() const;
};

struct BlockTree {
  RealmId core;
  std::vector<Stay> servers;  // in the core: servers and relays
  std::vector<Block> blocks;
};

BlockTree make_block_tree(const Topology& topology);

}  // namespace natbed::viz
