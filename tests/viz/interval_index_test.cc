#include "viz/interval_index.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "tests/viz/run_builder.h"

namespace natbed::viz {
namespace {

using test::at_ms;

std::vector<size_t> alive(const IntervalIndex& index, Instant t) {
  std::vector<size_t> found;
  index.each_alive(t, [&](size_t i) { found.push_back(i); });
  return found;
}

TEST(IntervalIndex, StartIsInEndIsOut) {
  IntervalIndex index;
  index.add(at_ms(10), at_ms(20));
  EXPECT_TRUE(alive(index, at_ms(9)).empty());
  EXPECT_EQ(alive(index, at_ms(10)), (std::vector<size_t>{0}));
  EXPECT_EQ(alive(index, at_ms(19)), (std::vector<size_t>{0}));
  EXPECT_TRUE(alive(index, at_ms(20)).empty());
}

TEST(IntervalIndex, AgreesWithLookingAtEveryInterval) {
  constexpr uint64_t kSeed = 11;
  SCOPED_TRACE(kSeed);
  Rng rng(kSeed);
  IntervalIndex index;
  std::vector<std::pair<Instant, Instant>> all;
  int64_t start = 0;
  for (int i = 0; i < 1000; ++i) {
    start += static_cast<int64_t>(rng.below(5));
    // A few very long ones, which a search bounded by the usual length would miss.
    const int64_t length = static_cast<int64_t>(i % 97 == 0 ? 2000 : rng.below(30));
    all.emplace_back(at_ms(start), at_ms(start + length));
    index.add(all.back().first, all.back().second);
  }
  for (int64_t t = 0; t < start + 2100; t += 7) {
    std::vector<size_t> expected;
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].first <= at_ms(t) && at_ms(t) < all[i].second) expected.push_back(i);
    }
    ASSERT_EQ(alive(index, at_ms(t)), expected) << "at " << t << " ms";
  }
}

}  // namespace
}  // namespace natbed::viz
