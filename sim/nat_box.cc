// What a NAT box does with a packet: ask the translator, carry out its verdict.

#include <optional>

#include "base/check.h"
#include "sim/network.h"

namespace natbed {

InterfaceId Network::add_nat(const Name& name, const NatBehavior* behavior,
                             std::span<const IpAddress> external, RealmId outside_realm) {
  const auto detail = nats_.size();
  const NodeId node = k_.topology.add_node(name, NodeKind::kNat, detail);
  const InterfaceId outside = k_.topology.add_interface(node, outside_realm);
  k_.topology[outside].outside = true;
  const Rng stream = k_.root.fork("nat").fork(k_.topology[node].key);
  nats_.push_back({Nat(behavior, external, stream), outside});
  return outside;
}

Nat& Network::nat(NodeId node) {
  NATBED_CHECK(k_.topology[node].kind == NodeKind::kNat);
  return nats_[k_.topology[node].detail].nat;
}

void Network::translate(PacketIndex slot, InterfaceId in) {
  const Interface& i = k_.topology[in];
  NatBox& box = nats_[i.detail];
  Packet& packet = k_.packets[slot].packet;
  if (packet.destination.ip == i.address && !i.outside) return deliver(slot, in);
  std::optional<Packet> before;
  if (k_.trace.on()) [[unlikely]]
    before = packet;
  const Verdict verdict =
      box.nat.process(packet, i.outside ? Side::kOutside : Side::kInside, k_.now);
  switch (verdict.action) {
    case Verdict::Action::kForward:
      ++k_.counters.translations;
      if (before) [[unlikely]]
        k_.trace.translated(i.node, verdict, *before, packet, box.nat);
      if (verdict.egress == Side::kOutside) return send_out(box.outside, slot);
      return send_to_inside(box, slot);
    case Verdict::Action::kLocal:
      return deliver(slot, in);
    case Verdict::Action::kDrop:
      return refuse(slot, in, verdict);
  }
}

void Network::refuse(PacketIndex slot, InterfaceId in, const Verdict& verdict) {
  switch (verdict.answer) {
    case Answer::kNothing:
      break;
    case Answer::kTimeExceeded:
      report(slot, in, IcmpType::kTimeExceeded, 0);
      break;
    case Answer::kAdministrativelyProhibited:
      report(slot, in, IcmpType::kUnreachable, kAdministrativelyProhibited);
      break;
    case Answer::kReset:
      reply(in, make_tcp_reset(k_.packets[slot].packet), {});
      break;
  }
  drop(slot, k_.topology[in].node, in, verdict.reason, verdict.row);
}

// Into the inside realm that knows the destination; the first one, if none does, finds out and says
// so.
void Network::send_to_inside(const NatBox& box, PacketIndex slot) {
  const Topology& topology = k_.topology;
  const InterfaceId first = topology[box.outside].next;
  if (!first.valid()) {
    return drop(slot, topology[box.outside].node, box.outside, DropReason::kNoRoute);
  }
  if (topology[first].next.valid()) [[unlikely]] {
    const IpAddress destination = k_.packets[slot].packet.destination.ip;
    for (InterfaceId i = first; i.valid(); i = topology[i].next) {
      if (topology.find(topology[i].realm, destination).valid()) return send_out(i, slot);
    }
  }
  send_out(first, slot);
}

// The error is about a packet as it looked when it had been translated and could not leave by
// `from`. Seen from there it is like one that came in (RFC 5508 §4): the translator turns it round.
void Network::translate_own_error(const Packet& error, InterfaceId from) {
  const Interface& f = k_.topology[from];
  NatBox& box = nats_[f.detail];
  Packet packet = error;
  packet.id = ++k_.last_packet;
  const Verdict verdict =
      box.nat.process(packet, f.outside ? Side::kOutside : Side::kInside, k_.now);
  if (verdict.action != Verdict::Action::kForward) return;
  ++k_.counters.sent;
  const PacketIndex slot = k_.packets.acquire(packet, {});
  verdict.egress == Side::kOutside ? send_out(box.outside, slot) : send_to_inside(box, slot);
}

}  // namespace natbed
