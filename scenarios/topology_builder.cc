#include "scenarios/topology_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace natbed {
namespace {

// Inside a home half a millisecond one-way, as baselines.md W5 has it. Five to a carrier's box: an
// assumption, in the order of an access network's first hops; a subscriber's `latency` adds to it.
constexpr Duration kHomeLatency = Duration::microseconds(500);
constexpr Duration kCarrierLatency = Duration::milliseconds(5);
constexpr int kV4Bits = 96;  // an IPv4 prefix of n bits has 96 + n in 128-bit form

}  // namespace

TopologyBuilder::TopologyBuilder(World* world, const CoreOptions& core)
    : world_(world), core_(core) {
  RealmProfile profile = RealmProfile::core(core.latency_low, core.latency_high);
  profile.by_region = core.by_region;
  places_.push_back({world->add_realm("core", profile), plan_.core(), NodeId()});
}

Result<NodeId> TopologyBuilder::add_host(NodeId at, const NodeOptions& options) {
  const Result<Spot> spot = spot_for(at, options, "host");
  if (!spot) return spot.error();
  const NodeId host = world_->add_host(spot->name);
  world_->attach(host, spot->realm, spot->address, spot->link);
  return remember(host, at, spot->name);
}

Result<NodeId> TopologyBuilder::add_nat(NodeId at, const NatBehavior& behavior,
                                        const NodeOptions& options) {
  const Result<Spot> spot = spot_for(at, options, "nat");
  if (!spot) return spot.error();
  const std::span external(&spot->address, 1);
  return remember(world_->add_nat(spot->name, keep(behavior), spot->realm, external, spot->link),
                  at, spot->name);
}

Result<NodeId> TopologyBuilder::add_cgnat(NodeId at, const NatBehavior& behavior,
                                          const NodeOptions& options) {
  const Result<NodeId> nat = add_nat(at, behavior, options);
  if (nat) known(*nat).carrier = true;
  return nat;
}

Result<NodeId> TopologyBuilder::add_router(NodeId at, const NodeOptions& options) {
  const Result<Spot> spot = spot_for(at, options, "router");
  if (!spot) return spot.error();
  const NodeId router = world_->add_router(spot->name);
  world_->attach(router, spot->realm, spot->address, spot->link);
  return remember(router, at, spot->name);
}

Status TopologyBuilder::move(NodeId host, NodeId to) {
  const auto place = address_behind(to);
  if (!place) return place.error();
  world_->move(uplink(host), place->first, place->second);
  known(host).behind = to;
  return ok();
}

Status TopologyBuilder::readdress(NodeId nat) {
  const auto place = address_behind(known(nat).behind);
  if (!place) return place.error();
  world_->readdress(nat, std::span(&place->second, 1));
  return ok();
}

Result<IpAddress> TopologyBuilder::add_address(NodeId host) {
  const auto place = address_behind(known(host).behind);
  if (!place) return place.error();
  world_->add_address(uplink(host), place->second);
  return place->second;
}

NodeId TopologyBuilder::find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? NodeId() : found->second;
}

Result<TopologyBuilder::Spot> TopologyBuilder::spot_for(NodeId at, const NodeOptions& options,
                                                        const std::string& what) {
  const Result<Name> name = name_for(options, what);
  if (!name) return name.error();
  const Result<Link> link = link_for(at, options);
  if (!link) return link.error();
  const auto place = address_behind(at);
  if (!place) return place.error();
  return Spot{*name, place->first, place->second, *link};
}

std::string TopologyBuilder::made_name(const std::string& what) {
  std::string made;
  do made = fmt::format("{}-{}", what, ++numbers_[what]);
  while (by_name_.contains(made));
  return made;
}

