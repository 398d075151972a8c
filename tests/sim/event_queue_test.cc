// The queue against a reference that cannot be wrong: a multimap keeps equal keys in the order of
// insertion.
#include "sim/event_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/rng.h"
#include "tests/support/allocations.h"

namespace natbed {
namespace {

using namespace natbed::literals;

Event event_at(int64_t ns, uint32_t target = 0) {
  return Event::at(Instant::from_ns(ns), 1, target);
}

// What a test does with both queues at once; every event that leaves is compared.
class Pair {
 public:
  void push(Instant time) {
    queue_.push(Event::at(time, 3, next_target_));
    reference_.emplace(time, next_target_++);
  }
  // false: nothing was left up to `limit`, in either.
  bool pop(Instant limit = Instant::never()) {
    EXPECT_EQ(queue_.size(), reference_.size());
    EXPECT_EQ(queue_.next_time(),
              reference_.empty() ? Instant::never() : reference_.begin()->first);
    Event event;
    const bool popped = queue_.pop(&event, limit);
    EXPECT_EQ(popped, !reference_.empty() && reference_.begin()->first <= limit);
    if (!popped) return false;
    EXPECT_EQ(event.time, reference_.begin()->first);
    EXPECT_EQ(event.target, reference_.begin()->second) << "equal times left in another order";
    EXPECT_EQ(event.kind(), 3);
    reference_.erase(reference_.begin());
    return true;
  }
  // Compares what peek() shows with what is there, and leaves it there.
  void look(uint32_t room) {
    std::vector<Event> shown(room);
    shown.resize(queue_.peek(shown.data(), room));
    EXPECT_EQ(shown.size(), std::min<size_t>(room, reference_.size()));
    std::map<uint32_t, Instant> there;
    for (const auto& [time, target] : reference_) there[target] = time;
    for (const Event& event : shown) {
      const auto known = there.extract(event.target);
      ASSERT_FALSE(known.empty()) << "shown twice, or not there at all";
      EXPECT_EQ(event.time, known.mapped());
    }
  }
  void drain() {
    while (!testing::Test::HasFailure() && pop()) {
    }
  }
  void clear() { queue_.clear(), reference_.clear(); }
  Instant now() const { return queue_.now(); }
  size_t size() const { return queue_.size(); }

