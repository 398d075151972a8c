// What a MappingTable knows beyond its rows: ports in use, and the sessions of one endpoint.
#include <algorithm>

#include "nat_models/mapping_table.h"
#include "nat_models/table_hashes.h"

namespace natbed {

void MappingTable::mark_port(const MappingRow& row, bool in_use) {
  if (!pools_ || row.has(MappingRow::kSession)) return;
  const uint64_t key = protocol_and(row.protocol, {row.external.ip(), 0});
  const auto pool = std::ranges::lower_bound(*pools_, key, {}, &Pool::key);
  if (pool == pools_->end() || pool->key != key) return;
  if (in_use) {
    pool->ports->insert(row.external.port());
  } else {
    pool->ports->erase(row.external.port());
  }
}

const PortSet* MappingTable::known_ports(Protocol protocol, uint32_t external_ip) {
  if (!pools_) return nullptr;
  const uint64_t key = protocol_and(protocol, {external_ip, 0});
  const auto pool = std::ranges::lower_bound(*pools_, key, {}, &Pool::key);
  return pool == pools_->end() || pool->key != key ? nullptr : &*pool->ports;
}

const PortSet& MappingTable::ports_in_use(Protocol protocol, uint32_t external_ip) {
  if (const PortSet* known = known_ports(protocol, external_ip)) return *known;
  const uint64_t key = protocol_and(protocol, {external_ip, 0});
  std::vector<Pool>& pools = pools_.get();
  const auto place = std::ranges::lower_bound(pools, key, {}, &Pool::key);
  Pool& pool = *pools.insert(place, Pool{key, {}});
  PortSet& ports = pool.ports.get();
  rows_.each([&](uint32_t, const MappingRow& row) {
    if (row.id == 0 || row.has(MappingRow::kSession)) return;
    if (row.protocol == protocol && row.external.ip() == external_ip)
      ports.insert(row.external.port());
  });
  return ports;
}

// In a small table age is read off the ids.
MappingRow* MappingTable::youngest_session(Protocol protocol, V4Endpoint internal) {
  const auto belongs = [&](const MappingRow& row) {
    return row.internal == internal && row.protocol == protocol && row.has(MappingRow::kSession) &&
           !row.has(MappingRow::kResting);
  };
  if (large_) {
    if (!youngest_) return nullptr;
    return row_at(youngest_->find(source_hash(protocol, internal),
                                  [&](uint32_t at) { return belongs(rows_[at]); }));
  }
  MappingRow* youngest = nullptr;
  for (uint32_t i = 0; i < rows_.size(); ++i) {
    MappingRow& row = rows_[i];
    if (row.id != 0 && belongs(row) && (!youngest || row.id > youngest->id)) youngest = &row;
  }
  return youngest;
}

MappingRow* MappingTable::next_older(const MappingRow& row) {
  if (large_) return row_at(row.older);
  MappingRow* next = nullptr;
  for (uint32_t i = 0; i < rows_.size(); ++i) {
    MappingRow& other = rows_[i];
    const bool belongs = other.id != 0 && other.id < row.id && other.protocol == row.protocol &&
                         other.internal == row.internal && other.has(MappingRow::kSession) &&
                         !other.has(MappingRow::kResting);
    if (belongs && (!next || other.id > next->id)) next = &other;
  }
  return next;
}

void MappingTable::link_session(uint32_t slot) {
  MappingRow& row = rows_[slot];
  const uint64_t hash = source_hash(row.protocol, row.internal);
  LineIndex& index = youngest_.get();
  const uint32_t head = index.find(hash, [&](uint32_t at) {
    return rows_[at].internal == row.internal && rows_[at].protocol == row.protocol;
  });
  row.newer = kNothing;
  row.older = head;
  if (head == kNothing) {
    index.add(hash, slot,
              [&](uint32_t at) { return source_hash(rows_[at].protocol, rows_[at].internal); });
  } else {
    rows_[head].newer = slot;
    index.replace(hash, head, slot);
  }
}

void MappingTable::unlink_session(uint32_t slot) {
  const MappingRow& row = rows_[slot];
  if (row.older != kNothing) rows_[row.older].newer = row.newer;
  if (row.newer != kNothing) {
    rows_[row.newer].older = row.older;
    return;
  }
  const uint64_t hash = source_hash(row.protocol, row.internal);
  if (row.older != kNothing) {
    youngest_->replace(hash, slot, row.older);
  } else {
    youngest_->remove(hash, slot);
  }
}

}  // namespace natbed
