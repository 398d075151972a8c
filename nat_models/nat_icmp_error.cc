// ICMP errors: the only packets that are translated by what they carry (RFC 5508 §4).
#include "nat_models/nat_tables.h"

namespace natbed {
namespace {

bool inner_is_v4(const IcmpFields& icmp) {
  return icmp.inner_source.ip.is_v4() && icmp.inner_destination.ip.is_v4();
}

}  // namespace

// RFC 5508 REQ-4: an error from outside is about a packet that left here, so the source inside it
// is ours. An error about an echo reply would be about one that left here as well: none do.
Verdict Nat::Tables::enter_error(Packet& packet, bool hop, Instant now) {
  const IcmpErrors& rules = behavior->icmp_errors;
  IcmpFields& icmp = packet.icmp;
  if (!inner_is_v4(icmp)) return drop(DropReason::kUntranslatable);
  if (!rules.pass) return drop(DropReason::kBlocked);
  const V4Endpoint remote = V4Endpoint::of(icmp.inner_destination);
  MappingRow* row =
      find_inbound(icmp.inner_protocol, V4Endpoint::of(icmp.inner_source), remote, now);
  if (!row || row->has(MappingRow::kLocal)) return drop(DropReason::kNoMapping);
  if (!rules.from_anyone && packet.source.ip != icmp.inner_destination.ip) {
    return drop(DropReason::kFiltered, RowId(row->id));
  }
  if (dies(packet, hop)) return drop(DropReason::kTtlExpired, RowId(row->id));
  if (rules.inner) icmp.inner_source = row->internal.endpoint();
  packet.destination = {row->internal.endpoint().ip, 0};
  packet.ttl -= hop;
  Verdict verdict = forward(*row, Side::kInside, Verdict::Change::kNothing, rows.end(*row));
  if (rules.end_mappings && icmp.type == IcmpType::kUnreachable && !row->is_static()) {
    rows.close(*row, now);
    verdict.expires = now;
  }
  return verdict;
}

// RFC 5508 REQ-5: an error from inside is about a packet that came in, so its inner destination is
// translated, and whoever inside reports it speaks with our address.
Verdict Nat::Tables::leave_error(Packet& packet, bool hop, Instant now) {
  const IcmpErrors& rules = behavior->icmp_errors;
  IcmpFields& icmp = packet.icmp;
  if (!inner_is_v4(icmp)) return drop(DropReason::kUntranslatable);
  if (!rules.pass) return drop(DropReason::kBlocked);
  const V4Endpoint internal = V4Endpoint::of(icmp.inner_destination);
  const MappingRow* row =
      find_outbound(icmp.inner_protocol, internal, V4Endpoint::of(icmp.inner_source), now);
  if (!row) return drop(DropReason::kNoMapping);
  if (dies(packet, hop)) return drop(DropReason::kTtlExpired, RowId(row->id));
  if (rules.inner) icmp.inner_destination = row->external.endpoint();
  packet.source = {row->external.endpoint().ip, 0};
  packet.ttl -= hop;
  return forward(*row, Side::kOutside, Verdict::Change::kNothing, rows.end(*row));
}

}  // namespace natbed