Result<Name> TopologyBuilder::name_for(const NodeOptions& options, const std::string& what) {
  if (options.name.empty()) return Name(made_name(options.what.empty() ? what : options.what));
  if (options.name.size() > kMaxName) {
    return Error{fmt::format("the name \"{}\" has {} bytes, at most {} are possible", options.name,
                             options.name.size(), kMaxName)};
  }
  if (printable(options.name) != options.name ||
      options.name.find_first_of("\n\t") != std::string::npos) {
    return Error{fmt::format("a name is one line of text, and found control characters in \"{}\"",
                             printable(options.name))};
  }
  if (by_name_.contains(options.name)) {
    return Error{fmt::format("there is already a node called \"{}\"", options.name)};
  }
  return Name(options.name);
}

Result<Link> TopologyBuilder::link_for(NodeId at, const NodeOptions& options) const {
  Link link = options.link;
  if (options.region.empty()) return link;
  if (at.valid()) return Error{"a region is a place in the core: give it to the outermost box"};
  if (core_.regions.empty()) return Error{"the network has no regions"};
  const auto region = std::ranges::find(core_.regions, options.region);
  if (region == core_.regions.end()) {
    return Error{fmt::format("unknown region \"{}\" (the network has: {})", options.region,
                             fmt::join(core_.regions, ", "))};
  }
  link.region = static_cast<uint16_t>(region - core_.regions.begin());
  return link;
}

Result<std::pair<RealmId, IpAddress>> TopologyBuilder::address_behind(NodeId box) {
  const Result<int> inside = place_inside(box);
  if (!inside) return inside.error();
  Place& place = places_[*inside];
  if (const std::optional<IpAddress> next = place.block.next())
    return std::pair(place.realm, *next);
  return Error{fmt::format("no address is left in {}/{}", place.block.prefix().to_string(),
                           place.block.length())};
}

Result<int> TopologyBuilder::place_inside(NodeId box) {
  if (!box.valid()) return 0;
  if (!is_box(box))
    return Error{
        fmt::format("\"{}\" is a host: nothing stands behind it", world_->name(box).view())};
  if (known(box).inside >= 0) return known(box).inside;
  return open_inside(box);
}

Result<int> TopologyBuilder::open_inside(NodeId box) {
  AddressBlock block = block_inside(box);
  if (block.empty()) return Error{"all 256 public networks for routers are given out"};
  const bool carrier = known(box).carrier;
  const Name name(fmt::format("{} {}", world_->name(box).view(), carrier ? "net" : "lan"));
  const RealmId realm = world_->add_realm(
      name, carrier ? RealmProfile::carrier(kCarrierLatency) : RealmProfile::lan(kHomeLatency));
  if (world_->kind(box) == NodeKind::kRouter) publish(box, block);
  const InterfaceId gateway = world_->attach(box, realm, *block.next());
  world_->set_gateway(realm, gateway);
  places_.push_back({realm, block, box});
  return known(box).inside = static_cast<int>(places_.size()) - 1;
}

AddressBlock TopologyBuilder::block_inside(NodeId box) {
  if (known(box).carrier) return plan_.carrier();
  // Only behind routers all the way are addresses public.
  NodeId at = box;
  while (at.valid() && world_->kind(at) == NodeKind::kRouter) at = known(at).behind;
  return at.valid() ? plan_.next_home() : plan_.next_public();
}

void TopologyBuilder::publish(NodeId router, const AddressBlock& block) {
  NodeId at = router;
  while (at.valid() && world_->kind(at) == NodeKind::kRouter) {
    const InterfaceId via = uplink(at);
    world_->add_route(world_->realm_of(via), block.prefix(), kV4Bits + block.length(), via);
    at = known(at).behind;
  }
}

NodeId TopologyBuilder::remember(NodeId node, NodeId behind, const Name& name) {
  NATBED_CHECK(node.value() == known_.size(), "somebody else added a node");
  known_.push_back({behind});
  by_name_.emplace(name.view(), node);
  return node;
}

const NatBehavior* TopologyBuilder::keep(const NatBehavior& behavior) {
  for (const NatBehavior& kept : behaviors_) {
    if (kept == behavior) return &kept;
  }
  return &behaviors_.emplace_back(behavior);
}

}  // namespace natbed
