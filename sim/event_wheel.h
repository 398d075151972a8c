// EventWheel: a radix wheel. It keeps a great many events nearly in order, at some nanoseconds
// each.
//
// A time is eight digits of base 256, its bytes. An event lies at the level of the highest digit in
// which its time differs from base_ (a time not after any event here), in the bucket of its own
// digit there:
//
//     base_   00 00 00 00  3B  9A CA 00
//     time    00 00 00 00  3C  07 00 12    level 3, digit 3C: with all times 00 00 00 00 3C .. .. ..
//                          ^               a span of 256^3 ns
//
// So each bucket is a span of time, spans do not overlap, lower levels come before higher ones and
// lower digits before higher ones: the earliest bucket is two bit scans away. When its turn comes
// it is opened: base_ becomes its start, and its events, if they are many, fall to lower levels
// (each at most seven times in its life, in fact two or three); if they are few they are sorted and
// handed out. There is nothing to tune, and no clustering of times hurts: a bucket of level 0 is
// one single nanosecond and needs no sorting, however full it is.
//
// A bucket is a list of chunks in the order of pushing; falling keeps that order, hence so do equal
// times.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "sim/chunk_pool.h"
#include "sim/event.h"

namespace natbed {

class EventWheel {
 public:
  // A bucket of at most so many events is sorted rather than spread out.
  static constexpr uint32_t kMostOpenedChunks = 3;
  static constexpr uint32_t kMostOpened = kMostOpenedChunks * EventChunk::kEvents;

  EventWheel() = default;

  // REQUIRES: event.time is not before the start of the bucket that was opened last.
  void put(const Event& event);

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // The first instant of the earliest bucket: no event is before it. REQUIRES: !empty().
  uint64_t start() const;
  // The least time of all, by looking at each event of the earliest bucket. REQUIRES: !empty().
  Instant least_time() const;

  // Opens the earliest bucket. Either its least events, in order, are now in `out`, and every event
  // that is left is at `end` or later; or there were many, count is 0, and they lie in earlier
  // buckets now. REQUIRES: !empty(), room for kMostOpened events at `out`.
  struct Opened {
    uint32_t count;
    uint64_t end;
  };
  Opened open(Event* out);

  // Copies events of the earliest buckets to `out`, `room` of them at most, bucket after bucket but
  // unsorted in each. They stay where they are. Returns how many.
  uint32_t peek(Event* out, uint32_t room) const;

  void clear();  // back to time zero; keeps the memory

 private:
  static constexpr int kLevels = 8, kDigits = 256;
  struct Bucket {
    EventChunk* first;
    Event* next;  // where the next event goes; the end of its chunk if that is full
  };
  struct Place {
    int level, digit;
  };

  Place place_of(uint64_t time) const;
  Place earliest() const;
  uint64_t start_of(Place place) const;
  Bucket& bucket(Place place) { return buckets_[place.level * kDigits + place.digit]; }
  const Bucket& bucket(Place place) const { return buckets_[place.level * kDigits + place.digit]; }
  void append(const Event& event);
  static uint32_t copy(const Bucket& from, Event* out, uint32_t room);
  Bucket take(Place place);
  Opened open_instant(Place place, Event* out);
  uint32_t sort(const Bucket& from, Event* out);
  void spread(const Bucket& from);

  uint64_t base_ = 0;
  size_t size_ = 0;
  uint32_t occupied_levels_ = 0;  // a bit for each level with any event
  std::array<std::array<uint64_t, kDigits / 64>, kLevels> occupied_ = {};  // and for each bucket
  std::unique_ptr<Bucket[]> buckets_;  // from the first put() on; those not occupied mean nothing
  ChunkPool pool_;
};

}  // namespace natbed
