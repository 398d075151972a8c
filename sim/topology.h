// Topology: which node has which interface in which realm, and who answers to an address there.
//
// Plain data without time or packets. An address is found in O(1): a realm of at most four
// addresses (a home) keeps them in its own cache line, all others share one flat index. An
// interface is one cache line, because a packet's hop reads two of them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/id.h"
#include "base/name.h"
#include "base/prefetch.h"
#include "base/trace_event.h"
#include "sim/flat_index.h"
#include "sim/growing_array.h"
#include "sim/link.h"
#include "sim/machine_id.h"
#include "sim/name_table.h"
#include "sim/realm_profile.h"

namespace natbed {

struct alignas(64) Interface {
  IpAddress address;
  // A hash of the node's name and the interface's place: names its random streams.
  uint64_t key = 0;
  LinkRef up, down;
  NodeId node;
  RealmId realm;
  InterfaceId next;  // of the same node, in the order of attachment
  // A NAT's: as Node::detail, to spare a hop the look at the node. A host's: the UDP socket that a
  // packet found last, to spare the next one the look-up.
  uint32_t detail = FlatIndex::kNone;
  uint16_t region = 0;
  NodeKind node_kind = NodeKind::kHost;
  bool outside = false;  // of a NAT
  bool cut = false;
  bool powered = true;  // as Node::powered
};
static_assert(sizeof(Interface) == 64);

struct Node {
  uint64_t key = 0;   // a hash of the name
  InterfaceId first;  // a NAT's outside comes first
  MachineId first_machine;
  uint32_t detail = FlatIndex::kNone;  // of a NAT: its number among the NATs
  uint32_t draws = 0;                  // ephemeral ports drawn so far
  NodeKind kind = NodeKind::kHost;
  bool powered = true;
};

class Topology {
 public:
  void reset(uint64_t seed);

  RealmId add_realm(const Name& name, const RealmProfile& profile);
  NodeId add_node(const Name& name, NodeKind kind, uint32_t detail);
  // The interface exists but has no address yet, and no links.
  InterfaceId add_interface(NodeId node, RealmId realm);
  // The first address of an interface is its own, the others are aliases. REQUIRES: nobody in the
  // realm has it.
  void add_address(InterfaceId interface, IpAddress address);
  void remove_addresses(InterfaceId interface);
  void set_realm(InterfaceId interface, RealmId realm);  // REQUIRES: it has no addresses
  void set_gateway(RealmId realm, InterfaceId gateway);
  void add_route(RealmId realm, IpAddress prefix, int length, InterfaceId via);
  void set_powered(NodeId node, bool powered);

  // Who has `address` in `realm`; invalid if nobody.
  InterfaceId find(RealmId realm, IpAddress address) const;
  // Who takes packets for `address` in `realm`: its owner, else a route, else the gateway, else
  // nobody.
  InterfaceId resolve(RealmId realm, IpAddress address) const {
    const InterfaceId owner = find(realm, address);
    return owner.valid() ? owner : resolve_indirectly(realm, address);
  }
  bool owns(InterfaceId interface, IpAddress address) const {
    const Interface& i = (*this)[interface];
    return i.address == address || find(i.realm, address) == interface;
  }
  // The one-way delay of the realm that both are attached to.
  Duration latency(const Interface& from, const Interface& to) const;

  // Fetch into the cache; see look_ahead.cc.
  void prefetch(NodeId id) const { prefetch_line(&nodes_[id.value()]); }
  void prefetch_peers(const Interface& from, IpAddress address, uint32_t step) const;
  Interface& operator[](InterfaceId id) { return interfaces_[id.value()]; }
  const Interface& operator[](InterfaceId id) const { return interfaces_[id.value()]; }
  Node& operator[](NodeId id) { return nodes_[id.value()]; }
  const Node& operator[](NodeId id) const { return nodes_[id.value()]; }
  RealmKind kind(RealmId id) const { return realms_[id.value()].kind; }
  Name name(NodeId id) const { return node_names_[id.value()]; }
  Name name(RealmId id) const { return realm_names_[id.value()]; }
  uint32_t node_count() const { return nodes_.size(); }
  uint32_t realm_count() const { return realms_.size(); }
  uint32_t interface_count() const { return interfaces_.size(); }

 private:
  // An interface's number (its own address) or, with kAlias set, that of an alias.
  using Owner = uint32_t;
  static constexpr Owner kAlias = 1u << 31;
  struct Alias {
    IpAddress address;
    InterfaceId interface;
  };
  static constexpr uint32_t kFewAddresses = 4;
  struct alignas(64) Realm {
    std::array<uint32_t, kFewAddresses> few_tags = {};  // of the addresses, while they are few
    std::array<Owner, kFewAddresses> few_owners = {};
    uint64_t low_ns = 0, spread_ns = 0;
    InterfaceId gateway;
    uint32_t address_count = 0;  // beyond kFewAddresses all of them are in by_address_, for good
    uint16_t regions = 0;        // of by_region
    uint16_t matrix = 0;         // its number
    RealmKind kind = RealmKind::kLan;
    bool has_routes = false;
    bool indexed = false;
  };
  struct Route {
    RealmId realm;
    IpAddress prefix;
    int length;
    InterfaceId via;
  };

  uint64_t address_hash(RealmId realm, IpAddress address) const {
    return hash_mix(hash_of(address), realm.value());
  }
  void prefetch_owner(RealmId realm, IpAddress address) const;
  void prefetch_owners(const Realm& realm) const;
  IpAddress address_of(Owner owner) const;
  InterfaceId interface_of(Owner owner) const;
  bool answers(Owner owner, RealmId realm, IpAddress address) const;
  void enter(RealmId realm, IpAddress address, Owner owner);
  void strike(RealmId realm, IpAddress address, Owner owner);
  InterfaceId resolve_indirectly(RealmId realm, IpAddress address) const;

  uint64_t seed_ = 0;
  GrowingArray<Node> nodes_;
  GrowingArray<Interface> interfaces_;
  GrowingArray<Realm> realms_;
  std::vector<std::vector<Duration>> matrices_;  // by_region of the realms that have one
  std::vector<Alias> aliases_;                   // of no interface: struck out
  std::vector<Route> routes_;                    // longest prefix first
  FlatIndex by_address_;
  NameTable node_names_, realm_names_;
};

}  // namespace natbed
