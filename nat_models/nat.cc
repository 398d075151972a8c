#include "nat_models/nat.h"

#include <algorithm>

#include "base/check.h"
#include "nat_models/nat_tables.h"

namespace natbed {
namespace {

// RFC 5382 §5, as far as timers need it: a connection is established once a SYN was seen both ways,
// and closing after a FIN both ways or one RST. Connections that share a row share this state.
enum TcpSeen : uint8_t {
  kSynInside = 1,
  kSynOutside = 2,
  kFinInside = 4,
  kFinOutside = 8,
  kReset = 16
};

Timer tcp_timer(MappingRow& row, const TcpFields& tcp, Side from) {
  const bool inside = from == Side::kInside;
  if (tcp.has(kSyn)) {
    const bool closing = (row.tcp_seen & (kFinInside | kFinOutside | kReset)) != 0;
    if (closing) row.tcp_seen = 0;  // the next connection begins
    row.tcp_seen |= inside ? kSynInside : kSynOutside;
  }
  if (tcp.has(kFin)) row.tcp_seen |= inside ? kFinInside : kFinOutside;
  if (tcp.has(kRst)) row.tcp_seen |= kReset;
  const auto seen = [&](int bits) { return (row.tcp_seen & bits) == bits; };
  const bool closed = seen(kFinInside | kFinOutside) || seen(kReset);
  return seen(kSynInside | kSynOutside) && !closed ? Timer::kTcpEstablished : Timer::kTcpSynSent;
}

Timer first_timer(Protocol protocol) {
  if (protocol == Protocol::kTcp) return Timer::kTcpSynSent;
  return protocol == Protocol::kUdp ? Timer::kUdpUnreplied : Timer::kIcmp;
}

bool is_icmp_error(const Packet& packet) {
  return is_icmp(packet.protocol) && packet.icmp.is_error();
}

uint64_t reply_owner(Protocol protocol, V4Endpoint internal) {
  return uint64_t{static_cast<uint8_t>(protocol)} << 56 | internal.key();
}

}  // namespace

Nat::Nat(const NatBehavior* behavior, std::span<const IpAddress> external, Rng rng)
    : behavior_(behavior), tables_(std::make_unique<Tables>(behavior, rng)) {
  NATBED_CHECK(!behavior->udp.ports.range.empty());
  tables_->set_external(external);
}
Nat::~Nat() = default;
Nat::Nat(const Nat& other)
    : behavior_(other.behavior_), tables_(std::make_unique<Tables>(*other.tables_)) {}
Nat& Nat::operator=(const Nat& other) { return *this = Nat(other); }
Nat::Nat(Nat&&) noexcept = default;
Nat& Nat::operator=(Nat&&) noexcept = default;

Verdict Nat::process(Packet& packet, Side from, Instant now) {
  if (!packet.source.ip.is_v4() || !packet.destination.ip.is_v4()) {
    return drop(DropReason::kUntranslatable);
  }
  const bool hop = behavior_->decrement_ttl;
  if (from == Side::kOutside) return tables_->enter(packet, hop, now);
  if (tables_->owns(packet.destination.ip)) return tables_->turn_back(packet, now);
  return tables_->leave(packet, hop, now);
}

Instant Nat::deadline() const { return Instant::never(); }
std::optional<Release> Nat::release(Instant) { return std::nullopt; }
uint32_t Nat::rewrite_payload(const Packet&, const Packet&, std::span<std::byte>) { return 0; }
Diagnosis Nat::diagnose(const Packet&, Side, Instant, const Verdict&) const { return {}; }

// RFC 4787 §6: the packet leaves as if for the outside, so that its sender gets a mapping and opens
// its filter, and enters again. The filter of the target sees the source that the packet will
// carry.
Verdict Nat::Tables::turn_back(Packet& packet, Instant now) {
  if (behavior->of(packet.protocol).hairpin == Hairpin::kNone) return drop(DropReason::kNoHairpin);
  const Packet original = packet;
  const Verdict out = leave(packet, behavior->decrement_ttl, now);
  if (out.action != Verdict::Action::kForward) return out;
  if (behavior->of(packet.protocol).hairpin == Hairpin::kInternalSource && !is_icmp_error(packet)) {
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
  const V4Endpoint internal = V4Endpoint::of(packet.source);
  const V4Endpoint remote = V4Endpoint::of(packet.destination);
  MappingRow* row = find_outbound(packet.protocol, internal, remote, now);
  const bool opened = row == nullptr;
  if (opened) {
    DropReason why_not = DropReason::kNone;
    row = open(packet.protocol, internal, remote, now, &why_not);
    // RFC 5508 REQ-8: a box without resources says so.
    if (!row) return drop(why_not, {}, Answer::kAdministrativelyProhibited);
  }
  const Verdict::Change change = pass(*row, packet, Side::kInside, now);
  filters.sent(*behavior, *row, remote, now);
  packet.source = row->external.endpoint();
  packet.ttl -= hop;
  return forward(*row, Side::kOutside, opened ? Verdict::Change::kOpened : change,
                 row->end(*behavior));
}

Verdict Nat::Tables::enter(Packet& packet, bool hop, Instant now) {
  if (is_icmp_error(packet)) return enter_error(packet, hop, now);
  if (is_icmp(packet.protocol) && packet.icmp.type != IcmpType::kEchoReply) {
    return drop(DropReason::kNoMapping);  // a question to the box itself
  }
  const V4Endpoint remote = V4Endpoint::of(packet.source);
  MappingRow* row = rows.find_external(packet.protocol, V4Endpoint::of(packet.destination));
  if (!row || !row->alive(now, *behavior)) return drop(DropReason::kNoMapping);

  const bool anyone =
      behavior->of(row->protocol).filtering == Dependence::kEndpointIndependent || row->is_static();
  FilterTable::Entry* entry = anyone ? nullptr : filters.find(*behavior, *row, remote, now);
  if (!anyone && !entry) return drop(DropReason::kFiltered, RowId(row->id));
  if (dies(packet, hop)) {
    return drop(DropReason::kTtlExpired, RowId(row->id), Answer::kTimeExceeded);
  }
  const Verdict::Change change = pass(*row, packet, Side::kOutside, now);
  if (entry) FilterTable::received(*behavior, *row, *entry, now);
  remember_reply(*row, remote, now);
  packet.destination = row->internal.endpoint();
  packet.ttl -= hop;
  return forward(*row, Side::kInside, change, row->end(*behavior));
}

MappingRow* Nat::Tables::find_outbound(Protocol protocol, V4Endpoint internal, V4Endpoint remote,
                                       Instant now) {
  const auto alive = [&](MappingRow* row) { return row && row->alive(now, *behavior); };
  if (behavior->of(protocol).reply_mapping == ReplyMapping::kAdmitting) {
    if (const uint32_t* id = replies.find({reply_owner(protocol, internal), remote.key()})) {
      if (MappingRow* row = rows.find_id(*id); alive(row)) return row;
    }
  }
  if (rows.statics() > 0) {
    if (MappingRow* row = rows.find_internal(protocol, internal, {}, true); alive(row)) return row;
  }
  MappingRow* row =
      rows.find_internal(protocol, internal, scope(behavior->of(protocol).mapping, remote));
  return alive(row) ? row : nullptr;
}

MappingRow* Nat::Tables::open(Protocol protocol, V4Endpoint internal, V4Endpoint remote,
                              Instant now, DropReason* why_not) {
  rows.reclaim(now, *behavior);
  if (rows.size() >= behavior->limits.mappings) return *why_not = DropReason::kTableFull, nullptr;
  const uint32_t ip = external_for(internal.ip);
  const auto port = ports.choose(*behavior, rows, protocol, ip, internal.port, rng);
  if (!port) return *why_not = DropReason::kNoPort, nullptr;
  MappingRow row;
  row.internal = internal;
  row.remote = scope(behavior->of(protocol).mapping, remote);
  row.external = {ip, *port};
  row.used = row.opened = now;
  row.protocol = protocol;
  row.timer = first_timer(protocol);
  return &rows.open(row, *behavior);
}

Verdict::Change Nat::Tables::pass(MappingRow& row, const Packet& packet, Side from, Instant now) {
  if (row.is_static()) return Verdict::Change::kNothing;
  const Instant before = row.end(*behavior);
  const Timer timer = row.timer;
  if (row.protocol == Protocol::kTcp) row.timer = tcp_timer(row, packet.tcp, from);
  if (row.timer == Timer::kUdpUnreplied && from == Side::kOutside) row.timer = Timer::kUdp;
  const Refresh direction = from == Side::kInside ? Refresh::kOutbound : Refresh::kInbound;
  const bool refreshes = behavior->of(row.protocol).refresh == Refresh::kBoth ||
                         behavior->of(row.protocol).refresh == direction;
  // A connection that is closing gets its whole transitory time, whoever closed it (RFC 7857 §2.2).
  const bool tcp_turned = row.protocol == Protocol::kTcp && row.timer != timer;
  if (refreshes || tcp_turned) row.used = now;
  const Instant after = row.end(*behavior);
  if (after < before) rows.end_moved(row, *behavior);
  return after != before ? Verdict::Change::kRefreshed : Verdict::Change::kNothing;
}

void Nat::Tables::remember_reply(const MappingRow& row, V4Endpoint remote, Instant now) {
  if (behavior->of(row.protocol).reply_mapping == ReplyMapping::kSelected) return;
  const FlowKey key{reply_owner(row.protocol, row.internal), remote.key()};
  if (uint32_t* id = replies.find(key)) {
    *id = row.id;
    return;
  }
  // Without a route, the selection finds this very row: nothing to remember.
  if (!row.is_static() && rows.statics() == 0 &&
      row.remote == scope(behavior->of(row.protocol).mapping, remote))
    return;
  replies.put(key, row.id, [&](const auto& flow) {
    const MappingRow* other = rows.find_id(flow.value);
    return !other || !other->alive(now, *behavior);
  });
}

}  // namespace natbed
