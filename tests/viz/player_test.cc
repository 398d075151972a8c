#include "viz/player.h"

#include <gtest/gtest.h>

#include "tests/viz/sample_runs.h"
#include "viz/timeline.h"

namespace natbed::viz {
namespace {

using test::at_ms;

const RunModel& two_homes() {
  static const RunModel model = RunModel::build(test::TwoHomes().run.events()).value();
  return model;
}

TEST(Player, PlaysAtItsSpeedAndStopsAtTheEnd) {
  Player player(two_homes(), Instant(), 0.5);
  player.advance(Duration::seconds(1));
  EXPECT_EQ(player.state().now, Instant()) << "it is paused";
  player.toggle();
  player.advance(Duration::seconds(1));
  EXPECT_EQ(player.state().now, at_ms(500));
  player.advance(Duration::seconds(60));
  EXPECT_EQ(player.state().now, at_ms(2000));
  EXPECT_FALSE(player.state().playing);
  player.toggle();
  EXPECT_EQ(player.state().now, Instant()) << "it starts again";
}

TEST(Player, ChoosesASpeedAtWhichTheRunIsWatchable) {
  const Player player(two_homes(), Instant(), 0);
  EXPECT_NEAR(player.state().speed * kUsualLength, 2.0, 1e-9);
}

TEST(Player, StepsToTheNextEventAndBack) {
  Player player(two_homes(), at_ms(10), 1);
  player.toggle();
  player.step_forward();
  EXPECT_EQ(player.state().now, at_ms(30));
  EXPECT_FALSE(player.state().playing) << "a step pauses";
  player.step_back();
  EXPECT_EQ(player.state().now, at_ms(10));
}

TEST(Player, HoldsEveryInstantInsideTheRun) {
  Player player(two_homes(), at_ms(99'999), 1);
  EXPECT_EQ(player.state().now, at_ms(2000));
  player.seek(Instant() - Duration::seconds(1));
  EXPECT_EQ(player.state().now, Instant());
}

TEST(Timeline, PixelsAndInstantsAreInverse) {
  const Timeline timeline(two_homes(), {0, 900, 1600, 92});
  for (int64_t ms : {0, 250, 1000, 1999, 2000}) {
    const Instant back = timeline.instant_at(timeline.x_of(at_ms(ms)));
    EXPECT_NEAR(back.as_seconds(), at_ms(ms).as_seconds(), 0.001);
  }
  EXPECT_EQ(timeline.instant_at(-50), Instant());
  EXPECT_EQ(timeline.instant_at(5000), at_ms(2000));
}

}  // namespace
}  // namespace natbed::viz
