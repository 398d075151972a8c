// Which of many intervals are alive at an instant, forwards and backwards in time at the same cost.
//
// A window that is scrubbed cannot replay the run from its start for every picture. Intervals are
// kept in order of their start, with the latest end of every block of 64: a query skips all blocks
// that had ended. Intervals are half-open: [start, end).
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/time.h"

namespace natbed::viz {

class IntervalIndex {
 public:
  // REQUIRES: start is not before the start of the interval added last. Its number is the count so
  // far.
  void add(Instant start, Instant end) {
    if (starts_.size() % kBlock == 0) latest_end_.push_back(end);
    starts_.push_back(start);
    ends_.push_back(end);
    latest_end_.back() = std::max(latest_end_.back(), end);
  }

  // Calls f(number) for every interval alive at `t`, in order of their start.
  template <class F>
  void each_alive(Instant t, F f) const {
    const size_t begun = std::upper_bound(starts_.begin(), starts_.end(), t) - starts_.begin();
    for (size_t block = 0; block * kBlock < begun; ++block) {
      if (latest_end_[block] <= t) continue;
      const size_t last = std::min(begun, (block + 1) * kBlock);
      for (size_t i = block * kBlock; i < last; ++i) {
        if (ends_[i] > t) f(i);
      }
    }
  }
  size_t size() const { return starts_.size(); }

 private:
  static constexpr size_t kBlock = 64;
  std::vector<Instant> starts_, ends_, latest_end_;
};

}  // namespace natbed::viz
