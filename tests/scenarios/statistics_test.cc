#include "scenarios/statistics.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

struct Published {
  uint64_t successes, trials;
  double low, high;  // percent
};

// Ford, Srisuresh, Kegel, USENIX ATC 2005, table 1, with intervals to one decimal (measurements.md
// §1.1).
TEST(Statistics, WilsonIntervalsAreThoseOfPublishedTables) {
  const Published table[] = {
      {310, 380, 77.4, 85.2}, {80, 335, 19.6, 28.7}, {184, 286, 58.6, 69.7}, {37, 286, 9.5, 17.3}};
  for (const Published& row : table) {
    const Interval interval = Proportion{row.successes, row.trials}.wilson95();
    EXPECT_NEAR(100 * interval.low, row.low, 0.05) << row.successes << "/" << row.trials;
    EXPECT_NEAR(100 * interval.high, row.high, 0.05) << row.successes << "/" << row.trials;
  }
}

TEST(Statistics, WilsonStaysHonestAtTheEnds) {
  const Interval none = Proportion{0, 20}.wilson95();
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 3.841459 / (20 + 3.841459), 1e-6);  // z² / (n + z²)
  const Interval all = Proportion{20, 20}.wilson95();
  EXPECT_EQ(all.high, 1);
  EXPECT_NEAR(all.low, 20 / (20 + 3.841459), 1e-6);
}

TEST(Statistics, NothingIsKnownWithoutTrials) {
  const Interval interval = Proportion().wilson95();
  EXPECT_EQ(interval.low, 0);
  EXPECT_EQ(interval.high, 1);
  EXPECT_EQ(Proportion().value(), 0);
}

TEST(Statistics, QuantilesAreValuesThatOccurred) {
  const Quantiles q = quantiles_of({5, 1, 4, 2, 3});
  EXPECT_EQ(q.p50, 3);
  EXPECT_EQ(q.p90, 5);
  EXPECT_EQ(q.p99, 5);
  EXPECT_EQ(q.min, 1);
  EXPECT_EQ(q.max, 5);
}

TEST(Statistics, ThePercentileIsTheSmallestThatSoManyDoNotExceed) {
  std::vector<double> hundred;
  for (int i = 1; i <= 100; ++i) hundred.push_back(i);
  EXPECT_EQ(percentile(hundred, 50), 50);
  EXPECT_EQ(percentile(hundred, 90), 90);
  EXPECT_EQ(percentile(hundred, 99), 99);
  EXPECT_EQ(percentile(hundred, 100), 100);
  EXPECT_EQ(percentile(std::vector<double>{1, 2}, 50), 1);
  EXPECT_EQ(percentile(std::vector<double>{7}, 1), 7);
}

}  // namespace
}  // namespace natbed
