// EventQueue: the events of one world, least (time, sequence) first, exact to the nanosecond.
//
// In two parts. The front is a small sorted array: the events that come next, or all of them while
// there are few, so that a small world never touches more than this object. The rest lie unsorted
// in an EventWheel. One invariant holds it together: every event in front comes before every event
// in the wheel.
//
//     pop <- [ front: at most 64, sorted ]   bound_   [ wheel: buckets, each in order of pushing ]
//
// Events of equal time leave in the order in which they were pushed, always. Nothing is allocated
// once the wheel has seen its greatest load; a queue that never holds more than 64 events allocates
// nothing at all.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "base/time.h"
#include "sim/event.h"
#include "sim/event_wheel.h"

namespace natbed {

class EventQueue {
 public:
  EventQueue() {}  // user-provided: the front's storage stays uninitialised

  // Numbers the event and files it. REQUIRES: event.time is not before now(): a push into the past
  // is a bug.
  void push(Event event) {
    NATBED_CHECK(event.time >= now_, "an event was pushed into the past");
    event.order = next_sequence_++ << Event::kKindBits | event.kind();
    const auto time = static_cast<uint64_t>(event.time.ns());
    if (time < bound_ && tail_ < kFrontSlots && tail_ - head_ < kFrontLimit) {
      insert(event);
    } else {
      push_slow(event);
    }
  }

  // Takes the least event if it is not after `limit`. Without one, time itself goes on to `limit`
  // (unless that is never()), so that a world may stop at any instant and be given new events from
  // there on.
  bool pop(Event* event, Instant limit = Instant::never()) {
    if (head_ == tail_ && !refill(limit)) return false;
    if (front()[head_].time > limit) return advance(limit), false;
    *event = front()[head_++];
    now_ = event->time;
    return true;
  }

  // The time of the least event, never() if there is none. Costs a look at each event of one bucket
  // when the front is empty; a loop that runs until some instant uses pop's limit instead.
  Instant next_time() const;

  // Copies events that come soon to `out`, `room` of them at most, nearly in order. They stay. For
  // fetching into the cache what they will need. Returns how many.
  uint32_t peek(Event* out, uint32_t room) const {
    const uint32_t count = std::min(room, tail_ - head_);
    std::copy_n(front() + head_, count, out);
    return count == room ? count : count + wheel_.peek(out + count, room - count);
  }

  // The time of the last event popped, or the limit of a pop() that found nothing, if that is
  // later.
  Instant now() const { return now_; }
  size_t size() const { return tail_ - head_ + wheel_.size(); }
  bool empty() const { return size() == 0; }

  // As new, at time zero and sequence zero; keeps its memory.
  void clear();

 private:
  // Most events in front: an insertion, which moves half of them on average, then costs what the
  // wheel does.
  static constexpr uint32_t kFrontLimit = 64;
  // Slots for them: the rest lets the front slide before it must be moved back to the first slot.
  static constexpr uint32_t kFrontSlots = 128;
  static_assert(kFrontLimit > EventWheel::kMostOpened);
  static constexpr uint64_t kNoBound = uint64_t{1} << 63;  // after every Instant

  Event* front() { return reinterpret_cast<Event*>(front_.data()); }
  const Event* front() const { return reinterpret_cast<const Event*>(front_.data()); }
  // The new event is the youngest: it goes behind all those of its time.
  void insert(const Event& event) {
    uint32_t at = tail_++;
    for (; at > head_ && front()[at - 1].time > event.time; --at) front()[at] = front()[at - 1];
    front()[at] = event;
  }
  void push_slow(const Event& event);
  bool refill(Instant limit);
  void advance(Instant limit);

  uint32_t head_ = 0, tail_ = 0;  // the front is front()[head_, tail_)
  uint64_t bound_ = kNoBound;     // after every event in front, not after any in the wheel
  uint64_t next_sequence_ = 0;
  Instant now_;
  EventWheel wheel_;
  alignas(Event) std::array<std::byte, kFrontSlots * sizeof(Event)> front_;
};

}  // namespace natbed
