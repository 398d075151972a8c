// Why a packet was dropped, and what would have let it pass. Asked only where somebody reads the
// answer: it looks at the whole table.
#include "nat_models/nat_tables.h"

namespace natbed {
namespace {

Diagnosis cure(Cure cure) {
  Diagnosis diagnosis;
  diagnosis.cure = cure;
  return diagnosis;
}

Diagnosis cure(Cure what, const Endpoint& expected) {
  Diagnosis diagnosis = cure(what);
  diagnosis.expected = expected;
  return diagnosis;
}

// What a packet from outside asked for: the row of an ICMP error is that of the packet inside.
struct Wanted {
  Protocol protocol;
  V4Endpoint external, remote;
};

Wanted wanted_by(const Packet& packet) {
  if (is_icmp_error(packet)) {
    return {packet.icmp.inner_protocol, V4Endpoint::of(packet.icmp.inner_source),
            V4Endpoint::of(packet.icmp.inner_destination)};
  }
  return {packet.protocol, V4Endpoint::of(packet.destination), V4Endpoint::of(packet.source)};
}

}  // namespace

// No row takes the packet: one did until lately, or the sender aims at the wrong one, or nobody
// inside has sent yet.
Diagnosis Nat::Tables::diagnose_no_mapping(const Packet& packet, Instant now) const {
  const Wanted wanted = wanted_by(packet);
  const MappingRow* ended = nullptr;
  const MappingRow* shared = nullptr;      // the same external endpoint, for another remote
  const MappingRow* for_sender = nullptr;  // another external endpoint, for this remote
  rows.each([&](const MappingRow& row) {
    if (row.protocol != wanted.protocol || row.has(MappingRow::kLocal)) return;
    const bool here = row.external == wanted.external;
    const bool lives = rows.alive(row, now);
    const bool meant = row.remote == wanted.remote;
    if (here && !lives && (!ended || rows.end(row) > rows.end(*ended))) ended = &row;
    if (here && lives && !shared) shared = &row;
    if (!here && lives && meant && row.external.ip() == wanted.external.ip && !for_sender)
      for_sender = &row;
  });
  if (ended && (!ended->has(MappingRow::kSession) || ended->remote == wanted.remote)) {
    Diagnosis d = cure(Cure::kSendSooner, ended->internal.endpoint());
    d.since = rows.end(*ended);
    return d;
  }
  if (for_sender) return cure(Cure::kAimElsewhere, for_sender->external.endpoint());
  if (shared) return cure(Cure::kSendFirst, wanted.remote.endpoint());
  return cure(Cure::kOpenMapping, wanted.external.endpoint());
}

// A row takes packets for that port, but not from this sender.
Diagnosis Nat::Tables::diagnose_filtered(const Packet& packet, RowId id, Instant now) {
  const MappingRow* row = rows.find_id(id.value());
  const V4Endpoint sender = wanted_by(packet).remote;
  if (!row) return cure(Cure::kSendFirst, sender.endpoint());
  const ProtocolBehavior& b = behavior->of(row->protocol);
  const V4Endpoint as_filter = scope(b.filtering, sender);
  Diagnosis d = cure(Cure::kSendFirst, sender.endpoint());
  const auto ended = [&](Instant used, Timer timer) {
    d.cure = Cure::kSendSooner;
    d.since = used + filter_time(b, timer);
  };
  if (row->has(MappingRow::kHasPeer) && filters_in_row(b) &&
      scope(b.filtering, row->peer) == as_filter && now >= row->peer_used) {
    ended(row->peer_used, row->peer_timer);
  }
  const RowPeer* peer =
      peers.find({PeerTable::filter_owner(*row, !filters_in_row(b)), as_filter.key()});
  if (peer) ended(peer->used, peer->timer);
  if (d.cure == Cure::kSendSooner) return d;
  // The inside did send to that remote, but from another of its mappings.
  const MappingRow* other = nullptr;
  rows.each([&](const MappingRow& r) {
    const bool its = r.protocol == row->protocol && r.internal == row->internal && &r != row;
    if (its && rows.alive(r, now) && r.remote == scope(b.mapping, sender) && r.remote.key() != 0)
      other = &r;
  });
  return other ? cure(Cure::kAimElsewhere, other->external.endpoint()) : d;
}

Diagnosis Nat::diagnose(const Packet& packet, Side from, Instant now,
                        const Verdict& verdict) const {
  Tables& t = *tables_;
  Diagnosis d;
  switch (verdict.reason) {
    case DropReason::kNoMapping:
      if (from == Side::kInside) return cure(Cure::kOpenMapping, packet.source);
      return t.diagnose_no_mapping(packet, now);
    case DropReason::kFiltered:
      return t.diagnose_filtered(packet, verdict.row, now);
    case DropReason::kNoHairpin:
      return cure(Cure::kHairpin);
    case DropReason::kTtlExpired:
      d = cure(Cure::kMoreHops);
      d.amount = 2;
      return d;
    case DropReason::kTooBig:
      d = cure(Cure::kSmaller);
      d.amount = verdict.mtu;
      return d;
    case DropReason::kTableFull:
      d = cure(Cure::kRaiseLimit);
      d.amount = behavior_->limits.mappings;
      return d;
    case DropReason::kQuota:
      d = cure(Cure::kRaiseLimit);
      d.amount = behavior_->limits.mappings_per_host;
      return d;
    case DropReason::kNoPort:
    case DropReason::kRateLimit:
      return cure(Cure::kRaiseLimit);
    case DropReason::kBlocked:
      return cure(Cure::kAllowTraffic);
    case DropReason::kBlacklisted:
      d = cure(Cure::kWait);
      d.since = t.gate ? t.gate->banned_until(packet.source.ip.v4_value()) : now;
      return d;
    case DropReason::kFragmented:
      return cure(Cure::kAssemble);
    case DropReason::kUntranslatable:
      return cure(Cure::kTranslatable);
    default:
      return d;
  }
}

}  // namespace natbed
