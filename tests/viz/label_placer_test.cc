#include "viz/label_placer.h"

#include <gtest/gtest.h>

namespace natbed::viz {
namespace {

TEST(LabelPlacer, NeverCoversWhatIsTaken) {
  LabelPlacer placer({0, 0, 400, 300});
  const Rect node{190, 140, 20, 20};
  placer.occupy(node);
  std::vector<Rect> placed;
  for (int i = 0; i < 20; ++i) {
    const auto box = placer.place({200, 150}, {60, 16}, 120);
    if (!box) break;
    EXPECT_FALSE(box->overlaps(node));
    for (const Rect& other : placed) EXPECT_FALSE(box->overlaps(other));
    placed.push_back(*box);
  }
  EXPECT_GE(placed.size(), 8u);
}

TEST(LabelPlacer, StaysInsideAndGivesUpRatherThanCover) {
  LabelPlacer placer({0, 0, 100, 40});
  const auto box = placer.place({5, 20}, {60, 16}, 80);
  ASSERT_TRUE(box.has_value());
  EXPECT_TRUE((Rect{0, 0, 100, 40}.contains(*box)));
  placer.occupy({0, 0, 100, 40});
  EXPECT_FALSE(placer.place({50, 20}, {60, 16}, 80).has_value());
}

}  // namespace
}  // namespace natbed::viz
