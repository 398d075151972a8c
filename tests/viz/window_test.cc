#include "viz/window.h"

#include <gtest/gtest.h>

namespace natbed::viz {
namespace {

TEST(Window, StandsInTheMiddleOfTheDesktop) {
  const WindowPlace place = window_place(1920, 1200, 1600, 1000);
  EXPECT_EQ(place.width, 1600u);
  EXPECT_EQ(place.height, 1000u);
  EXPECT_EQ(place.x, 160);
  EXPECT_EQ(place.y, 100);
}

TEST(Window, IsNoLargerThanTheDesktop) {
  const WindowPlace place = window_place(1366, 768, 1600, 1000);
  EXPECT_EQ(place.width, 1366u);
  EXPECT_LT(place.height, 768u) << "its title needs room too";
  EXPECT_EQ(place.x, 0);
  EXPECT_GE(place.y, 0);
}

TEST(Window, HoldsASceneEvenWhereTheDesktopIsTooSmall) {
  const WindowPlace place = window_place(640, 48, 1600, 1000);
  EXPECT_EQ(place.width, static_cast<unsigned>(kLeastWidth));
  EXPECT_EQ(place.height, static_cast<unsigned>(kLeastHeight));
  EXPECT_EQ(place.x, 0);
  EXPECT_EQ(place.y, 0);
}

}  // namespace
}  // namespace natbed::viz
