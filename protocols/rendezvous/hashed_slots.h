// HashedSlots: from a hash to a slot of somebody's vector, by open addressing in one array.
//
// The keys stay where they are, in the slots; whoever looks one up says whether a slot has it.
// Eight bytes an entry, linear probing, at most half full; erasing moves followers up, so that
// there are no tombstones.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/check.h"

namespace natbed {

class HashedSlots {
 public:
  // The slot under `hash` for which matches(slot) is true.
  template <class Matches>
  std::optional<uint32_t> find(uint64_t hash, Matches matches) const {
    if (entries_.empty()) return std::nullopt;
    for (size_t i = home(hash); entries_[i].slot != kFree; i = next(i)) {
      if (entries_[i].hash == short_hash(hash) && matches(entries_[i].slot))
        return entries_[i].slot;
    }
    return std::nullopt;
  }
  // REQUIRES: nothing that matches is there.
  void insert(uint64_t hash, uint32_t slot) {
    if ((count_ + 1) * 2 > entries_.size()) grow();
    place({short_hash(hash), slot});
    ++count_;
  }
  // REQUIRES: it was inserted so.
  void erase(uint64_t hash, uint32_t slot) {
    size_t hole = home(hash);
    while (entries_[hole].slot != slot) {
      NATBED_CHECK(entries_[hole].slot != kFree, "erasing what was never inserted");
      hole = next(hole);
    }
    for (size_t i = next(hole); entries_[i].slot != kFree; i = next(i)) {
      const size_t wants = entries_[i].hash & (entries_.size() - 1);
      // It may move up unless its home lies between the hole and itself.
      if (((i - wants) & (entries_.size() - 1)) < ((i - hole) & (entries_.size() - 1))) continue;
      entries_[hole] = entries_[i];
      hole = i;
    }
    entries_[hole].slot = kFree;
    --count_;
  }
  void clear() { entries_.clear(), count_ = 0; }

 private:
  static constexpr uint32_t kFree = 0xFFFFFFFF;
  struct Entry {
    uint32_t hash = 0, slot = kFree;
  };
  static uint32_t short_hash(uint64_t hash) { return static_cast<uint32_t>(hash ^ hash >> 32); }
  size_t home(uint64_t hash) const { return short_hash(hash) & (entries_.size() - 1); }
  size_t next(size_t i) const { return (i + 1) & (entries_.size() - 1); }
  void place(Entry entry) {
    size_t i = entry.hash & (entries_.size() - 1);
    while (entries_[i].slot != kFree) i = next(i);
    entries_[i] = entry;
  }
  void grow() {
    std::vector<Entry> old(entries_.empty() ? 8 : entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.slot != kFree) place(entry);
    }
  }

  std::vector<Entry> entries_;  // a power of two of them
  size_t count_ = 0;
};

}  // namespace natbed
