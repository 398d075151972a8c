#include "protocols/path/relay_choice.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace natbed {
namespace {

using namespace literals;

RelayChoice choice_of(RelayChoiceConfig config = {}, uint64_t seed = 1) {
  return {config, Rng(seed)};
}

void measure(RelayChoice& choice, const Name& relay, Duration ours, Duration theirs) {
  choice.measured_by_us(relay, ours);
  choice.measured_by_peer(relay, theirs);
}

TEST(RelayChoice, MinSumCountsBothSides) {
  RelayChoice choice = choice_of();
  measure(choice, "near-me", 10_ms, 100_ms);
  measure(choice, "between", 40_ms, 45_ms);
  measure(choice, "near-you", 90_ms, 10_ms);
  const auto route = choice.choose();
  ASSERT_TRUE(route);
  EXPECT_EQ(route->relays[0], Name("between"));
  EXPECT_EQ(route->round_trip, 85_ms);
  ASSERT_TRUE(choice.backup());
  EXPECT_EQ(choice.backup()->relays[0], Name("near-you"));
}

TEST(RelayChoice, NearestLooksAtOurSideOnly) {
  RelayChoice choice = choice_of({.policy = RelayPolicy::kNearest});
  measure(choice, "near-me", 10_ms, 100_ms);
  measure(choice, "between", 40_ms, 45_ms);
  const auto route = choice.choose();
  ASSERT_TRUE(route);
  EXPECT_EQ(route->relays[0], Name("near-me"));
  EXPECT_EQ(route->round_trip, 110_ms);  // and says what it costs
}

TEST(RelayChoice, TiesGoToTheFirstName) {
  RelayChoice choice = choice_of();
  measure(choice, "b", 20_ms, 20_ms);
  measure(choice, "a", 30_ms, 10_ms);
  EXPECT_EQ(choice.choose()->relays[0], Name("a"));
}

TEST(RelayChoice, StaysUntilTheGainIsClear) {
  RelayChoice choice = choice_of();
  measure(choice, "old", 30_ms, 30_ms);
  ASSERT_EQ(choice.choose()->relays[0], Name("old"));
  measure(choice, "new", 21_ms, 20_ms);  // 19 ms better, but less than a third
  EXPECT_EQ(choice.choose()->relays[0], Name("old"));
  measure(choice, "new", 20_ms, 20_ms);  // a third
  EXPECT_EQ(choice.choose()->relays[0], Name("new"));
  measure(choice, "old", 16_ms, 15_ms);  // 9 ms
  EXPECT_EQ(choice.choose()->relays[0], Name("new"));
}

TEST(RelayChoice, LeavesADeadRelayForItsBackup) {
  RelayChoice choice = choice_of();
  measure(choice, "best", 10_ms, 10_ms);
  measure(choice, "second", 20_ms, 20_ms);
  measure(choice, "third", 30_ms, 30_ms);
  choice.choose();
  const auto backup = choice.backup();
  choice.declare_dead("best");
  EXPECT_FALSE(choice.alive("best"));
  EXPECT_EQ(choice.choose(), backup);
  choice.declare_dead("second");
  choice.declare_dead("third");
  EXPECT_EQ(choice.choose(), std::nullopt);
  EXPECT_EQ(choice.backup(), std::nullopt);
  choice.measured_by_us("best", 12_ms);  // it is back
  EXPECT_EQ(choice.choose()->round_trip, 22_ms);
}

TEST(RelayChoice, UsesWhatThePeerNeverMeasuredLast) {
  RelayChoice choice = choice_of();
  choice.measured_by_us("unmeasured", 1_ms);
  EXPECT_EQ(choice.choose()->relays[0], Name("unmeasured"));
  choice.release();
  measure(choice, "far", 200_ms, 200_ms);
  EXPECT_EQ(choice.choose()->relays[0], Name("far"));
  choice.forget_peer();
  EXPECT_EQ(choice.choose()->relays[0], Name("unmeasured"));
}

TEST(RelayChoice, IgnoresRelaysThatWeNeverReached) {
  RelayChoice choice = choice_of();
  choice.measured_by_peer("theirs", 1_ms);
  EXPECT_EQ(choice.choose(), std::nullopt);
}

TEST(RelayChoice, GoesOverTwoRelaysWhereThatIsShorter) {
  RelayChoice choice = choice_of({.max_relays = 2});
  measure(choice, "here", 5_ms, 200_ms);
  measure(choice, "there", 200_ms, 5_ms);
  choice.measured_between("there", "here", 60_ms);
  const auto route = choice.choose();
  ASSERT_TRUE(route);
  ASSERT_EQ(route->size, 2);
  EXPECT_EQ(route->relays[0], Name("here"));
  EXPECT_EQ(route->relays[1], Name("there"));
  EXPECT_EQ(route->round_trip, 70_ms);
  EXPECT_EQ(choice.backup(), std::nullopt);  // nothing is left that shares no relay
}

// Against the definition, on random measurements with every relay reachable from both sides.
TEST(RelayChoice, MinSumIsTheSmallestSumOfAll) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    RelayChoice choice = choice_of();
    std::optional<std::pair<Duration, Name>> best;
    for (uint64_t i = 1 + rng.below(12); i > 0; --i) {
      const Name name("relay-" + std::to_string(rng.below(1000) + 1000 * i));
      const Duration ours = Duration::milliseconds(rng.between(1, 30)),
                     theirs = Duration::milliseconds(rng.between(1, 30));
      measure(choice, name, ours, theirs);
      const std::pair candidate(ours + theirs, name);
      if (!best || candidate < *best) best = candidate;
    }
    const auto route = choice.choose();
    ASSERT_TRUE(route);
    EXPECT_EQ(route->round_trip, best->first);
    EXPECT_EQ(route->relays[0], best->second);
  }
}

TEST(RelayChoice, RandomKTakesTheBestOfADraw) {
  std::set<std::string_view> chosen;
  std::vector<Name> names;
  for (int i = 10; i < 22; ++i) names.push_back(Name("relay-" + std::to_string(i)));
  int best = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    RelayChoice choice = choice_of({.policy = RelayPolicy::kRandomK}, seed);
    for (int i = 0; i < 12; ++i) measure(choice, names[i], Duration::milliseconds(10 + i), 10_ms);
    const auto route = choice.choose();
    ASSERT_TRUE(route);
    const auto place = std::ranges::find(names, route->relays[0]) - names.begin();
    EXPECT_LE(place, 8);  // of 12, the best of 4 is at worst the ninth
    best += place == 0 ? 1 : 0;
    chosen.insert(names[static_cast<size_t>(place)]);
    EXPECT_EQ(choice.choose(), route);  // and stays
  }
  EXPECT_GE(chosen.size(), 4u);
  EXPECT_NEAR(best, 100, 40);  // the best one is drawn with probability 4 / 12
}

}  // namespace
}  // namespace natbed