 private:
  EventQueue queue_;
  std::multimap<Instant, uint32_t> reference_;
  uint32_t next_target_ = 0;
};

// Delays as a world may draw them: each names a shape that a queue might stumble over.
struct Shape {
  const char* name;
  int64_t (*delay)(Rng& rng);
};
const Shape kShapes[] = {
    {"zero", [](Rng&) -> int64_t { return 0; }},
    {"one fixed delay", [](Rng&) -> int64_t { return 20'000'000; }},
    {"three fixed delays", [](Rng& rng) { return rng.between(1, 3) * 20'000'000; }},
    {"a few nanoseconds", [](Rng& rng) { return rng.between(0, 5); }},
    {"around a digit's edge", [](Rng& rng) { return rng.between(250, 260); }},
    {"around three digits' edge", [](Rng& rng) { return (int64_t{1} << 24) + rng.between(-2, 2); }},
    {"up to a microsecond", [](Rng& rng) { return rng.between(0, 1'000); }},
    {"up to a second", [](Rng& rng) { return rng.between(0, 1'000'000'000); }},
    {"any power of two", [](Rng& rng) { return int64_t{1} << rng.between(0, 45); }},
    {"packets and far timers",
     [](Rng& rng) {
       return rng.below(10) != 0 ? rng.between(20, 60) * 1'000'000 : 7'440'000'000'000;
     }},
    {"mostly now",
     [](Rng& rng) { return rng.below(8) != 0 ? int64_t{0} : rng.between(0, 1 << 20); }},
};

class EventQueueShapes : public testing::TestWithParam<Shape> {};

TEST_P(EventQueueShapes, LeaveInOrderOfTimeAndPushing) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    for (const int64_t pending : {1, 20, 63, 65, 200, 5000}) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", pending " << pending);
      Rng rng(seed);
      Pair pair;
      for (int64_t i = 0; i < pending; ++i) pair.push(Instant::from_ns(GetParam().delay(rng)));
      for (int i = 0; i < 6000 && pair.pop(); ++i) {
        // On average one push for one pop, in bursts.
        for (uint64_t pushes = rng.below(3); pushes > 0; --pushes) {
          pair.push(pair.now() + Duration::nanoseconds(GetParam().delay(rng)));
        }
        if (HasFailure()) return;
      }
      pair.drain();
    }
  }
}

TEST_P(EventQueueShapes, StopsAtAnyLimitAndTakesEventsFromThere) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Rng rng(seed);
    Pair pair;
    Instant limit;
    for (int stop = 0; stop < 300; ++stop) {
      for (uint64_t pushes = rng.below(40); pushes > 0; --pushes) {
        pair.push(limit + Duration::nanoseconds(GetParam().delay(rng)));
      }
      limit = limit + Duration::nanoseconds(GetParam().delay(rng) / 2);
      while (pair.pop(limit)) {
        if (HasFailure()) return;
        if (rng.below(3) == 0) pair.push(pair.now() + Duration::nanoseconds(GetParam().delay(rng)));
      }
      EXPECT_LE(pair.now(), limit);
    }
    pair.drain();
  }
}

TEST_P(EventQueueShapes, ShowsWhatComesAndLeavesItThere) {
  Rng rng(5);
  Pair pair;
  for (int i = 0; i < 400; ++i) pair.push(Instant::from_ns(GetParam().delay(rng)));
  for (int i = 0; i < 350; ++i) {
    pair.look(16);
    if (i % 50 == 0) pair.look(1000);
    if (HasFailure()) return;
    pair.pop();
    if (rng.below(3) == 0) pair.push(pair.now() + Duration::nanoseconds(GetParam().delay(rng)));
  }
  pair.drain();
  pair.look(1);
}

TEST_P(EventQueueShapes, IsAsNewAfterClear) {
  Rng rng(9);
  Pair pair;
  for (const int round : {0, 1, 2, 3}) {
    for (int i = 0; i < 700 * round; ++i) pair.push(Instant::from_ns(GetParam().delay(rng)));
    for (int i = 0; i < 300 * round; ++i) pair.pop();
    pair.clear();
    EXPECT_EQ(pair.size(), 0u);
    EXPECT_EQ(pair.now(), Instant());
    EXPECT_FALSE(pair.pop());
    for (int i = 0; i < 500; ++i) pair.push(Instant::from_ns(GetParam().delay(rng)));
    pair.drain();
    pair.clear();
  }
}

INSTANTIATE_TEST_SUITE_P(Delays, EventQueueShapes, testing::ValuesIn(kShapes),
                         [](const testing::TestParamInfo<Shape>& shape) {
                           std::string name = shape.param.name;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name;
                         });

TEST(EventQueue, KeepsEventsOfTheEndOfTime) {
  Pair pair;
  for (int i = 0; i < 200; ++i) pair.push(Instant::never());
  for (int i = 0; i < 200; ++i) pair.push(Instant::from_ns(i % 7));
  for (int i = 0; i < 200; ++i) pair.push(Instant::never() - Duration::nanoseconds(i % 3));
  pair.drain();
  EXPECT_EQ(pair.now(), Instant::never());
}

TEST(EventQueue, ShowsTheNearestFirst) {
  EventQueue queue;
  for (uint32_t i = 0; i < 500; ++i) queue.push(event_at(i * 1'000, i));
  Event event;
  for (uint32_t popped = 0; popped < 400; ++popped) {
    ASSERT_TRUE(queue.pop(&event));
    std::array<Event, 16> shown;
    ASSERT_EQ(queue.peek(shown.data(), 16), 16u);
    for (uint32_t i = 0; i < 16; ++i) ASSERT_EQ(shown[i].target, popped + 1 + i);
  }
}

TEST(EventQueue, NumbersEventsInTheOrderOfPushing) {
  EventQueue queue;
  queue.push(event_at(5));
  queue.push(event_at(3));
  Event first, second;
  ASSERT_TRUE(queue.pop(&first) && queue.pop(&second));
  EXPECT_EQ(first.sequence(), 1u);
  EXPECT_EQ(second.sequence(), 0u);
  queue.push(second);  // an event may go round again: it gets a new number
  ASSERT_TRUE(queue.pop(&second));
  EXPECT_EQ(second.sequence(), 2u);
  EXPECT_EQ(second.kind(), 1);
}

TEST(EventQueue, TimeGoesOnToTheLimitWhenNothingIsLeft) {
  EventQueue queue;
  Event event;
  EXPECT_FALSE(queue.pop(&event, Instant::from_ns(100)));
  EXPECT_EQ(queue.now().ns(), 100);
  EXPECT_FALSE(queue.pop(&event));
  EXPECT_EQ(queue.now().ns(), 100) << "never() is no time to go to";
}

TEST(EventQueueDeathTest, RefusesAPushIntoThePast) {
  EventQueue queue;
  queue.push(event_at(10));
  Event event;
  ASSERT_TRUE(queue.pop(&event));
  queue.push(event_at(10));
  EXPECT_DEATH(queue.push(event_at(9)), "pushed into the past");
}

// Hold with `pending` events and a fixed mix of delays; returns the hash of all that left.
uint64_t hold(EventQueue& queue, uint32_t pending, int steps) {
  Rng rng(77);
  Hasher hash;
  for (uint32_t i = 0; i < pending; ++i) queue.push(event_at(rng.between(0, 1'000'000'000), i));
  Event event;
  for (int i = 0; i < steps && queue.pop(&event); ++i) {
    hash.add(static_cast<uint64_t>(event.time.ns()));
    hash.add(event.order);
    hash.add(event.target);
    event.time = event.time + Duration::nanoseconds(rng.between(0, 20) * 7'000'000);
    queue.push(event);
  }
  return hash.value();
}

TEST(EventQueue, RepeatsItselfAfterClear) {
  EventQueue fresh, used;
  const uint64_t once = hold(fresh, 3000, 20'000);
  hold(used, 100, 777);
  used.clear();
  EXPECT_EQ(hold(used, 3000, 20'000), once);
  EXPECT_EQ(once, 15644113656706060858u)
      << "golden: the order of events is part of what a seed promises";
}

TEST(EventQueue, AllocatesNothingOnceItHasSeenItsLoad) {
  EventQueue queue;
  hold(queue, 20'000, 200'000);
  queue.clear();
  const uint64_t before = test::allocations();
  hold(queue, 20'000, 200'000);
  EXPECT_EQ(test::allocations(), before);
}

TEST(EventQueue, OfASmallWorldNeverAllocates) {
  const uint64_t before = test::allocations();
  EventQueue queue;
  hold(queue, 64, 100'000);
  EXPECT_EQ(test::allocations(), before);
}

}  // namespace
}  // namespace natbed
