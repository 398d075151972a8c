// How flows find their rows, and how new rows come to be.
#include <algorithm>

#include "base/check.h"
#include "nat_models/nat_tables.h"
#include "nat_models/tcp_state.h"
#include "nat_models/tcp_tracker.h"

namespace natbed {
namespace {

Timer first_timer(const NatBehavior& b, const Packet& packet, V4Endpoint remote) {
  if (packet.protocol == Protocol::kUdp) return b.timers.first_udp_timer(remote.port);
  if (packet.protocol != Protocol::kTcp) return Timer::kIcmp;
  return b.conntrack && b.tcp.ports.overload ? tracker_first_state(packet.tcp)
                                             : first_tcp_state(packet.tcp);
}

uint64_t reply_owner(Protocol protocol, V4Endpoint internal) {
  return uint64_t{static_cast<uint8_t>(protocol)} << 56 | internal.key();
}

}  // namespace

Nat::Tables::Tables(const NatBehavior* its_behavior, Rng its_rng)
    : behavior(its_behavior), rng(its_rng), rows(its_behavior) {
  const auto crosses = [](const ProtocolBehavior& b) { return b.crossing == Crossing::kAll; };
  special = !crosses(behavior->udp) || !crosses(behavior->tcp) || !crosses(behavior->icmp) ||
            behavior->limits.packets_per_second > 0 || behavior->blacklist > Duration::zero() ||
            std::ranges::any_of(behavior->bypass, [](const Bypass& b) { return b.bits > 0; });
  if (Hosts::needed(*behavior)) {
    hosts.emplace(behavior);
    relink();
  }
}

MappingRow* Nat::Tables::find_outbound(Protocol protocol, V4Endpoint internal, V4Endpoint remote,
                                       Instant now) {
  const ProtocolBehavior& b = behavior->of(protocol);
  const auto alive = [&](MappingRow* row) { return row && rows.alive(*row, now); };
  if (b.reply_mapping == ReplyMapping::kAdmitting) {
    if (const uint32_t* id = replies.find({reply_owner(protocol, internal), remote.key()})) {
      if (MappingRow* row = rows.find_id(*id); alive(row)) return row;
    }
  }
  if (b.ports.overload) {
    MappingRow* session = rows.find_internal(protocol, internal, remote);
    return alive(session) ? session : nullptr;
  }
  if (rows.statics() > 0) {
    if (MappingRow* row = rows.find_internal(protocol, internal, {}, true); alive(row)) return row;
  }
  MappingRow* row = rows.find_internal(protocol, internal, scope(b.mapping, remote));
  if (alive(row)) return row;
  if (!b.ports.clash_binds_remote) return nullptr;
  row = rows.find_internal(protocol, internal, remote);
  return alive(row) ? row : nullptr;
}

MappingRow* Nat::Tables::find_inbound(Protocol protocol, V4Endpoint at, V4Endpoint remote,
                                      Instant now) {
  if (behavior->of(protocol).ports.overload) {
    MappingRow* session = rows.find_external(protocol, at, remote);
    if (session && rows.alive(*session, now)) return session;
  }
  MappingRow* row = rows.find_external(protocol, at);
  return row && rows.alive(*row, now) ? row : nullptr;
}

// The end of something unknown begins nothing.
bool Nat::Tables::begins_flow(const Packet& packet) const {
  if (packet.protocol != Protocol::kTcp) return true;
  if (behavior->conntrack && behavior->tcp.ports.overload) return tracker_opens(packet.tcp);
  return (packet.tcp.flags & (kRst | kFin)) == 0;
}

MappingRow* Nat::Tables::open(const Packet& packet, V4Endpoint internal, V4Endpoint remote,
                              Instant now, DropReason* why_not) {
  const Protocol protocol = packet.protocol;
  const ProtocolBehavior& b = behavior->of(protocol);
  if (!begins_flow(packet)) return *why_not = DropReason::kNoMapping, nullptr;
  if (!make_room(internal.ip, now, why_not)) return nullptr;
  PortRequest request{protocol, internal, {}, 0, now};
  if (b.ports.overload) request.remote = remote;
  request.tracked_syn =
      behavior->conntrack && b.ports.overload && protocol == Protocol::kTcp && packet.tcp.has(kSyn);
  bool clashed = false;
  const std::optional<V4Endpoint> at = choose_external(request, &clashed);
  if (!at) return *why_not = DropReason::kNoPort, nullptr;
  const bool bound = clashed && b.ports.clash_binds_remote;
  MappingRow row;
  row.internal = internal;
  row.remote = b.ports.overload || bound ? remote : scope(b.mapping, remote);
  row.external = *at;
  row.used = row.opened = now;
  row.protocol = protocol;
  row.timer = first_timer(*behavior, packet, remote);
  if (b.ports.overload) row.set(MappingRow::kSession), row.notes = 0;
  if (bound) row.set(MappingRow::kBoundToRemote);
  MappingRow& opened = rows.open(row, now);
  if (hosts) hosts->on_open(opened);
  return &opened;
}

MappingRow* Nat::Tables::open_from_outside(const MappingRow& door, const Packet& packet,
                                           V4Endpoint remote, Instant now, DropReason* why_not) {
  MappingRow row;
  row.internal = door.internal;
  row.external = door.external;
  if (!make_room(row.internal.ip(), now, why_not)) return nullptr;
  row.remote = remote;
  row.used = row.opened = now;
  row.protocol = packet.protocol;
  row.timer = first_timer(*behavior, packet, remote);
  row.set(MappingRow::kSession | MappingRow::kFromOutside);
  row.notes = 0;
  MappingRow& opened = rows.open(row, now);
  if (hosts) hosts->on_open(opened);
  return &opened;
}

// The box's own stack has taken a packet: its flow stands in the table like any other, and in the way
// of mappings that would want its place.
void Nat::Tables::remember_own_flow(const Packet& packet, Instant now) {
  const ProtocolBehavior& b = behavior->of(packet.protocol);
  // An RST ends TCP's at once, and a ping to the box is no answer to a ping from inside.
  if (packet.protocol != Protocol::kUdp || !owns(packet.destination.ip)) return;
  MappingRow row;
  row.external = V4Endpoint::of(packet.destination);
  row.internal = row.external;
  row.used = row.opened = now;
  row.protocol = packet.protocol;
  row.timer = first_timer(*behavior, packet, V4Endpoint::of(packet.source));
  row.set(MappingRow::kLocal);
  const V4Endpoint remote = V4Endpoint::of(packet.source);
  if (b.ports.overload) {
    row.remote = remote;
    row.set(MappingRow::kSession);
  }
  const MappingRow* there = rows.find_external(row.protocol, row.external, row.inbound_remote());
  const bool taken = there && rows.occupies(*there, now);
  if (!taken && rows.size() < behavior->limits.mappings) (void)rows.open(row, now);
}

bool Nat::Tables::make_room(uint32_t internal_ip, Instant now, DropReason* why_not) {
  const NatLimits& limits = behavior->limits;
  if (hosts && !hosts->may_open(internal_ip, now)) return *why_not = DropReason::kQuota, false;
  const bool quota = limits.mappings_per_host > 0;
  const auto full = [&] { return rows.size() >= limits.mappings; };
  const auto used_up = [&] {
    return quota && hosts->mappings_of(internal_ip) >= limits.mappings_per_host;
  };
  if (full() || used_up()) rows.settle(now);
  const bool evicts = limits.when_full == WhenFull::kEvictOldest;
  if (used_up()) {
    MappingRow* oldest = evicts ? hosts->oldest(internal_ip, rows, now) : nullptr;
    if (!oldest) return *why_not = DropReason::kQuota, false;
    rows.close(*oldest, now);
  }
  if (full()) {
    MappingRow* oldest = evicts ? hosts->oldest(0, rows, now) : nullptr;
    if (!oldest) return *why_not = DropReason::kTableFull, false;
    rows.close(*oldest, now);
  }
  return true;
}

std::optional<V4Endpoint> Nat::Tables::choose_external(PortRequest request, bool* clashed) {
  if (const auto reused = reuse_external(request)) return reused;
  const auto try_at = [&](uint32_t ip) -> std::optional<V4Endpoint> {
    request.external_ip = ip;
    const PortChoice choice = choose_port(request);
    *clashed |= choice.clashed;
    if (!choice.port) return std::nullopt;
    return V4Endpoint{ip, *choice.port};
  };
  const uint32_t paired = external_for(request.internal.ip);
  if (external.size() == 1 || behavior->pooling == Pooling::kPaired) return try_at(paired);
  uint32_t start = 0;
  if (behavior->pooling == Pooling::kArbitrary) {
    start = static_cast<uint32_t>(rng.below(external.size()));
  } else if (const auto at = try_at(paired)) {
    return at;
  }
  for (uint32_t i = 0; i < external.size(); ++i) {
    const uint32_t ip = external[(start + i) % external.size()].v4_value();
    if (const auto at = try_at(ip)) return at;
  }
  return std::nullopt;
}

// Netfilter keeps the external endpoint that the youngest session of the same source has, as long as
// no other session has it towards this remote; so it looks endpoint-independent until two hosts want
// the same port.
std::optional<V4Endpoint> Nat::Tables::reuse_external(const PortRequest& request) {
  const ProtocolBehavior& b = behavior->of(request.protocol);
  if (!b.ports.overload || b.mapping == Dependence::kAddressAndPortDependent) return std::nullopt;
  const MappingRow* row = rows.youngest_session(request.protocol, request.internal);
  for (; row; row = rows.next_older(*row)) {
    const bool same = scope(b.mapping, row->remote) == scope(b.mapping, request.remote);
    if (!same || !rows.alive(*row, request.now) || row->has(MappingRow::kLocal)) continue;
    PortRequest there = request;
    there.external_ip = row->external.ip();
    if (!PortAllocator::is_free(rows, there, row->external.port())) return std::nullopt;
    return row->external;
  }
  return std::nullopt;
}

PortChoice Nat::Tables::choose_port(const PortRequest& request) {
  const PortBlocks& blocks = behavior->blocks;
  if (blocks.kind == PortBlocks::Kind::kNone) {
    return ports.choose(*behavior, rows, rng, request, {});
  }
  const PortRange range = behavior->of(request.protocol).ports.range;
  std::vector<PortRange> own;
  if (blocks.kind == PortBlocks::Kind::kDeterministic) {
    const auto share =
        PortBlockPool::fixed_share(blocks, range, external.size(), request.internal.ip);
    if (!share || external[share->address].v4_value() != request.external_ip) return {};
    own.push_back(share->ports);
  }
  PortBlockPool& pool = hosts->blocks();
  pool.blocks_of(request.internal.ip, request.external_ip, range, &own);
  PortChoice choice;
  if (!own.empty()) choice = ports.choose(*behavior, rows, rng, request, own);
  if (choice.port) return choice;
  rows.settle(request.now);  // a block is free once its last row has ended
  const auto block = pool.take(request.internal.ip, request.external_ip, range, rng);
  if (!block) return choice;
  return ports.choose(*behavior, rows, rng, request, {&*block, 1});
}

Answer Nat::Tables::refusal() const {
  switch (behavior->limits.refusal) {
    case Refusal::kSilence:
      return Answer::kNothing;
    case Refusal::kProhibited:
      return Answer::kAdministrativelyProhibited;
    case Refusal::kHostUnreachable:
      return Answer::kHostUnreachable;
  }
  return Answer::kNothing;
}

void Nat::Tables::remember_reply(const MappingRow& row, V4Endpoint remote, Instant now) {
  const ProtocolBehavior& b = behavior->of(row.protocol);
  if (b.reply_mapping == ReplyMapping::kSelected) return;
  const FlowKey key{reply_owner(row.protocol, row.internal), remote.key()};
  if (uint32_t* id = replies.find(key)) {
    *id = row.id;
    return;
  }
  // Without a route, the selection finds this very row: nothing to remember.
  if (!row.is_static() && rows.statics() == 0 && row.remote == scope(b.mapping, remote)) return;
  replies.put(key, row.id, [&](const auto& flow) {
    const MappingRow* other = rows.find_id(flow.value);
    return !other || !rows.alive(*other, now);
  });
}

}  // namespace natbed
