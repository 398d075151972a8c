// What goes wrong, or is made to, at an exact instant.

#include "base/check.h"
#include "sim/world_state.h"

namespace natbed {
namespace {

// A NAT that forgets tells the trace which rows it forgot, and lets go of packets that it held.
void forget_rows(Kernel& k, NodeId node, Network& network) {
  const Nat& nat = network.nat(node);
  network.forget_held(node);
  if (!k.trace.on()) return;
  for (const NatRow& row : nat.list(k.now)) k.trace.mapping_closed(node, row);
}

}  // namespace

void World::cut(InterfaceId id) {
  Interface& interface = state_->kernel.topology[id];
  interface.cut = true;
  state_->kernel.trace.fault(interface.node, id, "cut");
}

void World::restore(InterfaceId id) {
  Interface& interface = state_->kernel.topology[id];
  interface.cut = false;
  state_->kernel.trace.fault(interface.node, id, "restore");
}

void World::reboot(NodeId node) {
  Kernel& k = state_->kernel;
  Nat& nat = state_->network.nat(node);
  k.trace.fault(node, {}, "reboot");
  forget_rows(k, node, state_->network);
  nat.reboot();
}

void World::readdress(NodeId node, std::span<const IpAddress> external) {
  Kernel& k = state_->kernel;
  Nat& nat = state_->network.nat(node);
  const InterfaceId outside = k.topology[node].first;
  const IpAddress old = k.topology[outside].address;
  k.trace.fault(node, outside, "readdress");
  forget_rows(k, node, state_->network);
  nat.readdress(external);
  k.topology.remove_addresses(outside);
  for (const IpAddress& address : external) k.topology.add_address(outside, address);
  k.trace.interface(outside);
  state_->sockets.on_address_change(outside, old);
  state_->runner.settle();
}

void World::move(InterfaceId id, RealmId realm, IpAddress address) {
  Kernel& k = state_->kernel;
  const Interface before = k.topology[id];
  k.trace.fault(before.node, id, "move");
  if (before.outside) {
    forget_rows(k, before.node, state_->network);
    state_->network.nat(before.node).readdress({&address, 1});
  }
  k.topology.remove_addresses(id);
  k.topology.set_realm(id, realm);
  k.topology.add_address(id, address);
  k.trace.interface(id);
  state_->sockets.on_address_change(id, before.address);
  state_->runner.settle();
}

void World::power_off(NodeId node) {
  Kernel& k = state_->kernel;
  if (!k.topology[node].powered) return;
  k.trace.fault(node, {}, "power off");
  k.topology.set_powered(node, false);
  if (k.topology[node].kind == NodeKind::kNat) {
    forget_rows(k, node, state_->network);
    state_->network.nat(node).reboot();
  }
  MachineRunner& runner = state_->runner;
  runner.suspend_all(node);
  for (MachineId id = runner.first_on(node); id.valid(); id = runner.next_on(id)) {
    state_->sockets.close_all(id, SocketLayer::Farewell::kSilence);
  }
  state_->sockets.forget_orphans(node);
}

void World::power_on(NodeId node) {
  Kernel& k = state_->kernel;
  if (k.topology[node].powered) return;
  k.trace.fault(node, {}, "power on");
  k.topology.set_powered(node, true);
  state_->runner.restart_all(node);
  state_->runner.settle();
}

bool World::powered(NodeId node) const { return state_->kernel.topology[node].powered; }

}  // namespace natbed
