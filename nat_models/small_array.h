// SmallArray: an array whose first elements live in place, because most NATs are homes with a
// handful of mappings.
//
// A home's whole table then lies in the one allocation of its Nat. Grown arrays start on a cache
// line, and large ones ask for huge pages: a carrier's table is read at random, and a miss costs
// 1.6 times less there (measured for DESIGN §6). Elements are plain values that move by memcpy.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace natbed {

// Memory of `bytes`, aligned to a cache line at least, through operator new; huge pages are asked
// for from 2 MiB up.
void* allocate_array(size_t bytes);
void free_array(void* at, size_t bytes);

template <class T, uint32_t kInline>
class SmallArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallArray() = default;
  ~SmallArray() { release(); }
  SmallArray(const SmallArray& other) { *this = other; }
  SmallArray& operator=(const SmallArray& other) {
    if (this == &other) return *this;
    size_ = 0;
    reserve(other.size_);
    if (other.size_ > 0)
      std::memcpy(static_cast<void*>(data_), other.data_, size_t{other.size_} * sizeof(T));
    size_ = other.size_;
    return *this;
  }

  uint32_t size() const { return size_; }
  uint32_t capacity() const { return capacity_; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](uint32_t i) { return data_[i]; }
  const T& operator[](uint32_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

  // May move the elements.
  void push_back(const T& value) {
    const T copy = value;  // it may be an element of this array
    if (size_ == capacity_) reserve(std::max(8u, capacity_ * 2));
    data_[size_++] = copy;
  }
  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  void reserve(uint32_t capacity) {
    if (capacity <= capacity_) return;
    T* grown = static_cast<T*>(allocate_array(size_t{capacity} * sizeof(T)));
    if (size_ > 0) std::memcpy(static_cast<void*>(grown), data_, size_t{size_} * sizeof(T));
    release();
    data_ = grown;
    capacity_ = capacity;
  }
  // Exactly `count` elements equal to `value`.
  void assign(uint32_t count, const T& value) {
    reserve(count);
    std::fill(data_, data_ + count, value);
    size_ = count;
  }

 private:
  bool in_place() const { return data_ == place_.data(); }
  void release() {
    if (!in_place()) free_array(data_, size_t{capacity_} * sizeof(T));
  }
  [[no_unique_address]] std::array<T, kInline> place_;
  T* data_ = place_.data();
  uint32_t size_ = 0;
  uint32_t capacity_ = kInline;
};

}  // namespace natbed
