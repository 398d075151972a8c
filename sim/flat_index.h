// FlatIndex: finds the index of a thing by the hash of its key; the things themselves live
// elsewhere.
//
// Open addressing with linear probing, eight bytes an entry, no tombstones (a removal moves later
// entries of its run back). Because keys are compared by the caller, one table serves keys of any
// shape, and a look-up costs one cache line here and one in the thing found. Nothing iterates over
// it, so its order cannot reach a result.
#pragma once

#include <cstdint>
#include <vector>

#include "base/prefetch.h"

namespace natbed {

class FlatIndex {
 public:
  static constexpr uint32_t kNone = 0xFFFFFFFF;

  // The value among those added under `hash` for which equal(value) holds; kNone if there is none.
  template <class Equal>
  uint32_t find(uint64_t hash, Equal&& equal) const {
    if (size_ == 0) return kNone;
    const auto tag = static_cast<uint32_t>(hash);
    for (size_t at = tag & mask_;; at = (at + 1) & mask_) {
      const Entry& entry = entries_[at];
      if (entry.value == kNone) return kNone;
      if (entry.tag == tag && equal(entry.value)) return entry.value;
    }
  }

  // REQUIRES: value != kNone, and not present under this hash.
  void add(uint64_t hash, uint32_t value) {
    if ((size_ + 1) * 5 > entries_.size() * 4) grow();
    place({static_cast<uint32_t>(hash), value});
    ++size_;
  }

  // REQUIRES: `value` was added under `hash`.
  void remove(uint64_t hash, uint32_t value) {
    size_t hole = static_cast<uint32_t>(hash) & mask_;
    while (entries_[hole].value != value) hole = (hole + 1) & mask_;
    for (size_t at = (hole + 1) & mask_; entries_[at].value != kNone; at = (at + 1) & mask_) {
      // An entry may fill the hole unless its home lies after the hole on the way to it.
      if (((at - entries_[at].tag) & mask_) < ((at - hole) & mask_)) continue;
      entries_[hole] = entries_[at];
      hole = at;
    }
    entries_[hole] = {};
    --size_;
  }

  void prefetch(uint64_t hash) const {
    if (size_ != 0) prefetch_line(&entries_[static_cast<uint32_t>(hash) & mask_]);
  }
  void clear() {
    if (size_ != 0) entries_.assign(entries_.size(), Entry{});
    size_ = 0;
  }
  size_t size() const { return size_; }

 private:
  struct Entry {
    uint32_t tag = 0;
    uint32_t value = kNone;
  };
  static constexpr size_t kFirstCapacity = 16;

  void place(Entry entry) {
    size_t at = entry.tag & mask_;
    while (entries_[at].value != kNone) at = (at + 1) & mask_;
    entries_[at] = entry;
  }
  void grow() {
    std::vector<Entry> old(entries_.empty() ? kFirstCapacity : entries_.size() * 2);
    old.swap(entries_);
    mask_ = entries_.size() - 1;
    for (const Entry& entry : old) {
      if (entry.value != kNone) place(entry);
    }
  }

  std::vector<Entry> entries_;
  size_t mask_ = 0;
  size_t size_ = 0;
};

}  // namespace natbed
