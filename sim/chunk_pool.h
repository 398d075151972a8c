// ChunkPool: the memory of an EventWheel, in chunks of 512 bytes that go round and round.
//
// A bucket of the wheel holds a handful of events or a hundred thousand; as a list of chunks it
// costs what it holds, appending touches one cache line, and reading it is nearly sequential.
// Chunks are aligned to their size, so that a pointer into one finds its end without a look-up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "sim/event.h"

namespace natbed {

struct alignas(512) EventChunk {
  static constexpr size_t kEvents = 21;
  static EventChunk* of(Event* slot_or_end) {
    return reinterpret_cast<EventChunk*>(reinterpret_cast<uintptr_t>(slot_or_end) &
                                         ~uintptr_t{511});
  }
  Event* end() { return events + kEvents; }

  Event events[kEvents];
  EventChunk* next;
};
static_assert(sizeof(EventChunk) == 512);

class ChunkPool {
 public:
  ChunkPool() = default;
  ChunkPool(const ChunkPool&) = delete;  // chunks are referred to by address
  ChunkPool& operator=(const ChunkPool&) = delete;

  EventChunk* take() {
    if (EventChunk* chunk = free_) {
      free_ = chunk->next;
      return chunk;
    }
    if (fresh_ == fresh_end_) [[unlikely]]
      grow();
    return fresh_++;
  }
  // Returns the list from `first` to `last`.
  void give_back(EventChunk* first, EventChunk* last) {
    last->next = free_;
    free_ = first;
  }

 private:
  struct Release {
    void operator()(EventChunk* slab) const {
      ::operator delete (slab, std::align_val_t{alignof(EventChunk)});
    }
  };
  void grow();

  EventChunk* free_ = nullptr;  // used before: warm in the cache
  EventChunk* fresh_ = nullptr;
  EventChunk* fresh_end_ = nullptr;
  size_t chunks_ = 0;
  std::vector<std::unique_ptr<EventChunk, Release>> slabs_;
};

}  // namespace natbed
