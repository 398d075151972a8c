#include "nat_models/expiry_wheel.h"

#include <algorithm>

namespace natbed {

void ExpiryWheel::add(uint32_t due, Entry entry) {
  const uint32_t differs = due ^ tick_;
  const uint32_t level =
      differs == 0 ? 0 : (31 - static_cast<uint32_t>(__builtin_clz(differs))) / 8;
  push(level, due, entry);
}

void ExpiryWheel::push(uint32_t level, uint32_t tick, Entry entry) {
  uint32_t& first = list_at(level, tick);
  if (first == kNone || chunk(first).used == kChunkEntries) {
    const uint32_t fresh = new_chunk();
    chunk(fresh).next = first;
    chunk(fresh).used = 0;
    first = fresh;
    const uint32_t place = tick >> 8 * level & 0xFF;
    levels_[level].full[place / 64] |= uint64_t{1} << (place % 64);
  }
  Chunk& to = chunk(first);
  to.entries[to.used++] = entry;
  ++count_;
}

bool ExpiryWheel::pop(uint32_t level, uint32_t tick, Entry* entry) {
  uint32_t& first = list_at(level, tick);
  if (first == kNone) return false;
  Chunk& from = chunk(first);
  *entry = from.entries[--from.used];
  --count_;
  if (from.used == 0) {
    const uint32_t empty = first;
    first = from.next;
    from.next = free_;
    free_ = empty;
    if (first == kNone) {
      const uint32_t place = tick >> 8 * level & 0xFF;
      levels_[level].full[place / 64] &= ~(uint64_t{1} << (place % 64));
    }
  }
  return true;
}

bool ExpiryWheel::coarse_pending() const {
  for (uint32_t level = 1; level < kLevels; ++level) {
    const uint32_t below = (uint32_t{1} << 8 * level) - 1;
    if ((tick_ & below) != 0) return false;
    if (levels_[level].first[tick_ >> 8 * level & 0xFF] != kNone) return true;
  }
  return false;
}

bool ExpiryWheel::pop_coarse(Entry* entry) {
  for (uint32_t level = kLevels - 1; level > 0; --level) {
    const uint32_t below = (uint32_t{1} << 8 * level) - 1;
    if ((tick_ & below) == 0 && pop(level, tick_, entry)) return true;
  }
  return false;
}

uint32_t ExpiryWheel::next_stop(uint32_t until) const {
  // The next list of the finest level in this block of 256 ticks, or the beginning of the next
  // block of any level, where coarser lists are to be handed out.
  for (uint32_t place = (tick_ & 0xFF) + 1; place < kWidth;) {
    const uint64_t bits = levels_[0].full[place / 64] >> (place % 64);
    if (bits == 0) {
      place = (place / 64 + 1) * 64;
      continue;
    }
    place += static_cast<uint32_t>(__builtin_ctzll(bits));
    return std::min((tick_ & ~0xFFu) + place, until);
  }
  for (uint32_t level = 1; level < kLevels; ++level) {
    const uint32_t here = tick_ >> 8 * level & 0xFF;
    for (uint32_t place = here + 1; place < kWidth; ++place) {
      if (levels_[level].first[place] == kNone) continue;
      const uint32_t above = level == kLevels - 1 ? 0 : tick_ >> 8 * (level + 1) << 8 * (level + 1);
      return std::min(above + (place << 8 * level), until);
    }
  }
  return until;
}

uint32_t ExpiryWheel::new_chunk() {
  if (free_ == kNone) {
    const auto first = static_cast<uint32_t>(slabs_.size()) * kSlabChunks;
    slabs_.emplace_back(kSlabChunks);
    for (uint32_t i = kSlabChunks; i-- > 0;) {
      chunk(first + i).next = free_;
      free_ = first + i;
    }
  }
  const uint32_t taken = free_;
  free_ = chunk(taken).next;
  return taken;
}

void ExpiryWheel::clear() {
  const uint32_t tick = tick_;
  *this = ExpiryWheel();
  tick_ = tick;
}

}  // namespace natbed
