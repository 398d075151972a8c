#include "base/time.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

using namespace literals;

TEST(Time, PrintsTheShortestUnitThatLosesNothing) {
  EXPECT_EQ(to_string(Duration::zero()), "0s");
  EXPECT_EQ(to_string(1_ns), "1ns");
  EXPECT_EQ(to_string(999_ns), "999ns");
  EXPECT_EQ(to_string(250_us), "250us");
  EXPECT_EQ(to_string(1500_ns), "1.5us");
  EXPECT_EQ(to_string(35_ms), "35ms");
  EXPECT_EQ(to_string(35_ms + 1_ns), "35.000001ms");
  EXPECT_EQ(to_string(1234567_us), "1.234567s");
  EXPECT_EQ(to_string(7440_s), "7440s");
  EXPECT_EQ(to_string(Duration::zero() - 20_ms), "-20ms");
  EXPECT_EQ(to_string(Duration::nanoseconds(std::numeric_limits<int64_t>::min())),
            "-9223372036.854775808s");
}

TEST(Time, NeverPrintsAsAWord) {
  EXPECT_EQ(to_string(Instant::never()), "never");
  EXPECT_EQ(to_string(Instant() + 2_s), "2s");
}

TEST(Time, NeverPlusALittleIsStillNever) {
  EXPECT_TRUE((Instant::never() + 1_ns).is_never());
  EXPECT_TRUE(
      (Instant::never() + Duration::nanoseconds(std::numeric_limits<int64_t>::max())).is_never());
  EXPECT_TRUE((Instant::from_ns(Instant::never().ns() - 5) + 6_ns).is_never());
  EXPECT_EQ((Instant::from_ns(Instant::never().ns() - 5) + 4_ns).ns(), Instant::never().ns() - 1);
}

TEST(Time, CountsExactly) {
  EXPECT_EQ((Instant() + 3_s) - (Instant() + 1_ms), 2999_ms);
  EXPECT_EQ((Instant() + 3_s) - 1_s, Instant() + 2_s);
  EXPECT_EQ(7_s * 3 / 2, 10500_ms);
  EXPECT_LT(999_us, 1_ms);
  Duration sum = 1_s;
  sum += 1_ms;
  EXPECT_EQ(sum.ns(), 1'001'000'000);
}

TEST(Time, SecondsFromScriptsAreRoundedToTheNearestNanosecond) {
  EXPECT_EQ(Duration::from_seconds(0.1), 100_ms);
  EXPECT_EQ(Duration::from_seconds(1e-9 * 0.6), 1_ns);
  EXPECT_EQ(Duration::from_seconds(-2.5), Duration::zero() - 2500_ms);
  EXPECT_DOUBLE_EQ((250_us).as_milliseconds(), 0.25);
  EXPECT_DOUBLE_EQ((1500_ms).as_seconds(), 1.5);
}

}  // namespace
}  // namespace natbed
