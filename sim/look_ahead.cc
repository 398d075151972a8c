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

void World::State::look_ahead(const Event& event) {
  constexpr size_t kLargeWorld =
      8192;  // pending events; below, the second-level cache holds it all
  constexpr uint32_t kMostAtOnce = 16;  // a core has ten to sixteen misses under way, no more
  if (events_fetched > 0) {
    --events_fetched;
    return;
  }
  if (kernel.queue.size() < kLargeWorld) return;
  std::array<Event, kMostAtOnce> events = {event};
  const uint32_t count = 1 + kernel.queue.peek(events.data() + 1, kMostAtOnce - 1);
  events_fetched = count - 1;
  const auto each = [&](auto packet_step, auto timer_step) {
    for (uint32_t i = 0; i < count; ++i) {
      const auto kind = static_cast<EventKind>(events[i].kind());
      if (kind == EventKind::kArrive) (network.*packet_step)(events[i].target);
      if (kind == EventKind::kTimer) (runner.*timer_step)(events[i].target);
    }
  };
  each(&Network::prefetch_packet, &MachineRunner::prefetch_record);
  each(&Network::prefetch_interface, &MachineRunner::prefetch_machine);
  each(&Network::prefetch_box, &MachineRunner::prefetch_sockets);
  each(&Network::prefetch_tables, &MachineRunner::prefetch_realm);
  each(&Network::prefetch_receivers, &MachineRunner::prefetch_receivers);
}

void Network::prefetch_packet(PacketIndex slot) const {
  const auto* at = reinterpret_cast<const char*>(&k_.packets[slot]);
  prefetch_line(at);
  prefetch_line(at + 64);
}

void Network::prefetch_interface(PacketIndex slot) const {
  prefetch_line(&k_.topology[k_.packets[slot].to]);
}

// Of a NAT, its table and its next interface: the packet goes on from one to the other. Of a host,
// the socket, and the way back to the sender, who may well get an answer.
void Network::prefetch_box(PacketIndex slot) const {
  const PacketSlot& s = k_.packets[slot];
  const Interface& to = k_.topology[s.to];
  if (to.node_kind == NodeKind::kNat) {
    prefetch_line(&nats_[to.detail]);
    if (to.next.valid()) prefetch_line(&k_.topology[to.next]);
  } else {
    sockets_.prefetch(to.detail);
    k_.topology.prefetch_address(to.realm, s.packet.source.ip);
    prefetch_line(k_.packets.payload(s).data());
  }
}

void Network::prefetch_tables(PacketIndex slot) const {
  const PacketSlot& s = k_.packets[slot];
  const Interface& to = k_.topology[s.to];
  if (to.node_kind == NodeKind::kNat) {
    nats_[to.detail].nat.prefetch();
    if (to.next.valid()) k_.topology.prefetch(k_.topology[to.next].realm);
  } else {
    sockets_.prefetch_record(to.detail);
    k_.topology.prefetch_owner(to.realm, s.packet.source.ip);
  }
}

void Network::prefetch_receivers(PacketIndex slot) const {
  const Interface& to = k_.topology[k_.packets[slot].to];
  if (to.node_kind == NodeKind::kNat) {
    if (to.next.valid()) k_.topology.prefetch_owners(k_.topology[to.next].realm);
  } else {
    sockets_.prefetch_machine(to.detail);
  }
}

void MachineRunner::prefetch_machine(uint32_t machine) const {
  const Record& record = records_[machine];
  prefetch_line(record.machine.get());
  k_.topology.prefetch(record.node);
}

void MachineRunner::prefetch_sockets(uint32_t machine) const {
  const Record& record = records_[machine];
  sockets_.prefetch(record.first_socket);
  const InterfaceId first = k_.topology[record.node].first;
  if (first.valid()) prefetch_line(&k_.topology[first]);
}

void MachineRunner::prefetch_realm(uint32_t machine) const {
  const InterfaceId first = k_.topology[records_[machine].node].first;
  if (first.valid()) k_.topology.prefetch(k_.topology[first].realm);
}

void MachineRunner::prefetch_receivers(uint32_t machine) const {
  const InterfaceId first = k_.topology[records_[machine].node].first;
  if (first.valid()) k_.topology.prefetch_owners(k_.topology[first].realm);
}

void SocketLayer::prefetch(uint32_t socket) const {
  if (socket < sockets_.size()) prefetch_line(&sockets_[socket]);
}

void SocketLayer::prefetch_record(uint32_t socket) const {
  if (socket >= sockets_.size() || sockets_[socket].kind == Kind::kFree) return;
  runner_.prefetch_record(sockets_[socket].machine.value());
}

void SocketLayer::prefetch_machine(uint32_t socket) const {
  if (socket >= sockets_.size() || sockets_[socket].kind == Kind::kFree) return;
  runner_.prefetch_machine(sockets_[socket].machine.value());
}

// Whoever has the address, as far as its hash tells.
void Topology::prefetch_owner(RealmId id, IpAddress address) const {
  if (!realms_[id.value()].indexed) return;
  const Owner owner = by_address_.find(address_hash(id, address), [](Owner) { return true; });
  if (owner != FlatIndex::kNone && (owner & kAlias) == 0) prefetch_line(&interfaces_[owner]);
}

// The interfaces of a small realm, which a packet into it may be for.
void Topology::prefetch_owners(RealmId id) const {
  const Realm& realm = realms_[id.value()];
  if (realm.indexed) return;
  for (uint32_t i = 0; i < realm.address_count; ++i) {
    if ((realm.few_owners[i] & kAlias) == 0) prefetch_line(&interfaces_[realm.few_owners[i]]);
  }
}

}  // namespace natbed
