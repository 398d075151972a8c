#include "sim/topology.h"

#include <algorithm>

#include "base/check.h"

namespace natbed {
namespace {

bool has_prefix(IpAddress address, IpAddress prefix, int length) {
  const auto& a = address.bytes();
  const auto& p = prefix.bytes();
  const auto whole = static_cast<size_t>(length / 8);
  if (!std::equal(a.begin(), a.begin() + whole, p.begin())) return false;
  const int rest = length % 8;
  return rest == 0 || (a[whole] ^ p[whole]) >> (8 - rest) == 0;
}

}  // namespace

void Topology::reset(uint64_t seed) {
  seed_ = seed;
  nodes_.clear();
  interfaces_.clear();
  realms_.clear();
  matrices_.clear();
  aliases_.clear();
  routes_.clear();
  by_address_.clear();
  node_names_.clear();
  realm_names_.clear();
}

RealmId Topology::add_realm(const Name& name, const RealmProfile& profile) {
  NATBED_CHECK(Duration::zero() <= profile.latency_low &&
               profile.latency_low <= profile.latency_high);
  Realm realm;
  realm.kind = profile.kind;
  realm.low_ns = static_cast<uint64_t>(profile.latency_low.ns());
  realm.spread_ns = static_cast<uint64_t>((profile.latency_high - profile.latency_low).ns());
  if (!profile.by_region.empty()) {
    while (size_t{realm.regions} * realm.regions < profile.by_region.size()) ++realm.regions;
    NATBED_CHECK(size_t{realm.regions} * realm.regions == profile.by_region.size(), "a square");
    realm.matrix = static_cast<uint16_t>(matrices_.size());
    matrices_.push_back(profile.by_region);
  }
  const RealmId id(realm_count());
  realms_.push_back(realm);
  realm_names_.add(name);
  return id;
}

NodeId Topology::add_node(const Name& name, NodeKind kind, uint32_t detail) {
  const NodeId id(node_count());
  Node node;
  node.key = name.empty() ? hash_mix(id.value(), 0) : hash_bytes(name.view());
  node.kind = kind;
  node.detail = detail;
  nodes_.push_back(node);
  node_names_.add(name);
  return id;
}

InterfaceId Topology::add_interface(NodeId node_id, RealmId realm) {
  NATBED_CHECK(node_id.value() < node_count() && realm.value() < realm_count());
  const InterfaceId id(interface_count());
  Node& node = nodes_[node_id.value()];
  uint64_t place = 0;
  if (!node.first.valid()) {
    node.first = id;
  } else {
    InterfaceId last = node.first;
    for (++place; (*this)[last].next.valid(); ++place) last = (*this)[last].next;
    (*this)[last].next = id;
  }
  Interface interface;
  interface.key = hash_mix(node.key, place);
  interface.node = node_id;
  interface.realm = realm;
  interface.detail = node.detail;
  interface.node_kind = node.kind;
  interface.powered = node.powered;
  interfaces_.push_back(interface);
  return id;
}

void Topology::add_address(InterfaceId id, IpAddress address) {
  Interface& interface = (*this)[id];
  NATBED_CHECK(!address.is_unspecified());
  NATBED_CHECK(!find(interface.realm, address).valid(),
               "an address was given out twice in one realm");
  if (interface.address == IpAddress()) {
    interface.address = address;
    enter(interface.realm, address, id.value());
  } else {
    const auto alias = static_cast<uint32_t>(aliases_.size());
    aliases_.push_back({address, id});
    enter(interface.realm, address, alias | kAlias);
  }
}

void Topology::remove_addresses(InterfaceId id) {
  Interface& interface = (*this)[id];
  for (uint32_t i = 0; i < aliases_.size(); ++i) {
    if (aliases_[i].interface != id) continue;
    strike(interface.realm, aliases_[i].address, i | kAlias);
    aliases_[i] = {};
  }
  if (interface.address != IpAddress()) strike(interface.realm, interface.address, id.value());
  interface.address = IpAddress();
}

void Topology::set_realm(InterfaceId id, RealmId realm) {
  NATBED_CHECK(realm.value() < realm_count() && (*this)[id].address == IpAddress());
  Realm& old = realms_[(*this)[id].realm.value()];
  if (old.gateway == id) old.gateway = InterfaceId();
  (*this)[id].realm = realm;
}

void Topology::set_gateway(RealmId realm, InterfaceId gateway) {
  NATBED_CHECK((*this)[gateway].realm == realm, "a gateway is attached to the realm it serves");
  NATBED_CHECK((*this)[gateway].node_kind != NodeKind::kHost, "hosts do not forward");
  realms_[realm.value()].gateway = gateway;
}

void Topology::add_route(RealmId realm, IpAddress prefix, int length, InterfaceId via) {
  NATBED_CHECK((*this)[via].realm == realm && 0 <= length && length <= 128);
  NATBED_CHECK((*this)[via].node_kind != NodeKind::kHost, "hosts do not forward");
  realms_[realm.value()].has_routes = true;
  const auto shorter = [&](const Route& route) { return route.length < length; };
  routes_.insert(std::find_if(routes_.begin(), routes_.end(), shorter),
                 {realm, prefix, length, via});
}

void Topology::set_powered(NodeId node, bool powered) {
  (*this)[node].powered = powered;
  for (InterfaceId i = (*this)[node].first; i.valid(); i = (*this)[i].next)
    (*this)[i].powered = powered;
}

IpAddress Topology::address_of(Owner owner) const {
  return owner & kAlias ? aliases_[owner & ~kAlias].address : interfaces_[owner].address;
}

InterfaceId Topology::interface_of(Owner owner) const {
  return owner & kAlias ? aliases_[owner & ~kAlias].interface : InterfaceId(owner);
}

bool Topology::answers(Owner owner, RealmId realm, IpAddress address) const {
  return address_of(owner) == address && (*this)[interface_of(owner)].realm == realm;
}

InterfaceId Topology::find(RealmId realm_id, IpAddress address) const {
  const uint64_t hash = address_hash(realm_id, address);
  const Realm& realm = realms_[realm_id.value()];
  const auto is_it = [&](Owner owner) { return answers(owner, realm_id, address); };
  if (!realm.indexed) {
    for (uint32_t i = 0; i < realm.address_count; ++i) {
      if (realm.few_tags[i] == static_cast<uint32_t>(hash) && is_it(realm.few_owners[i])) {
        return interface_of(realm.few_owners[i]);
      }
    }
    return InterfaceId();
  }
  const Owner owner = by_address_.find(hash, is_it);
  return owner == FlatIndex::kNone ? InterfaceId() : interface_of(owner);
}

void Topology::enter(RealmId realm_id, IpAddress address, Owner owner) {
  Realm& realm = realms_[realm_id.value()];
  if (!realm.indexed && realm.address_count == kFewAddresses) {
    realm.indexed = true;
    for (const Owner o : realm.few_owners)
      by_address_.add(address_hash(realm_id, address_of(o)), o);
  }
  const uint64_t hash = address_hash(realm_id, address);
  if (realm.indexed) {
    by_address_.add(hash, owner);
  } else {
    realm.few_tags[realm.address_count] = static_cast<uint32_t>(hash);
    realm.few_owners[realm.address_count] = owner;
  }
  ++realm.address_count;
}

void Topology::strike(RealmId realm_id, IpAddress address, Owner owner) {
  Realm& realm = realms_[realm_id.value()];
  --realm.address_count;
  if (realm.indexed) {
    by_address_.remove(address_hash(realm_id, address), owner);
    return;
  }
  const auto at =
      std::find(realm.few_owners.begin(), realm.few_owners.end(), owner) - realm.few_owners.begin();
  realm.few_tags[at] = realm.few_tags[realm.address_count];
  realm.few_owners[at] = realm.few_owners[realm.address_count];
}

InterfaceId Topology::resolve_indirectly(RealmId realm_id, IpAddress address) const {
  const Realm& realm = realms_[realm_id.value()];
  if (realm.has_routes) {
    for (const Route& route : routes_) {
      if (route.realm == realm_id && has_prefix(address, route.prefix, route.length))
        return route.via;
    }
  }
  return realm.gateway;
}

Duration Topology::latency(const Interface& from, const Interface& to) const {
  const Realm& realm = realms_[from.realm.value()];
  uint64_t ns = realm.low_ns;
  if (realm.spread_ns != 0) {
    __extension__ using Wide = unsigned __int128;
    // Symmetric in the two keys; the high part of a product maps the hash on [0, spread] with a
    // bias below 2^-20.
    const uint64_t draw = Rng::mix(hash_mix(seed_ ^ from.key ^ to.key, from.key + to.key));
    ns += static_cast<uint64_t>(static_cast<Wide>(draw) * (realm.spread_ns + 1) >> 64);
  }
  Duration delay = Duration::nanoseconds(static_cast<int64_t>(ns));
  if (realm.regions != 0) {
    NATBED_CHECK(from.region < realm.regions && to.region < realm.regions,
                 "a region without a row");
    delay += matrices_[realm.matrix][size_t{from.region} * realm.regions + to.region];
  }
  return delay;
}

}  // namespace natbed
