// SlotIndex: finds the slot of a record by the hash of one of its keys; the records live elsewhere.
//
// Open addressing with linear probing, 8 bytes an entry: the low half of the hash, which also is
// the entry's place, and the slot. Removal shifts the followers back instead of leaving tombstones,
// so that a table in which rows come and go for ever neither slows down nor allocates.
#pragma once

#include <cstdint>

#include "nat_models/small_array.h"

namespace natbed {

class SlotIndex {
 public:
  static constexpr uint32_t kNothing = 0xFFFFFFFF;

  // The slot for which `matches(slot)` is true, among those added under `hash`; kNothing if there
  // is none.
  template <class Matches>
  uint32_t find(uint64_t hash, Matches matches) const {
    const uint32_t tag = static_cast<uint32_t>(hash);
    for (uint32_t i = tag & mask();; i = (i + 1) & mask()) {
      const Entry& entry = entries_[i];
      if (entry.slot == kNothing) return kNothing;
      if (entry.tag == tag && matches(entry.slot)) return entry.slot;
    }
  }
  void add(uint64_t hash, uint32_t slot);
  // REQUIRES: `slot` was added under `hash`.
  void remove(uint64_t hash, uint32_t slot);
  void clear() { rebuild(kLeast); }
  SlotIndex() { rebuild(kLeast); }

 private:
  struct Entry {
    uint32_t tag = 0;
    uint32_t slot = kNothing;
  };
  static constexpr uint32_t kLeast = 32;
  uint32_t mask() const { return entries_.size() - 1; }
  void place(Entry entry);
  void rebuild(uint32_t capacity);

  SmallArray<Entry, 0> entries_;  // a power of two of them
  uint32_t used_ = 0;
};

}  // namespace natbed
