// GrowingArray: an array that grows without ever moving an element.
//
// Chunk k holds 64 << k elements, so that an index is resolved with one bit scan, a small world
// touches little, and a large one neither copies nor keeps two of anything while it is built. Large
// chunks ask for huge pages: a hop reads a dozen scattered lines, and most of their cost is the
// page table's.
#pragma once

#include <sys/mman.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace natbed {

// Where an index lies: the number of the chunk and the place in it.
struct ChunkPlace {
  static constexpr uint32_t kFirstBits = 6, kFirst = 1u << kFirstBits;
  static constexpr size_t kMostChunks = 26;  // all 32-bit indices

  explicit ChunkPlace(uint32_t index)
      : chunk(static_cast<uint32_t>(std::bit_width(index + kFirst)) - 1 - kFirstBits),
        place(index + kFirst - (kFirst << chunk)) {}
  uint32_t chunk, place;
};

// Memory for one chunk, aligned to a cache line, or to a huge page if there is room for some.
class ChunkMemory {
 public:
  static void* allocate(size_t bytes) {
    void* at = ::operator new(bytes, alignment(bytes));
    // A hint: where the kernel has no huge pages to give, the same memory is merely slower.
    if (bytes >= kWorthIt) (void)madvise(at, bytes & ~(kHugePage - 1), MADV_HUGEPAGE);
    return at;
  }
  static void free(void* at, size_t bytes) { ::operator delete(at, alignment(bytes)); }

 private:
  static constexpr size_t kHugePage = size_t{2} << 20;  // x86-64
  static constexpr size_t kWorthIt = 2 * kHugePage;
  static std::align_val_t alignment(size_t bytes) {
    return std::align_val_t{bytes >= kWorthIt ? kHugePage : 64};
  }
};

template <class T>
class GrowingArray {
 public:
  GrowingArray() = default;
  GrowingArray(const GrowingArray&) = delete;
  GrowingArray& operator=(const GrowingArray&) = delete;
  ~GrowingArray() {
    clear();
    for (uint32_t k = 0; k < ChunkPlace::kMostChunks && chunks_[k]; ++k) {
      ChunkMemory::free(chunks_[k], chunk_bytes(k));
    }
  }

  T& operator[](uint32_t index) {
    const ChunkPlace at(index);
    return chunks_[at.chunk][at.place];
  }
  const T& operator[](uint32_t index) const { return const_cast<GrowingArray&>(*this)[index]; }
  T& push_back(T value) {
    const ChunkPlace at(size_);
    T*& chunk = chunks_[at.chunk];
    if (!chunk) chunk = static_cast<T*>(ChunkMemory::allocate(chunk_bytes(at.chunk)));
    ++size_;
    return *new (chunk + at.place) T(std::move(value));
  }
  uint32_t size() const { return size_; }
  void clear() {  // keeps the memory
    for (uint32_t i = 0; i < size_; ++i) (*this)[i].~T();
    size_ = 0;
  }

 private:
  static constexpr size_t chunk_bytes(uint32_t k) {
    return (size_t{ChunkPlace::kFirst} << k) * sizeof(T);
  }
  static_assert(alignof(T) <= 64);
  std::array<T*, ChunkPlace::kMostChunks> chunks_ = {};
  uint32_t size_ = 0;
};

}  // namespace natbed
