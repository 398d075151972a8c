#include "tests/support/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<uint64_t> count = 0;
std::atomic<int64_t> held = 0;

void* counted(void* memory, size_t size) {
  count.fetch_add(1, std::memory_order_relaxed);
  if (memory == nullptr) throw std::bad_alloc();
  held.fetch_add(static_cast<int64_t>(size), std::memory_order_relaxed);
  return memory;
}
void release(void* memory, size_t size) {
  if (memory != nullptr) held.fetch_sub(static_cast<int64_t>(size), std::memory_order_relaxed);
  std::free(memory);
}
}  // namespace

uint64_t natbed::test::allocations() { return count.load(std::memory_order_relaxed); }
int64_t natbed::test::held_bytes() { return held.load(std::memory_order_relaxed); }

// The array forms call these (C++20 [new.delete.array]). In this file nothing is allocated, and so
// no new is inlined beside a free(), which GCC would take for a mismatch.
void* operator new(size_t size) { return counted(std::malloc(size != 0 ? size : 1), size); }
// Of std::stable_sort, for its buffer.
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  void* memory = std::malloc(size != 0 ? size : 1);
  return memory != nullptr ? counted(memory, size) : nullptr;
}
void* operator new(size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<size_t>(alignment);
  return counted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit), size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, size_t size) noexcept { release(memory, size); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t size, std::align_val_t) noexcept {
  release(memory, size);
}
