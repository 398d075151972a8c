#include "nat_models/row_store.h"

#include <cstring>

namespace natbed {

uint32_t RowStore::add(const MappingRow& row) {
  const uint32_t room = table_.size() == 0 ? first_capacity_ : table_.size() * kBlock;
  if (size_ == room) grow();
  (*this)[size_] = row;
  return size_++;
}

void RowStore::grow() {
  if (first_capacity_ < kBlock) {
    const uint32_t capacity = std::max(8u, first_capacity_ * 2);
    auto* block = static_cast<MappingRow*>(allocate_array(capacity * sizeof(MappingRow)));
    std::memcpy(static_cast<void*>(block), first_, size_ * sizeof(MappingRow));
    if (first_ != in_place_) free_array(first_, first_capacity_ * sizeof(MappingRow));
    first_ = block;
    first_capacity_ = capacity;
    return;
  }
  if (table_.size() == 0) table_.push_back(first_);
  const uint32_t blocks = table_.size() < kSlab ? 1 : kSlab;
  auto* slab =
      static_cast<MappingRow*>(allocate_array(size_t{blocks} * kBlock * sizeof(MappingRow)));
  for (uint32_t i = 0; i < blocks; ++i) table_.push_back(slab + size_t{i} * kBlock);
  blocks_ = table_.data();
}

void RowStore::release() {
  if (first_ != in_place_) free_array(first_, first_capacity_ * sizeof(MappingRow));
  for (uint32_t i = 1; i < table_.size();) {
    const uint32_t blocks = i < kSlab ? 1 : kSlab;
    free_array(table_[i], size_t{blocks} * kBlock * sizeof(MappingRow));
    i += blocks;
  }
}

void RowStore::clear() {
  release();
  table_.clear();
  first_ = in_place_;
  blocks_ = &first_;
  first_capacity_ = kInPlace;
  size_ = 0;
}

RowStore& RowStore::operator=(const RowStore& other) {
  if (this == &other) return *this;
  clear();
  for (uint32_t slot = 0; slot < other.size_; ++slot) add(other[slot]);
  return *this;
}

}  // namespace natbed
