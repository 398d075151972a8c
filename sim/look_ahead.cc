// Fetching into the cache, for some events at once, what they will need.
//
// A large world does not fit in any cache, and what an event needs is a chain: its packet names an
// interface, that a box, that its tables. Handled one by one, events wait for each of these misses
// in turn. Here all events at hand are taken along their chains side by side, and the misses of one
// step overlap. Nothing depends on it but time.

#include <algorithm>

#include "base/prefetch.h"
#include "sim/world_state.h"

namespace natbed {

// How far the chain of one event has been followed.
struct World::State::Visit {
  const Interface* at;    // where it happens
  IpAddress other;        // whom a packet may go on to from there
  uint32_t machine;       // of a host: who is called
  const Machine* called;  // the same, once its record is there
  uint32_t machine_step = 0;
};

void World::State::look_ahead(const Event& event) {
  // Pending events; below, the second-level cache holds it all.
  constexpr size_t kLargeWorld = 8192;
  constexpr uint32_t kMostAtOnce = 16;  // a core has ten to sixteen misses under way, no more
  if (events_fetched > 0) {
    --events_fetched;
    return;
  }
  if (kernel.queue.size() < kLargeWorld) return;
  std::array<Event, kMostAtOnce> events = {event};
  const uint32_t count = 1 + kernel.queue.peek(events.data() + 1, kMostAtOnce - 1);
  events_fetched = count - 1;

  const auto each = [&](EventKind kind, auto f) {
    for (uint32_t i = 0; i < count; ++i) {
      if (static_cast<EventKind>(events[i].kind()) == kind) f(events[i].target, events[i].time);
    }
  };
  each(EventKind::kArrive,
       [&](PacketIndex slot, Instant) { prefetch_object(kernel.packets[slot]); });
  each(EventKind::kTimer, [&](uint32_t machine, Instant) { runner.prefetch(machine); });
  each(EventKind::kArrive, [&](PacketIndex slot, Instant) {
    prefetch_line(&kernel.topology[kernel.packets[slot].to]);
  });
  each(EventKind::kTimer, [&](uint32_t machine, Instant at) {
    if (!runner.is_due(machine, at)) return;
    kernel.topology.prefetch(runner.node_of(MachineId(machine)));
    prefetch_line(runner.machine(machine));
  });

  // Grouped, so that the branches of each step go the same way most of the time.
  std::array<Visit, kMostAtOnce> nats, hosts;
  uint32_t nat_count = 0, host_count = 0;
  each(EventKind::kArrive, [&](PacketIndex slot, Instant) {
    const PacketSlot& s = kernel.packets[slot];
    const Interface& at = kernel.topology[s.to];
    if (at.node_kind == NodeKind::kNat) {
      nats[nat_count++] = {&at, s.packet.destination.ip, FlatIndex::kNone, nullptr};
    } else {
      prefetch_line(kernel.packets.payload(s).data());
      kernel.topology.prefetch(at.node);
      sockets.prefetch(at.detail);
      hosts[host_count++] = {&at, s.packet.source.ip, FlatIndex::kNone, nullptr};
    }
  });
  each(EventKind::kTimer, [&](uint32_t machine, Instant at) {
    if (!runner.is_due(machine, at)) return;
    const InterfaceId first = kernel.topology[runner.node_of(MachineId(machine))].first;
    if (!first.valid()) return;
    prefetch_line(&kernel.topology[first]);
    sockets.prefetch(runner.first_socket(MachineId(machine)));
    hosts[host_count++] = {&kernel.topology[first], {}, machine, runner.machine(machine)};
  });
  constexpr uint32_t kSteps = 2 + Machine::kPrefetchSteps;
  for (uint32_t step = 0; step < kSteps; ++step) {
    for (uint32_t i = 0; i < nat_count; ++i) network.prefetch_nat(*nats[i].at, nats[i].other, step);
    for (uint32_t i = 0; i < host_count; ++i) follow(hosts[i], step);
  }
}

// The way out of a host, since whoever is called is likely to send; and the machine that is called.
void World::State::follow(Visit& visit, uint32_t step) {
  kernel.topology.prefetch_peers(*visit.at, visit.other, step);
  if (visit.called) {
    if (visit.machine_step < Machine::kPrefetchSteps) visit.called->prefetch(visit.machine_step++);
  } else if (visit.machine != FlatIndex::kNone) {
    visit.called = runner.machine(visit.machine);
    prefetch_line(visit.called);
  } else if (step == 0) {
    visit.machine = sockets.machine_of(visit.at->detail);
    if (visit.machine != FlatIndex::kNone) runner.prefetch(visit.machine);
  }
}

// Of a NAT its tables, and the interface by which the packet goes on.
void Network::prefetch_nat(const Interface& at, IpAddress destination, uint32_t step) const {
  const NatBox& box = nats_[at.detail];
  if (step == 0) prefetch_object(box);
  if (step == 1) box.nat.prefetch();
  const InterfaceId next = at.outside || step == 0 ? at.next : box.outside;
  if (!next.valid()) return;
  const uint32_t known = at.outside ? 0 : 1;  // the step at which `next` is known
  if (step == known) prefetch_line(&k_.topology[next]);
  if (step > known) k_.topology.prefetch_peers(k_.topology[next], destination, step - known - 1);
}

void SocketLayer::prefetch(uint32_t socket) const {
  if (socket < sockets_.size()) prefetch_object(sockets_[socket]);
}

uint32_t SocketLayer::machine_of(uint32_t socket) const {
  const bool used = socket < sockets_.size() && sockets_[socket].kind != Kind::kFree;
  return used ? sockets_[socket].machine.value() : FlatIndex::kNone;
}

void MachineRunner::prefetch(uint32_t machine) const { prefetch_object(records_[machine]); }

// Who takes packets that leave by `from`: in a small realm everybody, in a large one the owner of
// `address`.
void Topology::prefetch_peers(const Interface& from, IpAddress address, uint32_t step) const {
  const Realm& realm = realms_[from.realm.value()];
  if (step == 0) return prefetch_line(&realm);
  if (step == 1 && realm.indexed) by_address_.prefetch(address_hash(from.realm, address));
  if (step == 1 && !realm.indexed) prefetch_owners(realm);
  if (step == 2 && realm.indexed) prefetch_owner(from.realm, address);
}

// Whoever has the address, as far as its hash tells.
void Topology::prefetch_owner(RealmId id, IpAddress address) const {
  const Owner owner = by_address_.find(address_hash(id, address), [](Owner) { return true; });
  if (owner != FlatIndex::kNone && (owner & kAlias) == 0) prefetch_line(&interfaces_[owner]);
}

// The interfaces of a small realm, which a packet into it may be for.
void Topology::prefetch_owners(const Realm& realm) const {
  for (uint32_t i = 0; i < realm.address_count; ++i) {
    if ((realm.few_owners[i] & kAlias) == 0) prefetch_line(&interfaces_[realm.few_owners[i]]);
  }
}

}  // namespace natbed
