#include "nat_models/small_array.h"

#include <sys/mman.h>

#include <new>

namespace natbed {
namespace {

constexpr size_t kCacheLine = 64;
constexpr size_t kHugePage = size_t{2} << 20;

std::align_val_t alignment_for(size_t bytes) {
  return std::align_val_t{bytes >= kHugePage ? kHugePage : kCacheLine};
}

}  // namespace

void* allocate_array(size_t bytes) {
  void* at = ::operator new(bytes, alignment_for(bytes));
  // A hint: where the kernel has no huge pages to give, the same memory is merely slower.
  if (bytes >= kHugePage) (void)madvise(at, bytes & ~(kHugePage - 1), MADV_HUGEPAGE);
  return at;
}

void free_array(void* at, size_t bytes) { ::operator delete(at, bytes, alignment_for(bytes)); }

}  // namespace natbed
