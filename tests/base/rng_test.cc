#include "base/rng.h"

#include <gtest/gtest.h>

#include <array>

namespace natbed {
namespace {

// SplitMix64's published outputs for state 1234567 (Vigna's reference implementation, as quoted by
// Rosetta Code). The key of Rng is mix(seed), so the seed here is the one that mix() takes to
// 1234567.
constexpr uint64_t unmix(uint64_t z) {
  const auto unshift = [](uint64_t v, int by) {
    uint64_t out = v;
    for (int i = by; i < 64; i += by) out = v ^ (out >> by);
    return out;
  };
  const auto inverse = [](uint64_t odd) {  // Newton: each step doubles the bits that are right
    uint64_t x = odd;
    for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
    return x;
  };
  z = unshift(z, 31) * inverse(0x94D049BB133111EB);
  z = unshift(z, 27) * inverse(0xBF58476D1CE4E5B9);
  return unshift(z, 30);
}
static_assert(Rng::mix(unmix(1234567)) == 1234567);

TEST(Rng, IsSplitMix64) {
  Rng rng(unmix(1234567));
  for (const uint64_t expected : {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                  4593380528125082431u, 16408922859458223821u}) {
    EXPECT_EQ(rng.next(), expected);
  }
}

// Golden: every seed ever printed depends on these.
TEST(Rng, StreamsNeverChange) {
  Rng rng(1);
  EXPECT_EQ(rng.next(), 0xBFEF8030DDC2D772u);
  EXPECT_EQ(Rng(1).fork("alice").next(), 0x95E50D96A45890A4u);
  EXPECT_EQ(Rng(1).fork(uint64_t{7}).next(), 0xC7DA268D0D09963Bu);
  EXPECT_EQ(rng.below(1000), 372u);
  EXPECT_EQ(rng.between(-50, 50), -6);
}

TEST(Rng, ForkDoesNotDependOnDraws) {
  Rng fresh(5), used(5);
  for (int i = 0; i < 100; ++i) used.next();
  EXPECT_EQ(fresh.fork("link").next(), used.fork("link").next());
  EXPECT_EQ(fresh.fork(uint64_t{3}).next(), used.fork(uint64_t{3}).next());
}

TEST(Rng, ForksDifferByNameByIndexAndFromTheirParent) {
  const Rng parent(5);
  EXPECT_NE(parent.fork("a").next(), parent.fork("b").next());
  EXPECT_NE(parent.fork(uint64_t{0}).next(), parent.fork(uint64_t{1}).next());
  EXPECT_NE(parent.fork("a").next(), Rng(parent).next());
  EXPECT_NE(parent.fork("a").fork("b").next(), parent.fork("b").fork("a").next());
}

TEST(Rng, BelowIsUniform) {
  Rng rng(6);
  std::array<int, 6> seen = {};
  constexpr int kDraws = 60'000;
  for (int i = 0; i < kDraws; ++i) ++seen.at(rng.below(6));
  // Chi squared with 5 degrees of freedom stays under 20.5 in 999 of 1000 cases.
  double chi_squared = 0;
  for (const int n : seen) chi_squared += (n - kDraws / 6.) * (n - kDraws / 6.) / (kDraws / 6.);
  EXPECT_LT(chi_squared, 20.5);
}

// With a bound of 3/4 of 2^64 the naive product would hit every second value of some ranges twice
// as often.
TEST(Rng, BelowHasNoBiasForLargeBounds) {
  Rng rng(7);
  const uint64_t bound = 3 * (uint64_t{1} << 62);
  int low = 0;
  for (int i = 0; i < 30'000; ++i) {
    const uint64_t v = rng.below(bound);
    ASSERT_LT(v, bound);
    low += v < bound / 3;
  }
  EXPECT_NEAR(low, 10'000, 400);  // five standard deviations
}

TEST(Rng, BoundsAreReachedAndKept) {
  Rng rng(8);
  EXPECT_EQ(rng.below(1), 0u);
  EXPECT_EQ(rng.between(-3, -3), -3);
  bool low = false, high = false;
  for (int i = 0; i < 1000; ++i) {
    const int64_t v = rng.between(-2, 2);
    ASSERT_TRUE(v >= -2 && v <= 2);
    low |= v == -2;
    high |= v == 2;
  }
  EXPECT_TRUE(low && high);
  // The whole range of int64_t is a range too.
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  Rng a(9), b(9);
  EXPECT_EQ(a.between(lowest, std::numeric_limits<int64_t>::max()),
            static_cast<int64_t>(static_cast<uint64_t>(lowest) + b.next()));
}

TEST(RngDeathTest, NothingLiesBelowZero) { EXPECT_DEATH(Rng(1).below(0), "bound > 0"); }

TEST(Probability, EdgesAreCertain) {
  Rng rng(10);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(rng.chance(Probability()));
    EXPECT_FALSE(rng.chance(Probability::of(0)));
    EXPECT_TRUE(rng.chance(Probability::of(1)));
  }
}

TEST(Probability, IsClamped) {
  EXPECT_TRUE(Probability::of(-0.1).never());
  EXPECT_TRUE(Probability::of(std::numeric_limits<double>::quiet_NaN()).never());
  EXPECT_EQ(Probability::of(7).scaled(), uint64_t{1} << 32);
  EXPECT_EQ(Probability::of(0.5).scaled(), uint64_t{1} << 31);
  EXPECT_FALSE(Probability::of(1e-9).never());
}

TEST(Probability, NeverDoesNotUseUpRandomness) {
  Rng rng(11), same(11);
  rng.chance(Probability());
  EXPECT_EQ(rng.next(), same.next());
}

TEST(Probability, HitsAsOftenAsItSays) {
  Rng rng(12);
  int hits = 0;
  for (int i = 0; i < 100'000; ++i) hits += rng.chance(Probability::of(0.03));
  EXPECT_NEAR(hits, 3000, 270);  // five standard deviations
}

}  // namespace
}  // namespace natbed
