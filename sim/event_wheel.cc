#include "sim/event_wheel.h"

#include "base/prefetch.h"

#include <algorithm>
#include <bit>

namespace natbed {
namespace {

// Insertion: there are 63 keys at most, and seldom more than half as many.
void sort_keys(uint64_t* keys, uint32_t count) {
  for (uint32_t i = 1; i < count; ++i) {
    const uint64_t key = keys[i];
    uint32_t at = i;
    for (; at > 0 && keys[at - 1] > key; --at) keys[at] = keys[at - 1];
    keys[at] = key;
  }
}

uint64_t time_of(const Event& event) { return static_cast<uint64_t>(event.time.ns()); }

}  // namespace

EventWheel::Place EventWheel::place_of(uint64_t time) const {
  const int level = (63 - std::countl_zero((time ^ base_) | 1)) / 8;
  return {level, static_cast<int>(time >> (8 * level) & 255)};
}

void EventWheel::put(const Event& event) {
  if (!buckets_) buckets_ = std::make_unique_for_overwrite<Bucket[]>(kLevels * kDigits);
  append(event);
  ++size_;
}

void EventWheel::append(const Event& event) {
  const Place place = place_of(time_of(event));
  Bucket& to = bucket(place);
  uint64_t& word = occupied_[place.level][place.digit / 64];
  const uint64_t bit = uint64_t{1} << (place.digit % 64);
  if ((word & bit) == 0) {
    word |= bit;
    occupied_levels_ |= 1u << place.level;
    to.first = pool_.take();
    to.next = to.first->events;
  } else if (EventChunk* last = EventChunk::of(to.next); to.next == last->end()) {
    last->next = pool_.take();
    to.next = last->next->events;
  }
  *to.next++ = event;
}

EventWheel::Place EventWheel::earliest() const {
  const int level = std::countr_zero(occupied_levels_);
  const auto& words = occupied_[level];
  int word = 0;
  while (words[word] == 0) ++word;
  return {level, word * 64 + std::countr_zero(words[word])};
}

uint64_t EventWheel::start_of(Place place) const {
  // Shifted in two steps, since level 7 shifts by 64.
  const uint64_t above = ~uint64_t{0} << (8 * place.level) << 8;
  return (base_ & above) | static_cast<uint64_t>(place.digit) << (8 * place.level);
}

uint64_t EventWheel::start() const { return start_of(earliest()); }

Instant EventWheel::least_time() const {
  const Bucket& from = bucket(earliest());
  EventChunk* last = EventChunk::of(from.next);
  Instant least = Instant::never();
  for (EventChunk* chunk = from.first;; chunk = chunk->next) {
    const Event* end = chunk == last ? from.next : chunk->end();
    for (const Event* event = chunk->events; event != end; ++event) {
      least = std::min(least, event->time);
    }
    if (chunk == last) return least;
  }
}

EventWheel::Opened EventWheel::open(Event* out) {
  const Place place = earliest();
  base_ = start_of(place);
  if (place.level == 0) return open_instant(place, out);
  const Bucket from = take(place);
  EventChunk* last = EventChunk::of(from.next);
  EventChunk* chunk = from.first;
  for (uint32_t chunks = 1; chunk != last; chunk = chunk->next) {
    if (++chunks > kMostOpenedChunks) return spread(from), Opened{0, base_};
  }
  return {sort(from, out), base_ + (uint64_t{1} << (8 * place.level))};
}

EventWheel::Bucket EventWheel::take(Place place) {
  uint64_t& word = occupied_[place.level][place.digit / 64];
  word &= ~(uint64_t{1} << (place.digit % 64));
  const auto& words = occupied_[place.level];
  if ((words[0] | words[1] | words[2] | words[3]) == 0) occupied_levels_ &= ~(1u << place.level);
  return bucket(place);
}

// All of one time, so already in order: hands out a chunk of them, and the rest stays where it is.
EventWheel::Opened EventWheel::open_instant(Place place, Event* out) {
  Bucket& from = bucket(place);
  EventChunk* chunk = from.first;
  const bool only = chunk == EventChunk::of(from.next);
  const Event* end = only ? from.next : chunk->end();
  std::copy(static_cast<const Event*>(chunk->events), end, out);
  const auto count = static_cast<uint32_t>(end - chunk->events);
  size_ -= count;
  if (only) {
    take(place);
  } else {
    from.first = chunk->next;
  }
  pool_.give_back(chunk, chunk);
  return {count, only ? base_ + 1 : base_};
}

// Sorts keys instead of events: the time since base_, then the place in the bucket, which is the
// order of pushing and says where the event is.
uint32_t EventWheel::sort(const Bucket& from, Event* out) {
  constexpr int kSlotBits = 5, kPlaceBits = 7;
  static_assert(EventChunk::kEvents <= 1 << kSlotBits &&
                kMostOpenedChunks <= 1 << (kPlaceBits - kSlotBits));
  std::array<EventChunk*, kMostOpenedChunks> chunks;
  std::array<uint64_t, kMostOpened> keys;
  EventChunk* last = EventChunk::of(from.next);
  uint32_t count = 0;
  EventChunk* chunk = from.first;
  for (uint64_t number = 0;; ++number, chunk = chunk->next) {
    chunks[number] = chunk;
    const auto used =
        static_cast<uint64_t>((chunk == last ? from.next : chunk->end()) - chunk->events);
    for (uint64_t slot = 0; slot < used; ++slot) {
      const uint64_t since = time_of(chunk->events[slot]) - base_;  // below 2^56
      keys[count++] = since << kPlaceBits | number << kSlotBits | slot;
    }
    if (chunk == last) break;
  }
  sort_keys(keys.data(), count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t key = keys[i];
    out[i] = chunks[key >> kSlotBits & 3]->events[key & ((1 << kSlotBits) - 1)];
  }
  pool_.give_back(from.first, last);
  size_ -= count;
  return count;
}

void EventWheel::spread(const Bucket& from) {
  EventChunk* last = EventChunk::of(from.next);
  for (EventChunk* chunk = from.first;;) {
    EventChunk* next = chunk == last ? nullptr : chunk->next;
    if (next != nullptr) prefetch_line(next);
    const Event* end = next == nullptr ? from.next : chunk->end();
    for (const Event* event = chunk->events; event != end; ++event) append(*event);
    pool_.give_back(chunk, chunk);
    if (next == nullptr) return;
    chunk = next;
  }
}

uint32_t EventWheel::peek(Event* out, uint32_t room) const {
  uint32_t count = 0;
  for (uint32_t levels = occupied_levels_; levels != 0; levels &= levels - 1) {
    const int level = std::countr_zero(levels);
    for (int word = 0; word < kDigits / 64; ++word) {
      for (uint64_t bits = occupied_[level][word]; bits != 0; bits &= bits - 1) {
        const Bucket& next = bucket({level, word * 64 + std::countr_zero(bits)});
        count += copy(next, out + count, room - count);
        if (count == room) return count;
      }
    }
  }
  return count;
}

uint32_t EventWheel::copy(const Bucket& from, Event* out, uint32_t room) {
  EventChunk* last = EventChunk::of(from.next);
  uint32_t count = 0;
  for (EventChunk* chunk = from.first;; chunk = chunk->next) {
    const Event* end = chunk == last ? from.next : chunk->end();
    const auto here = std::min(room - count, static_cast<uint32_t>(end - chunk->events));
    std::copy_n(chunk->events, here, out + count);
    count += here;
    if (chunk == last || count == room) return count;
  }
}

void EventWheel::clear() {
  while (occupied_levels_ != 0) {
    const Bucket from = take(earliest());
    pool_.give_back(from.first, EventChunk::of(from.next));
  }
  base_ = 0;
  size_ = 0;
}

}  // namespace natbed
