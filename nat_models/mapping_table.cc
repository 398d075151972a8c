#include "nat_models/mapping_table.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/hash.h"

namespace natbed {
namespace {

uint64_t protocol_and(Protocol protocol, V4Endpoint endpoint) {
  return uint64_t{static_cast<uint8_t>(protocol)} << 48 | endpoint.key();
}
uint64_t internal_hash(Protocol protocol, V4Endpoint internal, V4Endpoint remote, bool is_static) {
  return hash_mix(protocol_and(protocol, internal), uint64_t{is_static} << 48 | remote.key());
}
uint64_t external_hash(Protocol protocol, V4Endpoint external) {
  return hash_mix(protocol_and(protocol, external), 0);
}
uint64_t id_hash(uint32_t id) { return hash_mix(id, 0); }

uint64_t internal_hash(const MappingRow& row) {
  return internal_hash(row.protocol, row.internal, row.remote, row.is_static());
}

}  // namespace

template <class Matches>
MappingRow* MappingTable::scan(Matches matches) {
  for (MappingRow& row : rows_) {
    if (row.id != 0 && matches(row)) return &row;
  }
  return nullptr;
}

MappingRow* MappingTable::find_internal(Protocol protocol, V4Endpoint internal, V4Endpoint remote,
                                        bool is_static) {
  const auto matches = [&](const MappingRow& row) {
    return row.internal == internal && row.remote == remote && row.protocol == protocol &&
           row.is_static() == is_static;
  };
  if (!large_) return scan(matches);
  const uint32_t slot =
      large_->by_internal.find(internal_hash(protocol, internal, remote, is_static),
                               [&](uint32_t at) { return matches(rows_[at]); });
  return slot == SlotIndex::kNothing ? nullptr : &rows_[slot];
}

MappingRow* MappingTable::find_external(Protocol protocol, V4Endpoint external) {
  const auto matches = [&](const MappingRow& row) {
    return row.external == external && row.protocol == protocol;
  };
  if (!large_) return scan(matches);
  const uint32_t slot = large_->by_external.find(external_hash(protocol, external),
                                                 [&](uint32_t at) { return matches(rows_[at]); });
  return slot == SlotIndex::kNothing ? nullptr : &rows_[slot];
}

MappingRow* MappingTable::find_id(uint32_t id) {
  const auto matches = [&](const MappingRow& row) { return row.id == id; };
  if (!large_) return scan(matches);
  const uint32_t slot =
      large_->by_id.find(id_hash(id), [&](uint32_t at) { return matches(rows_[at]); });
  return slot == SlotIndex::kNothing ? nullptr : &rows_[slot];
}

MappingTable& MappingTable::operator=(const MappingTable& other) {
  rows_ = other.rows_;
  large_ = other.large_ ? std::make_unique<Large>(*other.large_) : nullptr;
  pools_ = other.pools_ ? std::make_unique<std::vector<Pool>>(*other.pools_) : nullptr;
  size_ = other.size_;
  statics_ = other.statics_;
  last_id_ = other.last_id_;
  free_ = other.free_;
  return *this;
}

MappingRow& MappingTable::open(MappingRow row, const NatBehavior& behavior) {
  row.id = ++last_id_;
  uint32_t slot = rows_.size();
  if (free_ != SlotIndex::kNothing) {
    slot = std::exchange(free_, rows_[free_].internal.ip);
    rows_[slot] = row;
  } else {
    rows_.push_back(row);
  }
  ++size_;
  statics_ += row.is_static();
  mark_port(row, true);
  if (large_) {
    enter(slot, behavior);
  } else if (rows_.size() > kScanned) {
    large_ = std::make_unique<Large>();
    for (uint32_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].id != 0) enter(i, behavior);
    }
  }
  return rows_[slot];
}

void MappingTable::enter(uint32_t slot, const NatBehavior& behavior) {
  MappingRow& row = rows_[slot];
  large_->by_internal.add(internal_hash(row), slot);
  large_->by_external.add(external_hash(row.protocol, row.external), slot);
  large_->by_id.add(id_hash(row.id), slot);
  queue(row, behavior);
}

void MappingTable::queue(MappingRow& row, const NatBehavior& behavior) {
  row.queued = row.end(behavior);
  large_->due.push_back({row.queued, slot_of(row), row.id});
  std::push_heap(large_->due.begin(), large_->due.end(), std::greater<>());
}

void MappingTable::end_moved(MappingRow& row, const NatBehavior& behavior) {
  if (large_ && row.end(behavior) < row.queued) queue(row, behavior);
}

void MappingTable::close(MappingRow& row) {
  const uint32_t slot = slot_of(row);
  if (large_) {
    large_->by_internal.remove(internal_hash(row), slot);
    large_->by_external.remove(external_hash(row.protocol, row.external), slot);
    large_->by_id.remove(id_hash(row.id), slot);
  }
  mark_port(row, false);
  --size_;
  statics_ -= row.is_static();
  row = MappingRow{};
  row.internal.ip = std::exchange(free_, slot);
}

void MappingTable::reclaim(Instant now, const NatBehavior& behavior) {
  if (!large_) {
    for (MappingRow& row : rows_) {
      if (row.id != 0 && !row.alive(now, behavior)) close(row);
    }
    return;
  }
  std::vector<Due>& due = large_->due;
  while (!due.empty() && due.front().at <= now) {
    const Due first = due.front();
    std::pop_heap(due.begin(), due.end(), std::greater<>());
    due.pop_back();
    MappingRow& row = rows_[first.slot];
    if (row.id != first.id || row.queued != first.at) continue;
    if (row.alive(now, behavior)) {
      queue(row, behavior);
    } else {
      close(row);
    }
  }
}

void MappingTable::clear() {
  rows_.clear();
  free_ = SlotIndex::kNothing;
  large_.reset();
  pools_.reset();
  size_ = statics_ = 0;
}

std::vector<MappingTable::Pool>::iterator MappingTable::pool_at(uint64_t key) {
  return std::ranges::lower_bound(*pools_, key, {}, &Pool::key);
}

void MappingTable::mark_port(const MappingRow& row, bool in_use) {
  if (!pools_) return;
  const uint64_t key = protocol_and(row.protocol, {row.external.ip, 0});
  const auto pool = pool_at(key);
  if (pool == pools_->end() || pool->key != key) return;
  if (in_use) {
    pool->ports->insert(row.external.port);
  } else {
    pool->ports->erase(row.external.port);
  }
}

const PortSet& MappingTable::ports_in_use(Protocol protocol, uint32_t external_ip) {
  if (!pools_) pools_ = std::make_unique<std::vector<Pool>>();
  const uint64_t key = protocol_and(protocol, {external_ip, 0});
  const auto found = pool_at(key);
  if (found != pools_->end() && found->key == key) return *found->ports;
  auto ports = std::make_unique<PortSet>();
  each([&](const MappingRow& row) {
    if (row.protocol == protocol && row.external.ip == external_ip)
      ports->insert(row.external.port);
  });
  return *pools_->insert(found, Pool{key, std::move(ports)})->ports;
}

}  // namespace natbed
