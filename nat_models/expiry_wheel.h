// ExpiryWheel: which rows end when, at an amortised cost of a few nanoseconds a row.
//
// Time is cut into ticks of 67 ms; four levels of 256 lists hold rows by the highest byte in which
// their tick differs from the present one (a radix wheel). Prolonging a row costs nothing here: it
// stays where it is, and when its turn comes it is put where it belongs by then. So an entry says no
// more than "look at this row no later than now", and one that its row's `due` no longer agrees with
// is void. All work is done entry by entry, as many as the caller asks for: ten million rows that
// end at once stall nobody. Within the present tick the order is exact, on demand.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/time.h"
#include "nat_models/small_array.h"

namespace natbed {

class ExpiryWheel {
 public:
  struct Entry {
    uint32_t slot = 0;
    uint32_t id = 0;
  };
  static uint32_t tick_of(Instant t) {
    const int64_t tick = t.ns() >> kTickBits;
    return tick < 0             ? 0
           : tick >= kMostTicks ? static_cast<uint32_t>(kMostTicks)
                                : static_cast<uint32_t>(tick);
  }

  // REQUIRES: `due` is not before the tick of the last take() or present().
  void add(uint32_t due, Entry entry);
  // Up to `most` entries whose tick is over at `now`, into `out`; returns how many. Those of coarser
  // lists that are not due yet are moved to finer ones on the way, at the cost of one entry each, by
  // `due_of(entry)`: the tick that the row has now, or kVoid.
  static constexpr uint32_t kVoid = 0xFFFFFFFF;
  template <class DueOf>
  uint32_t take(Instant now, uint32_t most, Entry* out, DueOf due_of);
  // Those of the tick that `now` is in and that end by `now`, by `end_of(entry)`: the end that the
  // row has now, or never(). They go to `visit`, which may add them again. REQUIRES: take() gave
  // nothing more.
  template <class EndOf, class Visit>
  void take_present(Instant now, EndOf end_of, Visit visit);
  // Whether take() has nothing more, and take_present() may be called.
  bool caught_up(Instant now) const {
    return count_ == 0 || (tick_of(now) == tick_ && !coarse_pending());
  }
  // Whether take() or take_present() may have something.
  bool may_be_due(Instant now) const {
    if (count_ == 0) return false;
    return !caught_up(now) || levels_[0].first[tick_ & 0xFF] != kNone ||
           (!front_.empty() && front_[0].end <= now);
  }
  void clear();

 private:
  static constexpr int kTickBits = 26;
  static constexpr int64_t kMostTicks = 0xFFFFFFFE;
  static constexpr uint32_t kLevels = 4, kWidth = 256, kNone = 0xFFFFFFFF;
  static constexpr uint32_t kChunkEntries = 31, kSlabChunks = 32;

  struct Chunk {
    uint32_t next = kNone, used = 0;
    std::array<Entry, kChunkEntries> entries;
  };
  // An entry of the present tick; a min-heap by `end`.
  struct Ordered {
    Instant end;
    Entry entry;
    bool operator>(const Ordered& other) const { return end > other.end; }
  };
  struct Level {
    std::array<uint32_t, kWidth> first;
    std::array<uint64_t, kWidth / 64> full = {};  // bits of the lists that are not empty
    Level() { first.fill(kNone); }
  };

  Chunk& chunk(uint32_t i) { return slabs_[i / kSlabChunks][i % kSlabChunks]; }
  uint32_t& list_at(uint32_t level, uint32_t tick) {
    return levels_[level].first[tick >> 8 * level & 0xFF];
  }
  void push(uint32_t level, uint32_t tick, Entry entry);
  bool pop(uint32_t level, uint32_t tick, Entry* entry);
  // The next tick, at most `until`, at which something has to be done.
  uint32_t next_stop(uint32_t until) const;
  // Coarser lists that begin at tick_ are to be handed out before tick_'s own.
  bool coarse_pending() const;
  bool pop_coarse(Entry* entry);
  uint32_t new_chunk();

  std::array<Level, kLevels> levels_;
  std::vector<Ordered> front_;
  std::vector<std::vector<Chunk>> slabs_;
  uint32_t free_ = kNone;
  uint32_t tick_ = 0;
  uint64_t count_ = 0;
};

template <class DueOf>
uint32_t ExpiryWheel::take(Instant now, uint32_t most, Entry* out, DueOf due_of) {
  const uint32_t present = tick_of(now);
  uint32_t taken = 0;
  for (uint32_t work = 0; work < most && count_ > 0;) {
    Entry entry;
    if (pop_coarse(&entry)) {
      ++work;
      const uint32_t due = due_of(entry);
      if (due != kVoid) add(due < tick_ ? tick_ : due, entry);
      continue;
    }
    if (tick_ >= present) break;
    if (!front_.empty()) {
      ++work;
      out[taken++] = front_.back().entry;  // all of them are over: any order will do
      front_.pop_back();
      --count_;
      continue;
    }
    if (pop(0, tick_, &entry)) {
      ++work;
      out[taken++] = entry;
      continue;
    }
    tick_ = next_stop(present);
  }
  if (count_ == 0 && tick_ < present) tick_ = present;
  return taken;
}

template <class EndOf, class Visit>
void ExpiryWheel::take_present(Instant now, EndOf end_of, Visit visit) {
  for (Entry entry; pop(0, tick_, &entry);) {
    const Instant end = end_of(entry);
    if (end.is_never()) continue;
    ++count_;
    front_.push_back({end, entry});
    std::push_heap(front_.begin(), front_.end(), std::greater<>());
  }
  while (!front_.empty() && front_[0].end <= now) {
    const Entry entry = front_[0].entry;
    std::pop_heap(front_.begin(), front_.end(), std::greater<>());
    front_.pop_back();
    --count_;
    visit(entry);
  }
}

}  // namespace natbed
