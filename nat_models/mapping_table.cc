#include "nat_models/mapping_table.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "nat_models/table_hashes.h"

namespace natbed {

template <class Matches>
MappingRow* MappingTable::scan(Matches matches) {
  for (uint32_t slot = 0; slot < rows_.size(); ++slot) {
    MappingRow& row = rows_[slot];
    if (row.id != 0 && matches(row)) return &row;
  }
  return nullptr;
}

MappingRow* MappingTable::find_internal(Protocol protocol, V4Endpoint internal, V4Endpoint remote,
                                        bool is_static) {
  const auto matches = [&](const MappingRow& row) {
    return row.internal == internal && row.remote == remote && row.protocol == protocol &&
           row.is_static() == is_static && !row.has(MappingRow::kResting | MappingRow::kLocal);
  };
  if (!large_) return scan(matches);
  return row_at(large_->by_internal.find(internal_hash(protocol, internal, remote, is_static),
                                         [&](uint32_t at) { return matches(rows_[at]); }));
}

MappingRow* MappingTable::find_external(Protocol protocol, V4Endpoint external, V4Endpoint remote) {
  const auto matches = [&](const MappingRow& row) {
    return row.external == external && row.protocol == protocol && row.inbound_remote() == remote;
  };
  if (!large_) return scan(matches);
  return row_at(large_->by_external.find(external_hash(protocol, external, remote),
                                         [&](uint32_t at) { return matches(rows_[at]); }));
}

MappingRow* MappingTable::find_id(uint32_t id) {
  if (!large_) {
    return scan(
        [&](const MappingRow& row) { return row.id == id && !row.has(MappingRow::kResting); });
  }
  if (!by_id_) {
    LineIndex& index = by_id_.get();
    rows_.each([&](uint32_t slot, const MappingRow& row) {
      if (row.id != 0)
        index.add(id_hash(row.id), slot, [&](uint32_t at) { return id_hash(rows_[at].id); });
    });
  }
  return row_at(by_id_->find(id_hash(id), [&](uint32_t at) {
    return rows_[at].id == id && !rows_[at].has(MappingRow::kResting);
  }));
}

uint32_t MappingTable::slot_of(const MappingRow& row) const {
  if (!large_) return static_cast<uint32_t>(&row - &rows_[0]);
  return large_->by_external.find(external_hash(row),
                                  [&](uint32_t at) { return &rows_[at] == &row; });
}

MappingRow& MappingTable::open(const MappingRow& row, Instant now) {
  if (!large_) settle(now);
  const auto give_way = [&](const MappingRow* old) {
    if (old && !alive(*old, now)) look_at(slot_of(*old), now);
  };
  give_way(find_internal(row.protocol, row.internal, row.remote, row.is_static()));
  give_way(find_external(row.protocol, row.external, row.inbound_remote()));
  uint32_t slot = free_;
  if (slot != kNothing) {
    free_ = rows_[slot].older;
    rows_[slot] = row;
  } else {
    slot = rows_.add(row);
  }
  rows_[slot].id = ++last_id_;
  ++size_;
  statics_ += row.is_static();
  mark_port(row, true);
  if (large_) {
    enter(slot);
    if (++large_->opened >= kSweepBatch) sweep(now);
  } else if (rows_.size() > kScanned) {
    become_large();
  }
  return rows_[slot];
}

// Sessions are linked in the order of their age.
void MappingTable::become_large() {
  large_.get();
  std::vector<uint32_t> by_age;
  for (uint32_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].id != 0) by_age.push_back(i);
  }
  std::ranges::sort(by_age, {}, [&](uint32_t at) { return rows_[at].id; });
  for (const uint32_t at : by_age) enter(at);
}

void MappingTable::enter(uint32_t slot) {
  MappingRow& row = rows_[slot];
  large_->by_external.add(external_hash(row), slot,
                          [&](uint32_t at) { return external_hash(rows_[at]); });
  if (by_id_) {
    by_id_->add(id_hash(row.id), slot, [&](uint32_t at) { return id_hash(rows_[at].id); });
  }
  await_end(slot, wake_of(row));
  if (row.has(MappingRow::kResting)) return;
  large_->by_internal.add(internal_hash(row), slot,
                          [&](uint32_t at) { return internal_hash(rows_[at]); });
  if (row.has(MappingRow::kSession)) link_session(slot);
}

// The instant at which something changes about the row without a packet.
Instant MappingTable::wake_of(const MappingRow& row) const {
  const Instant its_end = end(row);
  if (!row.has(MappingRow::kResting)) return its_end;
  return its_end + behavior_->of(row.protocol).ports.hold;
}

