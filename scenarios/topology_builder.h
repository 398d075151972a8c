// TopologyBuilder: homes, carriers, routers and servers on top of a world's realms and interfaces.
//
// What people draw on a whiteboard is "alice behind a NAT behind a carrier's NAT"; what a world
// knows is realms, attachments, gateways and routes. This class turns the one into the other, with
// addresses from AddressPlan and names that are unique. A box (NAT or router) has one inside, which
// is opened when something is first attached to it.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "nat_models/behavior.h"
#include "scenarios/address_plan.h"
#include "sim/world.h"

namespace natbed {

// The public core: latency between any two of its interfaces, one-way.
struct CoreOptions {
  Duration latency_low = Duration::milliseconds(20);
  Duration latency_high = Duration::milliseconds(120);
  std::vector<std::string> regions;  // names of the rows and columns of `by_region`
  std::vector<Duration> by_region;   // [from][to], added to the part that is drawn
};

struct NodeOptions {
  std::string name;    // empty: made from `what` and a number
  std::string what;    // e.g. the kind of NAT; empty: "host", "nat" or "router"
  std::string region;  // of the core; empty: the first
  Link link;           // its attachment, seen from the node
};

class TopologyBuilder {
 public:
  // A realm inside a box adds " side" or so to the box's name.
  static constexpr size_t kMaxName = 26;

  // REQUIRES: `world` outlives this and is fresh; no one else adds to it.
  TopologyBuilder(World* world, const CoreOptions& core);

  // `at` is the box behind which the new node stands; an invalid id stands for the public core.
  Result<NodeId> add_host(NodeId at, const NodeOptions& options);
  Result<NodeId> add_nat(NodeId at, const NatBehavior& behavior, const NodeOptions& options);
  // As add_nat, but what is attached to it are subscribers: a carrier's realm.
  Result<NodeId> add_cgnat(NodeId at, const NatBehavior& behavior, const NodeOptions& options);
  // Forwards without translation; what is inside can be reached from outside.
  Result<NodeId> add_router(NodeId at, const NodeOptions& options);

  // Moves a host's interface behind another box, or to the core.
  Status move(NodeId host, NodeId to);
  // Gives a NAT a new external address where it stands.
  Status readdress(NodeId nat);

  NodeId find(std::string_view name) const;  // invalid if there is none
  bool is_box(NodeId node) const { return !node.valid() || world_->kind(node) != NodeKind::kHost; }
  // The interface towards the core.
  InterfaceId uplink(NodeId node) const { return world_->interfaces(node).front(); }
  IpAddress address(NodeId node) const { return world_->address_of(uplink(node)); }
  // A further address for a host where it stands, e.g. the second one of a STUN server.
  Result<IpAddress> add_address(NodeId host);
  World& world() const { return *world_; }

 private:
  // Where something can be attached: the core or the inside of a box.
  struct Place {
    RealmId realm;
    AddressBlock block;
    NodeId box;  // invalid for the core
  };
  struct Known {
    NodeId behind;         // the box that it is attached to
    int inside = -1;       // index into places_, once opened
    bool carrier = false;  // its inside is a carrier's realm
  };

  // All that a new node needs.
  struct Spot {
    Name name;
    RealmId realm;
    IpAddress address;
    Link link;
  };

  Result<Spot> spot_for(NodeId at, const NodeOptions& options, const std::string& what);
  std::string made_name(const std::string& what);
  Result<Name> name_for(const NodeOptions& options, const std::string& what);
  Result<Link> link_for(NodeId at, const NodeOptions& options) const;
  // The next address of the realm in which things behind `box` stand.
  Result<std::pair<RealmId, IpAddress>> address_behind(NodeId box);
  Result<int> place_inside(NodeId box);
  Result<int> open_inside(NodeId box);
  AddressBlock block_inside(NodeId box);
  void publish(NodeId router, const AddressBlock& block);
  NodeId remember(NodeId node, NodeId behind, const Name& name);
  const NatBehavior* keep(const NatBehavior& behavior);
  Known& known(NodeId node) { return known_[node.value()]; }

  World* world_;
  CoreOptions core_;
  AddressPlan plan_;
  std::vector<Place> places_;  // the core is the first
  std::vector<Known> known_;   // by node id: this class adds all nodes
  std::unordered_map<std::string, NodeId> by_name_;
  std::unordered_map<std::string, uint32_t>
      numbers_;  // the last one given to a name made from "nat", "host", ...
  std::deque<NatBehavior> behaviors_;
};

}  // namespace natbed
