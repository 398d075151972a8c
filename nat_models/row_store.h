// RowStore: the rows of one table, by slot, in memory that never holds much more than they need.
//
// The first rows lie in place (a home has no more), then in one block that doubles, then in blocks
// of 64 KiB that never move. Rows are cache lines, and from two megabytes on their memory asks for
// huge pages: a carrier's table is read at random, and a miss costs 1.6 times less there (measured
// for DESIGN §6). A row's address is valid until the next add().
#pragma once

#include <algorithm>
#include <cstdint>

#include "nat_models/mapping_row.h"
#include "nat_models/small_array.h"

namespace natbed {

class RowStore {
 public:
  RowStore() = default;
  RowStore(const RowStore& other) { *this = other; }
  RowStore& operator=(const RowStore& other);
  ~RowStore() { release(); }

  uint32_t size() const { return size_; }  // slots, the free ones included
  MappingRow& operator[](uint32_t slot) { return blocks_[slot >> kBits][slot & kMask]; }
  const MappingRow& operator[](uint32_t slot) const { return blocks_[slot >> kBits][slot & kMask]; }
  // A slot at the end; returns its number.
  uint32_t add(const MappingRow& row);
  void clear();
  template <class Visit>
  void each(Visit visit) const {
    for (uint32_t slot = 0; slot < size_; ++slot) visit(slot, (*this)[slot]);
  }

 private:
  static constexpr uint32_t kBits = 10, kBlock = 1u << kBits, kMask = kBlock - 1, kInPlace = 2;
  // So many blocks are allocated at once from there on: two megabytes.
  static constexpr uint32_t kSlab = 32;

  void grow();
  void release();

  // Of the first block: the others are whole.
  uint32_t size_ = 0, first_capacity_ = kInPlace;
  MappingRow** blocks_ = &first_;  // the table of blocks; `first_` alone while there is only one
  MappingRow* first_ = in_place_;
  SmallArray<MappingRow*, 0> table_;
  MappingRow in_place_[kInPlace];
};

}  // namespace natbed
