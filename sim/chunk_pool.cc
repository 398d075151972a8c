#include "sim/chunk_pool.h"

#include <algorithm>

namespace natbed {

void ChunkPool::grow() {
  // Slabs grow with the load, so that few are needed, from 8 KiB to 2 MiB.
  const size_t count = std::clamp(chunks_, size_t{16}, size_t{4096});
  void* slab = ::operator new (count * sizeof(EventChunk), std::align_val_t{alignof(EventChunk)});
  fresh_ = static_cast<EventChunk*>(slab);
  fresh_end_ = fresh_ + count;
  slabs_.emplace_back(fresh_);
  chunks_ += count;
}

}  // namespace natbed
