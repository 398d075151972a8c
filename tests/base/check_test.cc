#include "base/check.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

using namespace literals;

TEST(Check, PassesInSilence) {
  int evaluated = 0;
  NATBED_CHECK(++evaluated == 1);
  EXPECT_EQ(evaluated, 1);
}

TEST(CheckDeathTest, SaysConditionReasonPlaceAndSimulatedTime) {
  Instant now = Instant() + 1500_ms;
  const CheckClock clock(&now);
  now = now + 1_s;
  EXPECT_DEATH(NATBED_CHECK(1 > 2, "numbers are ordered"),
               "internal check failed: 1 > 2: numbers are ordered\n"
               "  at .*check_test.cc:[0-9]+, simulated time 2.5s");
}

TEST(CheckDeathTest, ClocksNestAndEnd) {
  const Instant outer = Instant() + 1_s, inner = Instant() + 2_s;
  EXPECT_DEATH(NATBED_CHECK(false), "simulated time outside any world");
  const CheckClock outer_clock(&outer);
  {
    const CheckClock inner_clock(&inner);
    EXPECT_DEATH(NATBED_CHECK(false), "simulated time 2s");
  }
  EXPECT_DEATH(NATBED_CHECK(false), "simulated time 1s");
}

}  // namespace
}  // namespace natbed
