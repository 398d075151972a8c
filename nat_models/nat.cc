#include "nat_models/nat.h"

#include "base/check.h"
#include "nat_models/nat_tables.h"

namespace natbed {

Nat::Nat(const NatBehavior* behavior, std::span<const IpAddress> external, Rng rng)
    : behavior_(behavior), tables_(std::make_unique<Tables>(behavior, rng)) {
  tables_->set_external(external);
}
Nat::~Nat() = default;
Nat::Nat(const Nat& other)
    : behavior_(other.behavior_), tables_(std::make_unique<Tables>(*other.tables_)) {
  tables_->relink();
}
Nat& Nat::operator=(const Nat& other) { return *this = Nat(other); }
Nat::Nat(Nat&&) noexcept = default;
Nat& Nat::operator=(Nat&&) noexcept = default;

Verdict Nat::process(Packet& packet, Side from, Instant now) {
  if (!packet.source.ip.is_v4() || !packet.destination.ip.is_v4()) {
    return drop(DropReason::kUntranslatable);
  }
  if (tables_->special) [[unlikely]] {
    if (const auto kept = tables_->gate_keeps(packet, from, now)) return *kept;
    if (const auto passed = tables_->bypassed(packet, from)) return *passed;
  }
  if (packet.is_fragment()) [[unlikely]]
    return tables_->carry_fragment(packet, from, now);
  return tables_->translate(packet, from, now);
}

Verdict Nat::Tables::translate(Packet& packet, Side from, Instant now) {
  const bool hop = behavior->decrement_ttl;
  if (from == Side::kOutside) return enter(packet, hop, now);
  if (owns(packet.destination.ip)) [[unlikely]]
    return turn_back(packet, now);
  return leave(packet, hop, now);
}

// RFC 4787 §6: the packet leaves as if for the outside, so that its sender gets a mapping and opens
// its filter, and enters again. The filter of the target sees the source that the packet will
// carry.
Verdict Nat::Tables::turn_back(Packet& packet, Instant now) {
  const Hairpin hairpin = behavior->of(packet.protocol).hairpin;
  if (hairpin == Hairpin::kNone) return answer_as_stack(packet, DropReason::kNoHairpin, {});
  const Packet original = packet;
  const Verdict out = leave(packet, behavior->decrement_ttl, now);
  if (out.action != Verdict::Action::kForward) return out;
  if (hairpin == Hairpin::kInternalSource && !is_icmp_error(packet)) {
    packet.source = original.source;
  }
  Verdict in = enter(packet, false, now);  // one box, one hop
  in.sender = {out.row, out.change, out.expires};
  if (in.action != Verdict::Action::kForward) packet = original;
  return in;
}

Verdict Nat::Tables::leave(Packet& packet, bool hop, Instant now) {
  if (is_icmp_error(packet)) return leave_error(packet, hop, now);
  if (is_icmp(packet.protocol) && packet.icmp.type != IcmpType::kEchoRequest) {
    return drop(DropReason::kUntranslatable);  // an answer to a question that no NAT lets in
  }
  if (dies(packet, hop)) return drop(DropReason::kTtlExpired, {}, Answer::kTimeExceeded);
  if (!fits(packet, Side::kOutside) && packet.dont_fragment) return too_big(packet, Side::kOutside);
  const V4Endpoint internal = V4Endpoint::of(packet.source);
  const V4Endpoint remote = V4Endpoint::of(packet.destination);
  MappingRow* row = find_outbound(packet.protocol, internal, remote, now);
  const bool opened = row == nullptr;
  if (opened) {
    DropReason why_not = DropReason::kNone;
    row = open(packet, internal, remote, now, &why_not);
    // RFC 5508 REQ-8: a box without resources says so.
    if (!row)
      return drop(why_not, {}, why_not == DropReason::kNoMapping ? Answer::kNothing : refusal());
  }
  const Verdict::Change change = pass(*row, packet, remote, Side::kInside, opened, now);
  packet.source = row->external.endpoint();
  packet.ttl -= hop;
  Verdict verdict =
      forward(*row, Side::kOutside, opened ? Verdict::Change::kOpened : change, rows.end(*row));
  finish(packet, Side::kOutside, verdict);
  return verdict;
}

Verdict Nat::Tables::enter(Packet& packet, bool hop, Instant now) {
  if (is_icmp_error(packet)) return enter_error(packet, hop, now);
  if (is_icmp(packet.protocol) && packet.icmp.type != IcmpType::kEchoReply) {
    return unsolicited(packet, nullptr, now);  // a question to the box itself
  }
  const V4Endpoint remote = V4Endpoint::of(packet.source);
  MappingRow* row = find_inbound(packet.protocol, V4Endpoint::of(packet.destination), remote, now);
  if (!row) return unsolicited(packet, nullptr, now);
  if (row->has(MappingRow::kLocal)) [[unlikely]] {
    row->used = now;
    return unsolicited(packet, nullptr, now);
  }
  if (!admits(*row, remote, now)) return unsolicited(packet, row, now);
  if (dies(packet, hop)) {
    return drop(DropReason::kTtlExpired, RowId(row->id), Answer::kTimeExceeded);
  }
  if (!fits(packet, Side::kInside) && packet.dont_fragment) return too_big(packet, Side::kInside);
  bool opened = false;
  if (row->is_static() && behavior->of(packet.protocol).ports.overload) {
    DropReason why_not = DropReason::kNone;
    row = open_from_outside(*row, packet, remote, now, &why_not);
    if (!row) return drop(why_not, {}, refusal());
    opened = true;
  }
  const Verdict::Change change = pass(*row, packet, remote, Side::kOutside, opened, now);
  remember_reply(*row, remote, now);
  packet.destination = row->internal.endpoint();
  packet.ttl -= hop;
  Verdict verdict =
      forward(*row, Side::kInside, opened ? Verdict::Change::kOpened : change, rows.end(*row));
  finish(packet, Side::kInside, verdict);
  return verdict;
}

Verdict Nat::Tables::unsolicited(const Packet& packet, const MappingRow* row, Instant now) {
  const RowId id = row ? RowId(row->id) : RowId();
  const DropReason reason = row ? DropReason::kFiltered : DropReason::kNoMapping;
  if (behavior->blacklist > Duration::zero()) {
    gate.get().ban(packet.source.ip.v4_value(), now + behavior->blacklist, now);
  }
  if (is_first_syn(packet)) {
    switch (behavior->unsolicited_syn) {
      case UnsolicitedSyn::kAsOthers:
        break;
      case UnsolicitedSyn::kReset:
        return drop(reason, id, Answer::kReset);
      case UnsolicitedSyn::kIcmp:
        return drop(reason, id, Answer::kPortUnreachable);
      case UnsolicitedSyn::kHold:
        if (owns(packet.destination.ip)) held_syns.get().add(packet, now);
        return drop(reason, id);
    }
  }
  const Verdict verdict = answer_as_stack(packet, reason, id);
  if (behavior->unsolicited == Unsolicited::kAccept) remember_own_flow(packet, now);
  return verdict;
}

// RFC 9293 §3.10.7.1, RFC 1122 §3.2.2: no socket of the box is open, but it answers echo.
Verdict Nat::Tables::answer_as_stack(const Packet& packet, DropReason reason, RowId row) const {
  if (behavior->unsolicited == Unsolicited::kDrop || !owns(packet.destination.ip)) {
    return drop(reason, row);
  }
  if (behavior->unsolicited == Unsolicited::kReject)
    return drop(reason, row, Answer::kPortUnreachable);
  switch (packet.protocol) {
    case Protocol::kTcp:
      return drop(reason, row, packet.tcp.has(kRst) ? Answer::kNothing : Answer::kReset);
    case Protocol::kUdp:
      return drop(reason, row, Answer::kPortUnreachable);
    case Protocol::kIcmp:
    case Protocol::kIcmpV6:
      break;
  }
  if (packet.icmp.type != IcmpType::kEchoRequest) return drop(reason, row);
  Verdict verdict;
  verdict.action = Verdict::Action::kLocal;
  return verdict;
}

// Whether a packet from outside would be let in; nothing changes.
bool Nat::Tables::would_enter(const Packet& packet, Instant now) {
  const V4Endpoint remote = V4Endpoint::of(packet.source);
  const MappingRow* row =
      find_inbound(packet.protocol, V4Endpoint::of(packet.destination), remote, now);
  return row && !row->has(MappingRow::kLocal) && admits(*row, remote, now);
}

Instant Nat::deadline() const {
  const Tables& t = *tables_;
  Instant first = Instant::never();
  if (t.held_syns) first = t.held_syns->deadline();
  if (t.fragments && t.fragments->deadline() < first) first = t.fragments->deadline();
  return first;
}

std::optional<Release> Nat::release(Instant now) {
  Tables& t = *tables_;
  if (t.fragments) {
    if (std::optional<Release> fragment = t.fragments->release(now)) {
      if (fragment->kind == Release::Kind::kForward)
        fragment->packet.ttl -= behavior_->decrement_ttl;
      return fragment;
    }
  }
  while (t.held_syns) {
    const std::optional<Packet> syn = t.held_syns->take(now);
    if (!syn) break;
    if (t.would_enter(*syn, now)) continue;  // the host inside has opened the connection meanwhile
    Release release;
    release.kind = Release::Kind::kAnswer;
    release.packet = *syn;
    release.answer = Answer::kPortUnreachable;
    return release;
  }
  return std::nullopt;
}

}  // namespace natbed
