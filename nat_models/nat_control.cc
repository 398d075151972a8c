// The control surface of a Nat: addresses, static rows, and the table as people see it.
#include <algorithm>

#include "base/check.h"
#include "nat_models/nat_tables.h"

namespace natbed {
namespace {

NatRow row_for_people(const MappingRow& row, const NatBehavior& behavior) {
  NatRow shown;
  shown.row = RowId(row.id);
  shown.protocol = row.protocol;
  shown.internal = row.internal.endpoint();
  shown.external = row.external.endpoint();
  shown.remote = row.remote.endpoint();
  shown.opened = row.opened;
  shown.expires = row.end(behavior);
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

bool Nat::Tables::owns(const IpAddress& ip) const {
  const uint32_t value = V4Endpoint::of({ip, 0}).ip;
  return value >= lowest && value <= highest && std::ranges::find(external, ip) != external.end();
}

uint32_t Nat::Tables::external_for(uint32_t internal_ip) const {
  const uint32_t choice =
      external.size() == 1 ? 0 : static_cast<uint32_t>(Rng::mix(internal_ip) % external.size());
  return external[choice].v4_value();
}

void Nat::Tables::forget_rows() {
  rows.clear();
  filters.clear();
  replies.clear();
  ports.restart();
}

std::optional<RowId> Nat::map(Protocol protocol, Endpoint internal, uint16_t external_port,
                              Instant now, Duration lifetime) {
  Tables& t = *tables_;
  t.rows.reclaim(now, *behavior_);
  const V4Endpoint from = V4Endpoint::of(internal);
  const uint32_t ip = t.external_for(from.ip);
  if (MappingRow* row = t.rows.find_internal(protocol, from, {}, true)) {
    if (external_port != 0 && external_port != row->external.port) return std::nullopt;
    row->used = now + lifetime;
    t.rows.end_moved(*row, *behavior_);
    return RowId(row->id);
  }
  if (external_port == 0) {
    const auto port = t.ports.choose(*behavior_, t.rows, protocol, ip, from.port, t.rng);
    if (!port) return std::nullopt;
    external_port = *port;
  }
  if (MappingRow* row = t.rows.find_external(protocol, {ip, external_port})) {
    if (row->internal != from) return std::nullopt;
    t.rows.close(*row);  // its own dynamic row becomes static
  }
  if (t.rows.size() >= behavior_->limits.mappings) return std::nullopt;
  MappingRow row;
  row.internal = from;
  row.external = {ip, external_port};
  row.used = now + lifetime;
  row.opened = now;
  row.protocol = protocol;
  row.timer = Timer::kStatic;
  return RowId(t.rows.open(row, *behavior_).id);
}

bool Nat::unmap(RowId id) {
  MappingRow* row = tables_->rows.find_id(id.value());
  if (!row || !row->is_static()) return false;
  tables_->rows.close(*row);
  return true;
}

std::vector<NatRow> Nat::list(Instant now) const {
  const Tables& t = *tables_;
  // The owners of all filter entries, sorted, so that a row counts its own without reading the
  // others'.
  std::vector<uint64_t> owners;
  t.filters.each([&](uint64_t owner, const FilterTable::Entry& entry) {
    if (entry.alive(now, *behavior_)) owners.push_back(owner);
  });
  std::ranges::sort(owners);

  std::vector<NatRow> rows;
  t.rows.each([&](const MappingRow& row) {
    if (!row.alive(now, *behavior_)) return;
    rows.push_back(row_for_people(row, *behavior_));
    const auto own = std::ranges::equal_range(owners, FilterTable::owner(*behavior_, row));
    rows.back().admitted_remotes = static_cast<uint32_t>(own.size());
  });
  std::ranges::sort(rows, {}, &NatRow::row);
  return rows;
}

std::optional<NatRow> Nat::row(RowId id, Instant now) const {
  const MappingRow* row = tables_->rows.find_id(id.value());
  if (!row || !row->alive(now, *behavior_)) return std::nullopt;
  NatRow shown = row_for_people(*row, *behavior_);
  const uint64_t owner = FilterTable::owner(*behavior_, *row);
  tables_->filters.each([&](uint64_t other, const FilterTable::Entry& entry) {
    shown.admitted_remotes += other == owner && entry.alive(now, *behavior_);
  });
  return shown;
}

void Nat::reboot() { tables_->forget_rows(); }

void Nat::readdress(std::span<const IpAddress> external) {
  tables_->forget_rows();
  tables_->set_external(external);
}

std::span<const IpAddress> Nat::external_addresses() const {
  return {tables_->external.data(), tables_->external.size()};
}

}  // namespace natbed
