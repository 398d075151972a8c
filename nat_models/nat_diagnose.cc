// Why a packet was dropped, and what would have let it pass. Asked only where somebody reads the
// answer: it looks at the whole table. tests/nat_models/nat_diagnose_test.cc tries every cure.
#include <algorithm>

#include "nat_models/nat_tables.h"

namespace natbed {
namespace {

Diagnosis cure(Cure cure) {
  Diagnosis diagnosis;
  diagnosis.cure = cure;
  return diagnosis;
}

Diagnosis cure(Cure what, const Endpoint& expected, Instant since = {}) {
  Diagnosis diagnosis = cure(what);
  diagnosis.expected = expected;
  diagnosis.since = since;
  return diagnosis;
}

Diagnosis cure(Cure what, uint32_t amount) {
  Diagnosis diagnosis = cure(what);
  diagnosis.amount = amount;
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

// Whether what `row`'s host sends to `remote` opens the way through `row`, were it alive.
bool Nat::Tables::serves(const MappingRow& row, V4Endpoint remote, Instant now) {
  const ProtocolBehavior& b = behavior->of(row.protocol);
  if (row.has(MappingRow::kSession)) {
    if (row.remote == remote) return true;
    // Or the next session gets the same external endpoint: that of the youngest, or its own port.
    const MappingRow* next = rows.youngest_session(row.protocol, row.internal);
    for (; next && b.mapping != Dependence::kAddressAndPortDependent;
         next = rows.next_older(*next)) {
      const bool like = scope(b.mapping, next->remote) == scope(b.mapping, remote);
      if (like && rows.alive(*next, now) && !next->has(MappingRow::kLocal))
        return next->external == row.external;
    }
    return b.ports.allocation == PortAllocation::kPreserving &&
           row.external.port() == row.internal.port();
  }
  if (row.has(MappingRow::kBoundToRemote)) return row.remote == remote;
  return row.remote == scope(b.mapping, remote);
}

// Whether `row` is where `remote` should have aimed: something was sent to it through there.
bool Nat::Tables::meant_for(const MappingRow& row, V4Endpoint remote, Instant now) {
  const ProtocolBehavior& b = behavior->of(row.protocol);
  if (row.is_static() || row.has(MappingRow::kLocal) || !rows.alive(row, now)) return false;
  if (row.has(MappingRow::kSession)) return row.remote == remote;
  const bool sent = b.filtering != Dependence::kEndpointIndependent ||
                    (row.remote.key() != 0 && row.remote == scope(b.mapping, remote));
  return sent && admits(row, remote, now);
}

// No row takes the packet: one did until lately, or the sender aims at the wrong one, or nobody
// inside has sent yet.
Diagnosis Nat::Tables::diagnose_no_mapping(const Packet& packet, Instant now) {
  const Wanted wanted = wanted_by(packet);
  const MappingRow* ended = nullptr;
  const MappingRow* shared = nullptr;      // the same external endpoint, for another remote
  const MappingRow* own = nullptr;         // the box's own stack took an early packet there
  const MappingRow* for_sender = nullptr;  // another external endpoint, for this remote
  rows.each([&](const MappingRow& row) {
    if (row.protocol != wanted.protocol) return;
    const bool here = row.external == wanted.external;
    const bool lives = rows.alive(row, now);
    const bool its = !row.has(MappingRow::kSession) || row.remote == wanted.remote;
    if (row.has(MappingRow::kLocal)) {
      if (here && its && lives && row.opened < now) own = &row;  // not by this very packet
    } else if (here && !lives && its && (!ended || rows.end(row) > rows.end(*ended))) {
      ended = &row;
    } else if (here && lives) {
      shared = &row;
    } else if (!here && !for_sender && meant_for(row, wanted.remote, now)) {
      for_sender = &row;
    }
  });
  if (for_sender) return cure(Cure::kAimElsewhere, for_sender->external.endpoint());
  if (ended) {
    const Instant end = rows.end(*ended);
    const bool any = behavior->of(wanted.protocol).filtering == Dependence::kEndpointIndependent;
    const bool session = ended->has(MappingRow::kSession);  // for this very remote
    if (any || session || filter_ended(*ended, wanted.remote, end) >= end)
      return cure(Cure::kSendSooner, ended->internal.endpoint(), end);
    if (!shared && serves(*ended, wanted.remote, now))
      return cure(Cure::kSendFirst, wanted.remote.endpoint(),
                  own ? std::min(end, own->opened) : end);
  }
  if (shared && serves(*shared, wanted.remote, now))
    return cure(Cure::kSendFirst, wanted.remote.endpoint(), own ? own->opened : Instant());
  if (shared) return cure(Cure::kAimFrom, shared->remote.endpoint());
  return cure(Cure::kOpenMapping, wanted.external.endpoint(), own ? own->opened : Instant());
}

// When `row` stopped to admit `sender`, by filters that were last renewed before `until`; the start
// of time if it never did.
Instant Nat::Tables::filter_ended(const MappingRow& row, V4Endpoint sender, Instant until) {
  const ProtocolBehavior& b = behavior->of(row.protocol);
  const V4Endpoint wanted = scope(b.filtering, sender);
  Instant last;
  const auto look = [&](Instant used, Timer timer) {
    if (used < until) last = std::max(last, used + filter_time(b, timer));
  };
  const bool in_row = row.has(MappingRow::kHasPeer) && filters_in_row(b);
  if (in_row && scope(b.filtering, row.peer) == wanted) look(row.peer_used, row.peer_timer);
  for (const FlowKey& key :
       {FlowKey{PeerTable::connection_owner(row), sender.key()},
        FlowKey{PeerTable::filter_owner(row, !filters_in_row(b)), wanted.key()}}) {
    if (const RowPeer* peer = peers.find(key)) look(peer->used, peer->timer);
  }
  return last;
}

// A row takes packets for that port, but not from this sender.
Diagnosis Nat::Tables::diagnose_filtered(const Packet& packet, RowId id, Instant now) {
  const MappingRow* row = rows.find_id(id.value());
  const V4Endpoint sender = wanted_by(packet).remote;
  if (is_icmp_error(packet)) return cure(Cure::kAimFrom, {sender.endpoint().ip, 0});
  if (!row) return cure(Cure::kSendFirst, sender.endpoint());
  if (const Instant end = filter_ended(*row, sender, now); end > row->opened)
    return cure(Cure::kSendSooner, row->internal.endpoint(), end);
  // The inside did send to that remote, but from another of its mappings.
  const MappingRow* other = nullptr;
  rows.each([&](const MappingRow& r) {
    const bool its = r.protocol == row->protocol && r.internal == row->internal && &r != row;
    if (its && !other && meant_for(r, sender, now)) other = &r;
  });
  if (other) return cure(Cure::kAimElsewhere, other->external.endpoint());
  const ProtocolBehavior& b = behavior->of(row->protocol);
  if (!filters_in_row(b) || serves(*row, sender, now))
    return cure(Cure::kSendFirst, sender.endpoint());
  // Whatever is sent to this sender leaves through another row: this one is for its own remote.
  const V4Endpoint mine = row->has(MappingRow::kHasPeer) ? row->peer : row->remote;
  return admits(*row, mine, now) ? cure(Cure::kAimFrom, mine.endpoint()) : Diagnosis();
}

// Which of a host's limits it was: the number of its mappings, or how fast they came.
Diagnosis Nat::Tables::diagnose_quota(const Packet& packet, Side from, Instant now) {
  V4Endpoint host = V4Endpoint::of(packet.source);
  if (from == Side::kOutside) {  // through a static row, which tells whose it is
    const MappingRow* door =
        find_inbound(packet.protocol, V4Endpoint::of(packet.destination), host, now);
    if (door) host = door->internal;
  }
  const NatLimits& limits = behavior->limits;
  const bool many =
      limits.mappings_per_host > 0 && hosts->mappings_of(host.ip) >= limits.mappings_per_host;
  return cure(Cure::kRaiseLimit, many ? limits.mappings_per_host : limits.new_per_second_per_host);
}

// Of a packet that would have opened a mapping.
Diagnosis Nat::Tables::diagnose_no_port(const Packet& packet) const {
  const PortRules& ports_of = behavior->of(packet.protocol).ports;
  const bool blocks = behavior->blocks.kind != PortBlocks::Kind::kNone;
  if (ports_of.allocation == PortAllocation::kPreserving && ports_of.clash == PortClash::kRefuse &&
      !blocks) {
    return cure(Cure::kAimFrom, {packet.source.ip, 0});  // its port is taken: any other one
  }
  return cure(Cure::kRaiseLimit, blocks ? behavior->blocks.size : ports_of.range.size());
}

Diagnosis Nat::diagnose(const Packet& packet, Side from, Instant now,
                        const Verdict& verdict) const {
  Tables& t = *tables_;
  Packet seen = packet;  // by the filter: a hairpinned packet comes with its mapped source
  const bool turned = from == Side::kInside && verdict.sender.row.valid();
  if (turned && behavior_->of(packet.protocol).hairpin == Hairpin::kExternalSource) {
    if (const auto sender = row(verdict.sender.row, now)) seen.source = sender->external;
  }
  // Of a later fragment only the first one knew what it wanted.
  const bool blind = packet.is_fragment() && !packet.has_transport_header();
  switch (verdict.reason) {
    case DropReason::kNoMapping:
      if (blind) return {};
      if (from == Side::kInside && !turned) {
        const bool error = is_icmp_error(packet);
        return cure(Cure::kOpenMapping, error ? packet.icmp.inner_destination : packet.source);
      }
      if (is_icmp(packet.protocol) && !packet.icmp.is_error() &&
          packet.icmp.type != IcmpType::kEchoReply) {
        return {};  // a question to the box itself, or to nobody
      }
      return t.diagnose_no_mapping(seen, now);
    case DropReason::kFiltered:
      return blind ? Diagnosis() : t.diagnose_filtered(seen, verdict.row, now);
    case DropReason::kOutOfState:
      return cure(Cure::kHandshake);
    case DropReason::kNoHairpin:
      return cure(Cure::kHairpin);
    case DropReason::kTtlExpired:
      return cure(Cure::kMoreHops, 2);
    case DropReason::kTooBig:
      return cure(Cure::kSmaller, verdict.mtu);
    case DropReason::kTableFull:
      return cure(Cure::kRaiseLimit, behavior_->limits.mappings);
    case DropReason::kQuota:
      return t.diagnose_quota(packet, from, now);
    case DropReason::kNoPort:
      return t.diagnose_no_port(packet);
    case DropReason::kRateLimit:
      return cure(Cure::kRaiseLimit, behavior_->limits.packets_per_second);
    case DropReason::kBlocked:
      return cure(Cure::kAllowTraffic);
    case DropReason::kBlacklisted:
      return cure(Cure::kWait, {},
                  t.gate ? t.gate->banned_until(packet.source.ip.v4_value()) : now);
    case DropReason::kFragmented:
      return cure(Cure::kAssemble);
    case DropReason::kUntranslatable:
      return cure(Cure::kTranslatable);
    default:
      return {};
  }
}

}  // namespace natbed
