// What a NAT box does with a packet: ask the translator, carry out its verdict.

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/fragment.h"
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

void Network::reset() {
  nats_.clear();
  held_.clear();
}

void Network::translate(PacketIndex slot, InterfaceId in) {
  const Interface& i = k_.topology[in];
  NatBox& box = nats_[i.detail];
  Packet& packet = k_.packets[slot].packet;
  if (packet.destination.ip == i.address && !i.outside) return deliver(slot, in);
  std::optional<Packet> before;
  if (k_.trace.on() || box.nat.behavior().alg != Alg::kNone) [[unlikely]]
    before = packet;
  const Verdict verdict =
      box.nat.process(packet, i.outside ? Side::kOutside : Side::kInside, k_.now);
  switch (verdict.action) {
    case Verdict::Action::kForward:
      ++k_.counters.translations;
      if (before) [[unlikely]] {
        if (verdict.rewrite_payload)
          Nat::rewrite_payload(*before, packet, k_.packets.payload(slot));
        if (k_.trace.on()) k_.trace.translated(i.node, verdict, *before, packet, box.nat);
      }
      forward(box, slot, verdict);
      break;
    case Verdict::Action::kLocal:
      deliver(slot, in);
      break;
    case Verdict::Action::kDrop:
      refuse(slot, in, verdict);
      break;
    case Verdict::Action::kHold:
      held_.push_back({i.detail, verdict.ticket, slot, in});
      break;
  }
  if (verdict.releases || !box.nat.deadline().is_never()) [[unlikely]]
    carry_out_releases(i.detail);
}

void Network::forward(NatBox& box, PacketIndex slot, const Verdict& verdict) {
  if (verdict.mtu != 0) [[unlikely]] {
    const PacketSlot whole = k_.packets[slot];
    Verdict piece = verdict;
    piece.mtu = 0;
    const uint32_t count = fragment_count(whole.packet, verdict.mtu);
    for (uint32_t i = 0; i < count; ++i) {
      const Fragment f = fragment_at(whole.packet, verdict.mtu, i);
      const ByteView bytes = k_.packets.payload(k_.packets[slot]);
      forward(box, k_.packets.acquire(f.packet, bytes.subspan(f.payload_begin, f.payload_size)),
              piece);
    }
    return k_.packets.release(slot);
  }
  if (verdict.egress == Side::kOutside) return send_out(box.outside, slot);
  send_to_inside(box, slot);
}

void Network::carry_out_releases(uint32_t index) {
  NatBox& box = nats_[index];
  while (const std::optional<Release> release = box.nat.release(k_.now)) carry_out(box, *release);
  const Instant next = box.nat.deadline();
  if (next < box.armed) {
    box.armed = next;
    k_.schedule(next, EventKind::kNatTimer, index);
  }
}

void Network::carry_out(NatBox& box, const Release& release) {
  if (release.kind == Release::Kind::kAnswer) {
    const InterfaceId in =
        release.from == Side::kOutside ? box.outside : k_.topology[box.outside].next;
    const PacketIndex slot = k_.packets.acquire(release.packet, {});
    answer(slot, in, release.answer, 0);
    return k_.packets.release(slot);
  }
  const auto held = std::ranges::find_if(held_, [&](const HeldPacket& h) {
    return h.ticket == release.ticket && &nats_[h.box] == &box;
  });
  NATBED_CHECK(held != held_.end(), "the box lets go of a packet that it does not hold");
  const HeldPacket packet = *held;
  held_.erase(held);
  if (release.kind == Release::Kind::kDrop) {
    Verdict verdict;
    verdict.reason = release.reason;
    verdict.row = release.row;
    return drop(packet.slot, k_.topology[packet.in].node, packet.in,
                cause_of(box, k_.packets[packet.slot].packet, release.from, verdict));
  }
  ++k_.counters.translations;
  Verdict verdict;
  verdict.egress = release.egress;
  verdict.row = release.row;
  const Packet before = k_.packets[packet.slot].packet;
  if (k_.trace.on()) {
    k_.trace.translated(k_.topology[packet.in].node, verdict, before, release.packet, box.nat);
  }
  k_.packets[packet.slot].packet = release.packet;
  forward(box, packet.slot, verdict);
}

void Network::on_nat_timer(uint32_t index) {
  NatBox& box = nats_[index];
  if (k_.now >= box.armed) box.armed = Instant::never();
  carry_out_releases(index);
}

void Network::forget_held(NodeId node) {
  for (size_t i = 0; i < held_.size();) {
    const HeldPacket held = held_[i];
    if (k_.topology[held.in].node != node) {
      ++i;
      continue;
    }
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    drop(held.slot, node, held.in, DropReason::kFragmented);
  }
}

void Network::refuse(PacketIndex slot, InterfaceId in, const Verdict& verdict) {
  const Interface& i = k_.topology[in];
  const Side from = i.outside ? Side::kOutside : Side::kInside;
  // Before the answer goes out, through the same box perhaps.
  const DropCause cause = cause_of(nats_[i.detail], k_.packets[slot].packet, from, verdict);
  answer(slot, in, verdict.answer, verdict.mtu);
  drop(slot, i.node, in, cause);
}

DropCause Network::cause_of(const NatBox& box, const Packet& packet, Side from,
                            const Verdict& verdict) const {
  DropCause cause(verdict.reason, verdict.row);
  if (k_.trace.diagnoses()) cause.diagnosis = box.nat.diagnose(packet, from, k_.now, verdict);
  return cause;
}

void Network::answer(PacketIndex slot, InterfaceId in, Answer answer, uint16_t mtu) {
  switch (answer) {
    case Answer::kNothing:
      return;
    case Answer::kTimeExceeded:
      return report(slot, in, IcmpType::kTimeExceeded, 0);
    case Answer::kHostUnreachable:
      return report(slot, in, IcmpType::kUnreachable, kHostUnreachable);
    case Answer::kPortUnreachable:
      return report(slot, in, IcmpType::kUnreachable, kPortUnreachable);
    case Answer::kAdministrativelyProhibited:
      return report(slot, in, IcmpType::kUnreachable, kAdministrativelyProhibited);
    case Answer::kFragmentationNeeded:
      return report(slot, in, IcmpType::kUnreachable, kFragmentationNeeded, mtu);
    case Answer::kReset:
      return reply(in, make_tcp_reset(k_.packets[slot].packet), {});
  }
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