void MappingTable::await_end(uint32_t slot, Instant wake) {
  MappingRow& row = rows_[slot];
  row.due = ExpiryWheel::tick_of(wake);
  large_->wheel.add(row.due, {slot, row.id});
}

void MappingTable::end_moved(MappingRow& row) {
  if (!large_ || ExpiryWheel::tick_of(end(row)) >= row.due) return;
  await_end(slot_of(row), end(row));
}

void MappingTable::leave_internal(uint32_t slot) {
  MappingRow& row = rows_[slot];
  --size_;
  statics_ -= row.is_static();
  if (!large_) return;
  large_->by_internal.remove(internal_hash(row), slot);
  if (row.has(MappingRow::kSession)) unlink_session(slot);
}

void MappingTable::remove(uint32_t slot) {
  MappingRow& row = rows_[slot];
  if (large_) large_->by_external.remove(external_hash(row), slot);
  if (by_id_) by_id_->remove(id_hash(row.id), slot);
  mark_port(row, false);
  row = MappingRow();
  row.older = std::exchange(free_, slot);
}

void MappingTable::retire(uint32_t slot, Instant ended, Instant now) {
  MappingRow& row = rows_[slot];
  leave_internal(slot);
  row.timer = Timer::kStatic;  // from here on `used` is the end
  row.used = ended;
  const Instant free_again = ended + behavior_->of(row.protocol).ports.hold;
  const bool rests = now < free_again;
  if (listener_) listener_->on_gone(row, !rests);
  if (!rests) return remove(slot);
  row.set(MappingRow::kResting);
  if (large_) await_end(slot, free_again);
}

void MappingTable::look_at(uint32_t slot, Instant now) {
  MappingRow& row = rows_[slot];
  if (now < wake_of(row)) {
    if (large_) await_end(slot, wake_of(row));
    return;
  }
  if (!row.has(MappingRow::kResting)) return retire(slot, end(row), now);
  if (listener_) listener_->on_gone(row, true);
  remove(slot);
}

void MappingTable::close(MappingRow& row, Instant now) { retire(slot_of(row), now, now); }

void MappingTable::settle(Instant now) {
  if (!large_) {
    for (uint32_t slot = 0; slot < rows_.size(); ++slot) {
      if (rows_[slot].id != 0 && now >= wake_of(rows_[slot])) look_at(slot, now);
    }
    return;
  }
  while (!large_->wheel.caught_up(now)) take_due(now, kSettleBatch);
  const auto is_void = [&](const ExpiryWheel::Entry& entry) {
    const MappingRow& row = rows_[entry.slot];
    return row.id != entry.id || row.due != ExpiryWheel::tick_of(now);
  };
  large_->wheel.take_present(
      now,
      [&](const ExpiryWheel::Entry& entry) {
        return is_void(entry) ? Instant::never() : wake_of(rows_[entry.slot]);
      },
      [&](const ExpiryWheel::Entry& entry) {
        if (!is_void(entry)) look_at(entry.slot, now);
      });
}

void MappingTable::sweep_large(Instant now) {
  large_->opened = 0;
  take_due(now, 2 * kSweepBatch);
}

// Rows lie far apart: all that the batch will touch is asked for before any of it is read.
void MappingTable::take_due(Instant now, uint32_t most) {
  std::array<ExpiryWheel::Entry, kSettleBatch> batch;
  const auto due_of = [&](const ExpiryWheel::Entry& entry) {
    MappingRow& row = rows_[entry.slot];
    if (row.id != entry.id) return ExpiryWheel::kVoid;
    return row.due = ExpiryWheel::tick_of(wake_of(row));
  };
  const uint32_t taken = large_->wheel.take(now, most, batch.data(), due_of);
  for (uint32_t i = 0; i < taken; ++i) prefetch_line(&rows_[batch[i].slot]);
  for (uint32_t i = 0; i < taken; ++i) {
    const MappingRow& row = rows_[batch[i].slot];
    large_->by_internal.prefetch(internal_hash(row));
    large_->by_external.prefetch(external_hash(row));
  }
  for (uint32_t i = 0; i < taken; ++i) {
    const MappingRow& row = rows_[batch[i].slot];
    if (row.id == batch[i].id && row.due < ExpiryWheel::tick_of(now)) look_at(batch[i].slot, now);
  }
}

void MappingTable::clear() {
  rows_.clear();
  free_ = kNothing;
  large_.reset();
  by_id_.reset();
  youngest_.reset();
  pools_.reset();
  size_ = statics_ = 0;
}

}  // namespace natbed
