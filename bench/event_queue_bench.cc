// The event queue under the hold model: N events pending; each step takes the least and pushes it
// back, later.
//
// The work is W1 of docs/performance.md, step for step: delays from a table of 65 536 entries, so
// that equal times are common as with fixed link delays. `exp` draws them with a mean of 1 s;
// `bimodal` are packets (20-60 ms) and one in ten a timer (15-25 s); `equal` is one delay for all.
// The sum of the targets and the last time must come out as published for W1, whatever queue did
// the work; otherwise the order was wrong and the program stops with status 1. The time that Google
// Benchmark prints is of one event: one pop and one push.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <vector>

#include "sim/event_queue.h"

namespace natbed {
namespace {

enum class Delays { kExp, kBimodal, kEqual };

// xorshift64 with the shifts and the seed of W1.
class W1Random {
 public:
  uint64_t next() {
    x_ ^= x_ << 13;
    x_ ^= x_ >> 7;
    return x_ ^= x_ << 17;
  }
  double unit() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }

 private:
  uint64_t x_ = 0x9E3779B97F4A7C15;
};

int64_t draw_delay(Delays delays, W1Random& random) {
  if (delays == Delays::kEqual) return 1'000'000'000;
  const double u = random.unit();
  if (delays == Delays::kExp) return 1 + static_cast<int64_t>(std::floor(-std::log(u) * 1e9));
  if (u < 0.9) return 20'000'000 + static_cast<int64_t>(random.unit() * 40e6);
  return 15'000'000'000 + static_cast<int64_t>(random.unit() * 10e9);
}

// The published result of W1 after warm-up and five blocks; `equal` has none.
struct CheckValues {
  uint64_t sum_of_targets;
  int64_t last_time;
};

CheckValues published(Delays delays, uint64_t pending) {
  const bool exp = delays == Delays::kExp;
  switch (pending) {
    case 1'000:
      return exp ? CheckValues{5493560232, 10982929430641}
                 : CheckValues{5499377348, 22093496661481};
    case 100'000:
      return exp ? CheckValues{550222437193, 109830104771}
                 : CheckValues{550053132390, 213013603438};
    case 1'000'000:
      return exp ? CheckValues{6999002240923, 13975069763}
                 : CheckValues{7001913840425, 20445197794};
  }
  return {};
}

// std::priority_queue of the same 24 bytes, behind the same calls.
class HeapQueue {
 public:
  void push(Event event) {
    event.order = next_sequence_++ << Event::kKindBits | event.kind();
    heap_.push(event);
  }
  bool pop(Event* event) {
    if (heap_.empty()) return false;
    *event = heap_.top();
    heap_.pop();
    return true;
  }

 private:
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.time != b.time ? a.time > b.time : a.order > b.order;
    }
  };
  std::priority_queue<Event, std::vector<Event>, Later> heap_;
  uint64_t next_sequence_ = 0;
};

template <class Queue>
class Hold {
 public:
  Hold(Delays delays, uint64_t pending) {
    W1Random random;
    for (Duration& delay : table_) delay = Duration::nanoseconds(draw_delay(delays, random));
    for (uint32_t i = 0; i < pending; ++i) {
      queue_.push(Event::at(Instant() + table_[random.next() & (kTableSize - 1)], 0, i));
    }
  }
  void step() {
    Event event;
    queue_.pop(&event);
    sum_of_targets_ += event.target;
    last_time_ = event.time;
    event.time = event.time + table_[step_++ * 40503 & (kTableSize - 1)];
    queue_.push(event);
  }
  void check_against(CheckValues expected) const {
    if (sum_of_targets_ == expected.sum_of_targets && last_time_.ns() == expected.last_time) return;
    std::fprintf(
        stderr,
        "event_queue_bench: wrong order: sum %llu, last time %lld; W1 ends with %llu, %lld\n",
        static_cast<unsigned long long>(sum_of_targets_), static_cast<long long>(last_time_.ns()),
        static_cast<unsigned long long>(expected.sum_of_targets),
        static_cast<long long>(expected.last_time));
    std::exit(1);
  }

 private:
  static constexpr size_t kTableSize = 65536;
  std::vector<Duration> table_ = std::vector<Duration>(kTableSize);
  Queue queue_;
  uint64_t step_ = 0, sum_of_targets_ = 0;
  Instant last_time_;
};

// One iteration is one event; all of them are W1's five blocks of 2e6 steps.
template <class Queue>
void hold(benchmark::State& state, Delays delays) {
  const auto pending = static_cast<uint64_t>(state.range(0));
  Hold<Queue> work(delays, pending);
  for (uint64_t i = 0; i < std::max<uint64_t>(4 * pending, 1'000'000); ++i) work.step();
  for (auto _ : state) work.step();
  if (delays != Delays::kEqual) work.check_against(published(delays, pending));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

void sizes(benchmark::internal::Benchmark* b) {
  b->Arg(1'000)->Arg(100'000)->Arg(1'000'000)->Iterations(10'000'000);
}

void radix_wheel(benchmark::State& state, Delays delays) { hold<EventQueue>(state, delays); }
void std_priority_queue(benchmark::State& state, Delays delays) { hold<HeapQueue>(state, delays); }

BENCHMARK_CAPTURE(radix_wheel, exp, Delays::kExp)->Apply(sizes);
BENCHMARK_CAPTURE(radix_wheel, bimodal, Delays::kBimodal)->Apply(sizes);
BENCHMARK_CAPTURE(radix_wheel, equal, Delays::kEqual)->Apply(sizes);
BENCHMARK_CAPTURE(std_priority_queue, exp, Delays::kExp)->Apply(sizes);
BENCHMARK_CAPTURE(std_priority_queue, bimodal, Delays::kBimodal)->Apply(sizes);
BENCHMARK_CAPTURE(std_priority_queue, equal, Delays::kEqual)->Apply(sizes);

}  // namespace
}  // namespace natbed
