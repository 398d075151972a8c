// The control surface of a Nat: addresses, static rows, and the table as people see it.
#include <algorithm>

#include "base/check.h"
#include "nat_models/nat_tables.h"

namespace natbed {
namespace {

NatRow row_for_people(const MappingRow& row, Instant expires) {
  NatRow shown;
  shown.row = RowId(row.id);
  shown.protocol = row.protocol;
  shown.internal = row.internal.endpoint();
  shown.external = row.external.endpoint();
  shown.remote = row.remote.endpoint();
  shown.opened = row.opened;
  shown.expires = expires;
  return shown;
}

}  // namespace

void Nat::Tables::set_external(std::span<const IpAddress> addresses) {
  NATBED_CHECK(!addresses.empty(), "a NAT needs an external address");
  external.clear();
  lowest = 0xFFFFFFFF;
  highest = 0;
  for (const IpAddress& ip : addresses) {
    external.push_back(ip);
    lowest = std::min(lowest, ip.v4_value());
    highest = std::max(highest, ip.v4_value());
  }
}

bool Nat::Tables::is_external(const IpAddress& ip) const {
  return std::ranges::find(external, ip) != external.end();
}

uint32_t Nat::Tables::external_for(uint32_t internal_ip) const {
  if (external.size() == 1) return external[0].v4_value();
  if (behavior->blocks.kind == PortBlocks::Kind::kDeterministic) {
    // The plan decides, for all protocols alike: only the ports of a share depend on the range.
    const auto share = PortBlockPool::fixed_share(behavior->blocks, behavior->udp.ports.range,
                                                  external.size(), internal_ip);
    if (share) return external[share->address].v4_value();
  }
  return external[Rng::mix(internal_ip) % external.size()].v4_value();
}

void Nat::Tables::forget_rows() {
  rows.clear();
  peers.clear();
  replies.clear();
  ports.restart();
  if (hosts) hosts->clear();
  gate.reset();
  fragments.reset();
  held_syns.reset();
}

std::optional<RowId> Nat::map(Protocol protocol, Endpoint internal, uint16_t external_port,
                              Instant now, Duration lifetime) {
  Tables& t = *tables_;
  t.rows.settle(now);
  const V4Endpoint from = V4Endpoint::of(internal);
  const uint32_t ip = t.external_for(from.ip);
  if (MappingRow* row = t.rows.find_internal(protocol, from, {}, true)) {
    if (external_port != 0 && external_port != row->external.port()) return std::nullopt;
    row->used = now + lifetime;
    t.rows.end_moved(*row);
    return RowId(row->id);
  }
  if (external_port == 0) {
    PortRequest request{protocol, from, {}, ip, now};
    const PortChoice choice = t.choose_port(request);
    if (!choice.port) return std::nullopt;
    external_port = *choice.port;
  }
  if (MappingRow* row = t.rows.find_external(protocol, {ip, external_port})) {
    if (row->internal != from) return std::nullopt;
    t.rows.close(*row, now);  // its own dynamic row becomes static
  }
  if (t.rows.size() >= behavior_->limits.mappings) return std::nullopt;
  MappingRow row;
  row.internal = from;
  row.external = V4Endpoint{ip, external_port};
  row.used = now + lifetime;
  row.opened = now;
  row.protocol = protocol;
  row.timer = Timer::kStatic;
  MappingRow& opened = t.rows.open(row, now);
  if (t.hosts) t.hosts->on_open(opened);
  return RowId(opened.id);
}

bool Nat::unmap(RowId id, Instant now) {
  MappingRow* row = tables_->rows.find_id(id.value());
  if (!row || !row->is_static()) return false;
  tables_->rows.close(*row, now);
  return true;
}

std::vector<NatRow> Nat::list(Instant now) const {
  const Tables& t = *tables_;
  // The owners of all filters, sorted, so that a row counts its own without reading the others'.
  std::vector<uint64_t> owners;
  t.peers.each([&](const FlowKey& key, const RowPeer& peer) {
    if (!t.peer_over(peer, now)) owners.push_back(key.owner);
  });
  std::ranges::sort(owners);

  std::vector<NatRow> rows;
  t.rows.each([&](const MappingRow& row) {
    if (!t.rows.alive(row, now) || row.has(MappingRow::kLocal)) return;
    rows.push_back(row_for_people(row, t.rows.end(row)));
    rows.back().admitted_remotes = t.admitted_remotes(row, now, owners);
  });
  std::ranges::sort(rows, {}, &NatRow::row);
  return rows;
}

std::optional<NatRow> Nat::row(RowId id, Instant now) const {
  Tables& t = *tables_;
  const MappingRow* row = t.rows.find_id(id.value());
  if (!row || !t.rows.alive(*row, now)) return std::nullopt;
  NatRow shown = row_for_people(*row, t.rows.end(*row));
  std::vector<uint64_t> owners;
  const bool shared = !t.filters_in_row(behavior_->of(row->protocol));
  const uint64_t owner = PeerTable::filter_owner(*row, shared);
  t.peers.each([&](const FlowKey& key, const RowPeer& peer) {
    if (key.owner == owner && !t.peer_over(peer, now)) owners.push_back(owner);
  });
  shown.admitted_remotes = t.admitted_remotes(*row, now, owners);
  return shown;
}

// Filters of `row` that are open: its own peer's, and those among the sorted `owners`.
uint32_t Nat::Tables::admitted_remotes(const MappingRow& row, Instant now,
                                       const std::vector<uint64_t>& owners) const {
  const ProtocolBehavior& b = behavior->of(row.protocol);
  if (b.filtering == Dependence::kEndpointIndependent) return 0;
  if (row.has(MappingRow::kSession)) return 1;
  const auto own =
      std::ranges::equal_range(owners, PeerTable::filter_owner(row, !filters_in_row(b)));
  const bool peer = row.has(MappingRow::kHasPeer) && filters_in_row(b) &&
                    filter_alive(b, row.peer_used, row.peer_timer, now);
  return static_cast<uint32_t>(own.size()) + peer;
}

void Nat::settle(Instant now) { tables_->rows.settle(now); }

void Nat::reboot() { tables_->forget_rows(); }

void Nat::readdress(std::span<const IpAddress> external) {
  tables_->forget_rows();
  tables_->set_external(external);
}

std::span<const IpAddress> Nat::external_addresses() const {
  return {tables_->external.data(), tables_->external.size()};
}

}  // namespace natbed
