#include "sim/event_queue.h"

#include <algorithm>
#include <cstring>

namespace natbed {

void EventQueue::push_slow(const Event& event) {
  const auto time = static_cast<uint64_t>(event.time.ns());
  if (time >= bound_) return wheel_.put(event);
  if (tail_ - head_ < kFrontLimit) {  // room, but not behind tail_
    std::memmove(front(), front() + head_, (tail_ - head_) * sizeof(Event));
    tail_ -= head_;
    head_ = 0;
    return insert(event);
  }
  // Full. All of it goes into the wheel, in order: nothing there has a time of theirs, so those of
  // equal time stay in the order in which they were pushed.
  for (uint32_t i = head_; i < tail_; ++i) wheel_.put(front()[i]);
  bound_ = static_cast<uint64_t>(front()[head_].time.ns());
  head_ = tail_ = 0;
  if (time < bound_) return insert(event);
  wheel_.put(event);
}

bool EventQueue::refill(Instant limit) {
  while (!wheel_.empty() && wheel_.start() <= static_cast<uint64_t>(limit.ns())) {
    const EventWheel::Opened opened = wheel_.open(front());
    if (opened.count == 0) continue;
    head_ = 0;
    tail_ = opened.count;
    bound_ = wheel_.empty() ? kNoBound : opened.end;
    return true;
  }
  head_ = tail_ = 0;
  advance(limit);
  return false;
}

void EventQueue::advance(Instant limit) {
  if (!limit.is_never()) now_ = std::max(now_, limit);
}

Instant EventQueue::next_time() const {
  if (head_ != tail_) return front()[head_].time;
  return wheel_.empty() ? Instant::never() : wheel_.least_time();
}

void EventQueue::clear() {
  wheel_.clear();
  head_ = tail_ = 0;
  bound_ = kNoBound;
  next_sequence_ = 0;
  now_ = Instant();
}

}  // namespace natbed
