#include "sim/network.h"

#include <algorithm>
#include <utility>

#include "base/fragment.h"
#include "sim/socket_layer.h"

namespace natbed {
namespace {

// What every link carries whole (RFC 791 §3.2 asks hosts to take so much): up to here nobody need look
// for the MTU.
constexpr uint32_t kSmallestMtu = 576;

}  // namespace

void Network::originate(NodeId node, Packet packet, ByteView payload) {
  const InterfaceId from = way_out(node, packet.source.ip, packet.destination.ip);
  if (from.valid()) return originate_from(from, packet, payload);
  packet.id = ++k_.last_packet;
  ++k_.counters.sent;
  drop(k_.packets.acquire(packet, payload), node, {}, DropReason::kNoRoute);
}

void Network::originate_from(InterfaceId from, Packet packet, ByteView payload) {
  packet.id = ++k_.last_packet;
  ++k_.counters.sent;
  if (packet.source.ip.is_unspecified()) packet.source.ip = k_.topology[from].address;
  send_out(from, k_.packets.acquire(packet, payload));
}

void Network::reply(InterfaceId at, const Packet& packet, ByteView payload) {
  const Interface& interface = k_.topology[at];
  if (interface.node_kind != NodeKind::kRouter) return originate_from(at, packet, payload);
  originate_from(way_out(interface.node, {}, packet.destination.ip), packet, payload);
}

InterfaceId Network::way_out(NodeId node, IpAddress source, IpAddress destination) const {
  const Topology& topology = k_.topology;
  const InterfaceId first = topology[node].first;
  if (!first.valid() || !topology[first].next.valid()) return first;
  if (!source.is_unspecified()) {
    for (InterfaceId i = first; i.valid(); i = topology[i].next) {
      if (topology.owns(i, source)) return i;
    }
  }
  for (InterfaceId i = first; i.valid(); i = topology[i].next) {
    if (topology.find(topology[i].realm, destination).valid()) return i;
  }
  for (InterfaceId i = first; i.valid(); i = topology[i].next) {
    const InterfaceId next_hop = topology.resolve(topology[i].realm, destination);
    if (next_hop.valid() && topology[next_hop].node != node) return i;
  }
  return first;
}

void Network::send_out(InterfaceId from, PacketIndex slot) {
  const Topology& topology = k_.topology;
  const Interface& f = topology[from];
  const IpAddress destination = k_.packets[slot].packet.destination.ip;
  const InterfaceId to = topology.resolve(f.realm, destination);
  if (to.valid() && topology[to].node != f.node) [[likely]]
    return transmit(from, to, slot);
  if ((to.valid() && topology.owns(to, destination)) || destination.is_loopback()) {
    k_.packets[slot].to = to.valid() ? to : from;
    return k_.schedule(k_.now, EventKind::kLoopback, slot);
  }
  // The core swallows packets for addresses that nobody has; elsewhere the last box says so.
  if (topology.kind(f.realm) != RealmKind::kCore) report_departure(slot, from, kHostUnreachable);
  drop(slot, f.node, from, DropReason::kNoSuchAddress);
}

void Network::transmit(InterfaceId from, InterfaceId to, PacketIndex slot) {
  const Interface& f = k_.topology[from];
  const Interface& t = k_.topology[to];
  PacketSlot& s = k_.packets[slot];
  if (f.cut) [[unlikely]]
    return drop(slot, f.node, from, DropReason::kLinkCut);
  if (s.packet.wire_size() > kSmallestMtu && !s.packet.dont_fragment) [[unlikely]] {
    const uint32_t mtu = mtu_between(from, to);
    if (s.packet.wire_size() > mtu && s.packet.source.ip.is_v4()) {
      return transmit_cut(from, to, slot, static_cast<uint16_t>(mtu));
    }
  }
  const Passage up = k_.links.pass(f.up, s.packet.wire_size(), k_.now);
  if (up.drop != DropReason::kNone) [[unlikely]] {
    if (up.drop == DropReason::kTooBig) {
      const auto mtu = static_cast<uint16_t>(k_.links.profile(f.up).mtu_bytes);
      report_departure(slot, from, kFragmentationNeeded, mtu);
      return drop(slot, f.node, from, {up.drop, {}, cure_of(Cure::kSmaller, mtu)});
    }
    if (up.drop == DropReason::kLoss) {
      k_.trace.sent(from, to, up.out, s.packet, k_.packets.payload(s));
    }
    return drop(slot, f.node, from, up.drop);
  }
  s.to = to;
  Instant at = up.out + k_.topology.latency(f, t);
  if (k_.links.needs_order(t.down)) {
    k_.schedule(at, EventKind::kEnterDown, slot);
  } else {
    const Passage down = k_.links.pass(t.down, s.packet.wire_size(), at);
    s.fate = down.drop;
    at = down.out;
    k_.schedule(at, EventKind::kArrive, slot);
  }
  k_.trace.sent(from, to, at, s.packet, k_.packets.payload(s));
}

uint32_t Network::mtu_between(InterfaceId from, InterfaceId to) const {
  return std::min(k_.links.profile(k_.topology[from].up).mtu_bytes,
                  k_.links.profile(k_.topology[to].down).mtu_bytes);
}

void Network::transmit_cut(InterfaceId from, InterfaceId to, PacketIndex slot, uint16_t mtu) {
  const Packet whole = k_.packets[slot].packet;
  const uint32_t count = fragment_count(whole, mtu);
  for (uint32_t i = 0; i < count; ++i) {
    const Fragment f = fragment_at(whole, mtu, i);
    const ByteView bytes = k_.packets.payload(std::as_const(k_.packets)[slot]);
    transmit(from, to,
             k_.packets.acquire(f.packet, bytes.subspan(f.payload_begin, f.payload_size)));
  }
  k_.packets.release(slot);
}

void Network::on_enter_down(PacketIndex slot) {
  PacketSlot& s = k_.packets[slot];
  const Passage down = k_.links.pass(k_.topology[s.to].down, s.packet.wire_size(), k_.now);
  s.fate = down.drop;
  k_.schedule(down.out, EventKind::kArrive, slot);
}

void Network::on_arrive(PacketIndex slot) {
  const PacketSlot& s = k_.packets[slot];
  const InterfaceId at = s.to;
  const Interface& t = k_.topology[at];
  if (t.cut) [[unlikely]]
    return drop(slot, t.node, at, DropReason::kLinkCut);
  if (s.fate != DropReason::kNone) [[unlikely]] {
    if (s.fate == DropReason::kTooBig) {
      const auto mtu = static_cast<uint16_t>(k_.links.profile(t.down).mtu_bytes);
      report(slot, at, IcmpType::kUnreachable, kFragmentationNeeded, mtu);
      return drop(slot, t.node, at, {s.fate, {}, cure_of(Cure::kSmaller, mtu)});
    }
    return drop(slot, t.node, at, s.fate);
  }
  if (!t.powered) [[unlikely]]
    return drop(slot, t.node, at, DropReason::kBoxDown);
  k_.trace.received(at, s.packet, k_.packets.payload(s));
  switch (t.node_kind) {
    case NodeKind::kHost:
      return deliver(slot, at);
    case NodeKind::kRouter:
      return route(slot, at);
    case NodeKind::kNat:
      return translate(slot, at);
  }
}

void Network::on_loopback(PacketIndex slot) {
  const InterfaceId at = k_.packets[slot].to;
  if (!k_.topology[at].powered) return drop(slot, k_.topology[at].node, at, DropReason::kBoxDown);
  deliver(slot, at);
}

void Network::deliver(PacketIndex slot, InterfaceId at) {
  const IpAddress destination = k_.packets[slot].packet.destination.ip;
  // Sent before the address changed hands, perhaps.
  if (!k_.topology.owns(at, destination) && !destination.is_loopback()) [[unlikely]] {
    return drop(slot, k_.topology[at].node, at, DropReason::kNoSuchAddress);
  }
  sockets_.on_packet(slot, at);
}

void Network::drop(PacketIndex slot, NodeId node, InterfaceId interface, const DropCause& cause) {
  ++k_.counters.dropped[static_cast<size_t>(cause.reason)];
  const PacketSlot& s = k_.packets[slot];
  k_.trace.dropped(node, interface, cause, s.packet, k_.packets.payload(s));
  k_.packets.release(slot);
}

void Network::report(PacketIndex slot, InterfaceId at, IcmpType type, uint8_t code, uint16_t mtu) {
  Packet error;
  const Packet& cause = k_.packets[slot].packet;
  if (!make_icmp_error(cause, k_.topology[at].address, type, code, &error)) return;
  error.icmp.next_hop_mtu = mtu;
  reply(at, error, {});
}

void Network::report_departure(PacketIndex slot, InterfaceId from, uint8_t code, uint16_t mtu) {
  Packet error;
  const Interface& f = k_.topology[from];
  const Packet& cause = k_.packets[slot].packet;
  if (!make_icmp_error(cause, f.address, IcmpType::kUnreachable, code, &error)) return;
  error.icmp.next_hop_mtu = mtu;
  if (f.node_kind == NodeKind::kNat) return translate_own_error(error, from);
  error.source = {};  // whichever interface it leaves by
  originate(f.node, error, {});
}

}  // namespace natbed
