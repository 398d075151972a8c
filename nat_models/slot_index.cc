#include "nat_models/slot_index.h"

#include "base/check.h"

namespace natbed {

void SlotIndex::place(Entry entry) {
  uint32_t i = entry.tag & mask();
  while (entries_[i].slot != kNothing) i = (i + 1) & mask();
  entries_[i] = entry;
}

void SlotIndex::rebuild(uint32_t capacity) {
  entries_.assign(capacity, Entry{});
  used_ = 0;
}

void SlotIndex::add(uint64_t hash, uint32_t slot) {
  if (used_ + 1 >
      entries_.size() /
          2) {  // half full: fuller costs mispredicted probes (7 % of a translation at 5/8)
    SmallArray<Entry, 0> old;
    old.reserve(used_);
    for (const Entry& entry : entries_) {
      if (entry.slot != kNothing) old.push_back(entry);
    }
    rebuild(entries_.size() * 2);
    for (const Entry& entry : old) place(entry);
    used_ = old.size();
  }
  place({static_cast<uint32_t>(hash), slot});
  ++used_;
}

void SlotIndex::remove(uint64_t hash, uint32_t slot) {
  uint32_t hole = static_cast<uint32_t>(hash) & mask();
  while (entries_[hole].slot != slot) {
    NATBED_CHECK(entries_[hole].slot != kNothing, "removing a slot that was never added");
    hole = (hole + 1) & mask();
  }
  // Pull back every follower whose home lies at or before the hole (Knuth, TAOCP 3, §6.4, algorithm
  // R).
  for (uint32_t i = (hole + 1) & mask(); entries_[i].slot != kNothing; i = (i + 1) & mask()) {
    const uint32_t home = entries_[i].tag & mask();
    if (((i - home) & mask()) >= ((i - hole) & mask())) {
      entries_[hole] = entries_[i];
      hole = i;
    }
  }
  entries_[hole] = Entry{};
  --used_;
}

}  // namespace natbed
