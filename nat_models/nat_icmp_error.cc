// ICMP errors: the only packets that are translated by what they carry (RFC 5508 §4).
#include "nat_models/nat_tables.h"

namespace natbed {
namespace {

bool inner_is_v4(const IcmpFields& icmp) {
  return icmp.inner_source.ip.is_v4() && icmp.inner_destination.ip.is_v4();
}

Verdict forward_error(const MappingRow& row, Side egress, const NatBehavior& behavior) {
  return forward(row, egress, Verdict::Change::kNothing, row.end(behavior));
}

}  // namespace

// RFC 5508 REQ-4: an error from outside is about a packet that left here, so the source inside it
// is ours.
Verdict Nat::Tables::enter_error(Packet& packet, bool hop, Instant now) {
  IcmpFields& icmp = packet.icmp;
  if (!inner_is_v4(icmp)) return drop(DropReason::kUntranslatable);
  const MappingRow* row =
      rows.find_external(icmp.inner_protocol, V4Endpoint::of(icmp.inner_source));
  if (!row || !row->alive(now, *behavior)) return drop(DropReason::kNoMapping);
  if (dies(packet, hop)) return drop(DropReason::kTtlExpired, RowId(row->id));
  icmp.inner_source = row->internal.endpoint();
  packet.destination = {icmp.inner_source.ip, 0};
  packet.ttl -= hop;
  return forward_error(*row, Side::kInside, *behavior);
}

// RFC 5508 REQ-5: an error from inside is about a packet that came in, so its inner destination is
// translated, and whoever inside reports it speaks with our address.
Verdict Nat::Tables::leave_error(Packet& packet, bool hop, Instant now) {
  IcmpFields& icmp = packet.icmp;
  if (!inner_is_v4(icmp)) return drop(DropReason::kUntranslatable);
  const MappingRow* row = find_outbound(icmp.inner_protocol, V4Endpoint::of(icmp.inner_destination),
                                        V4Endpoint::of(icmp.inner_source), now);
  if (!row) return drop(DropReason::kNoMapping);
  if (dies(packet, hop)) return drop(DropReason::kTtlExpired, RowId(row->id));
  icmp.inner_destination = row->external.endpoint();
  packet.source = {icmp.inner_destination.ip, 0};
  packet.ttl -= hop;
  return forward_error(*row, Side::kOutside, *behavior);
}

}  // namespace natbed
