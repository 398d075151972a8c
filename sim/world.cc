#include "sim/world.h"

#include "base/check.h"
#include "sim/world_state.h"

namespace natbed {

World::World(uint64_t seed) : state_(std::make_unique<State>(seed)) {}
World::~World() = default;
World::World(World&&) noexcept = default;
World& World::operator=(World&&) noexcept = default;

void World::reset(uint64_t seed) {
  State& s = *state_;
  s.runner.reset();
  s.sockets.reset();
  s.network.reset();
  s.kernel.reset(seed);
  s.events_fetched = 0;
  s.listener = nullptr;
  s.alarms.clear();
  s.free_alarms.clear();
  s.stop_requested = false;
}

Instant World::now() const { return state_->kernel.now; }
Rng World::stream(std::string_view name) const { return state_->kernel.root.fork(name); }
const WorldCounters& World::counters() const { return state_->kernel.counters; }

RealmId World::add_realm(const Name& name, const RealmProfile& profile) {
  const RealmId realm = state_->kernel.topology.add_realm(name, profile);
  state_->kernel.trace.realm(realm);
  return realm;
}

NodeId World::add_host(const Name& name) {
  const NodeId node = state_->kernel.topology.add_node(name, NodeKind::kHost, FlatIndex::kNone);
  state_->kernel.trace.node(node);
  return node;
}

NodeId World::add_router(const Name& name) {
  const NodeId node = state_->kernel.topology.add_node(name, NodeKind::kRouter, FlatIndex::kNone);
  state_->kernel.trace.node(node);
  return node;
}

NodeId World::add_nat(const Name& name, const NatBehavior* behavior, RealmId outside,
                      std::span<const IpAddress> external, const Link& link) {
  Kernel& k = state_->kernel;
  const InterfaceId id = state_->network.add_nat(name, behavior, external, outside);
  state_->give_links(id, link);
  for (const IpAddress& address : external) k.topology.add_address(id, address);
  const NodeId node = k.topology[id].node;
  k.trace.node(node);
  k.trace.interface(id);
  return node;
}

InterfaceId World::attach(NodeId node, RealmId realm, IpAddress address, const Link& link) {
  Kernel& k = state_->kernel;
  const InterfaceId id = k.topology.add_interface(node, realm);
  state_->give_links(id, link);
  k.topology.add_address(id, address);
  k.trace.interface(id);
  return id;
}

void World::State::give_links(InterfaceId id, const Link& link) {
  Interface& interface = kernel.topology[id];
  const Rng stream = kernel.root.fork("links").fork(interface.key);
  interface.up = kernel.links.add(link.up, stream.fork("up"));
  interface.down = kernel.links.add(link.down, stream.fork("down"));
  interface.region = link.region;
}

void World::add_address(InterfaceId interface, IpAddress address) {
  state_->kernel.topology.add_address(interface, address);
}

void World::set_gateway(RealmId realm, InterfaceId gateway) {
  state_->kernel.topology.set_gateway(realm, gateway);
}

void World::add_route(RealmId realm, IpAddress prefix, int length, InterfaceId via) {
  state_->kernel.topology.add_route(realm, prefix, length, via);
}

MachineId World::start(NodeId host, std::unique_ptr<Machine> machine) {
  const MachineId id = state_->runner.start(host, std::move(machine));
  state_->runner.settle();
  return id;
}

void World::stop(MachineId machine) {
  state_->runner.stop(machine);
  state_->runner.settle();
}

Machine* World::begin_call(MachineId machine) { return state_->runner.begin_call(machine); }
Outbox& World::call_outbox() { return state_->runner.outbox(); }

void World::end_call(MachineId machine) {
  state_->runner.end_call(machine);
  state_->runner.settle();
}

void World::inject(NodeId node, Packet packet, ByteView payload) {
  if (state_->kernel.topology[node].powered) state_->network.originate(node, packet, payload);
}

void World::set_listener(WorldListener* listener) {
  state_->listener = listener;
  state_->runner.set_listener(listener);
}

void World::set_sink(TraceSink* sink) {
  state_->kernel.trace.set_sink(sink);
  state_->kernel.trace.topology();
}

void World::note(std::string_view text) { state_->kernel.trace.text(TraceKind::kNote, text); }
void World::record(std::string_view json) { state_->kernel.trace.text(TraceKind::kRecord, json); }

Name World::name(NodeId node) const { return state_->kernel.topology.name(node); }
NodeKind World::kind(NodeId node) const { return state_->kernel.topology[node].kind; }
NodeId World::node_of(InterfaceId id) const { return state_->kernel.topology[id].node; }
NodeId World::node_of(MachineId id) const { return state_->runner.node_of(id); }
RealmId World::realm_of(InterfaceId id) const { return state_->kernel.topology[id].realm; }
IpAddress World::address_of(InterfaceId id) const { return state_->kernel.topology[id].address; }
const Nat& World::nat(NodeId nat) const { return state_->network.nat(nat); }
Nat& World::nat(NodeId nat) { return state_->network.nat(nat); }

std::vector<InterfaceId> World::interfaces(NodeId node) const {
  const Topology& topology = state_->kernel.topology;
  std::vector<InterfaceId> all;
  for (InterfaceId i = topology[node].first; i.valid(); i = topology[i].next) all.push_back(i);
  return all;
}

}  // namespace natbed
