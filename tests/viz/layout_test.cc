#include "viz/layout.h"

#include <gtest/gtest.h>

#include "tests/viz/sample_runs.h"
#include "viz/map_view.h"

namespace natbed::viz {
namespace {

constexpr Size kMap{1216, 856};  // of a window of 1600 × 1000

Layout layout_of(const test::RunBuilder& run, Size size = kMap) {
  const RunModel model = RunModel::build(run.events()).value();
  return make_layout(make_block_tree(model.topology()), words_of(model), size).value();
}

// What may not cover each other: discs, boxes and words of every node, and titles of frames.
std::vector<std::pair<std::string, Rect>> things_of(const Layout& layout) {
  std::vector<std::pair<std::string, Rect>> things;
  for (const Slot& slot : layout.slots) {
    const std::string node = std::to_string(slot.stay.node.value());
    const bool words_inside = slot.shape.contains(slot.name);  // a NAT: its box holds its words
    things.emplace_back("shape of " + node, slot.shape);
    if (!words_inside) things.emplace_back("name of " + node, slot.name);
    if (!words_inside) things.emplace_back("status of " + node, slot.status);
  }
  for (const Frame& frame : layout.frames) things.emplace_back("title " + frame.text, frame.title);
  return things;
}

void expect_tidy(const Layout& layout) {
  const auto things = things_of(layout);
  for (size_t i = 0; i < things.size(); ++i) {
    const auto& [name, box] = things[i];
    if (box.empty()) continue;
    EXPECT_TRUE(layout.bounds.contains(box)) << name << " is outside";
    for (size_t k = 0; k < i; ++k) {
      EXPECT_FALSE(box.overlaps(things[k].second)) << name << " covers " << things[k].first;
    }
  }
}

class LayoutOfCrowds : public testing::TestWithParam<int> {};

TEST_P(LayoutOfCrowds, NothingOverlapsAndAllIsInside) {
  const size_t homes = static_cast<size_t>(GetParam());
  for (size_t hosts_each : {1, 3}) {
    if (homes * hosts_each > 200) continue;
    for (size_t servers : {size_t{1}, homes / 4 + 2, homes}) {
      SCOPED_TRACE(testing::Message()
                   << homes << " homes of " << hosts_each << ", " << servers << " servers");
      expect_tidy(layout_of(test::crowd(homes, hosts_each, servers)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(From1To100Homes, LayoutOfCrowds,
                         testing::Values(1, 2, 3, 4, 5, 7, 8, 12, 16, 25, 33, 60, 100));

TEST(Layout, EveryNodeHasASlotPerRealmItWasIn) {
  const test::TwoHomes two;
  const Layout layout = layout_of(two.run);
  EXPECT_EQ(layout.slots.size(), 7u);
  for (NodeId node :
       {two.alice, two.bob, two.stun, two.relay, two.alice_nat, two.bob_nat, two.carrier_nat}) {
    EXPECT_NE(layout.find(node, RealmId()), nullptr) << node.value();
  }
}

TEST(Layout, EqualInputGivesEqualOutput) {
  const Layout one = layout_of(test::crowd(40, 2, 9)), two = layout_of(test::crowd(40, 2, 9));
  ASSERT_EQ(one.slots.size(), two.slots.size());
  for (size_t i = 0; i < one.slots.size(); ++i) {
    EXPECT_EQ(one.slots[i].shape.centre(), two.slots[i].shape.centre());
  }
}

TEST(Layout, ServersStandOnTheCoreAndHomesOutsideIt) {
  const test::TwoHomes two;
  const Layout layout = layout_of(two.run);
  EXPECT_TRUE(layout.core.overlaps(layout.find(two.stun, RealmId())->shape));
  EXPECT_TRUE(layout.core.overlaps(layout.find(two.relay, RealmId())->shape));
  for (const Frame& frame : layout.frames) EXPECT_FALSE(layout.core.overlaps(frame.box));
}

TEST(Layout, TheGateFacesTheMiddle) {
  const test::TwoHomes two;
  const Layout layout = layout_of(two.run);
  const auto away = [&](NodeId node) {
    return length(layout.find(node, RealmId())->shape.centre() - layout.core.centre);
  };
  EXPECT_LT(away(two.alice_nat), away(two.alice));
  EXPECT_LT(away(two.carrier_nat), away(two.bob_nat));
  EXPECT_LT(away(two.bob_nat), away(two.bob));
}

TEST(Layout, TheCarrierHoldsItsHomes) {
  const test::TwoHomes two;
  const Layout layout = layout_of(two.run);
  const auto frame_of = [&](NodeId gate) {
    return std::ranges::find(layout.frames, gate, &Frame::gate)->box;
  };
  EXPECT_TRUE(frame_of(two.carrier_nat).contains(frame_of(two.bob_nat)));
  EXPECT_FALSE(frame_of(two.carrier_nat).overlaps(frame_of(two.alice_nat)));
}

TEST(Layout, RelaysStandInRowsWhereTheirRingIsTooWide) {
  const Size least{516, 456};  // the map in the smallest window
  const Layout layout = layout_of(test::RelayChoice(14, 1).run, least);
  EXPECT_EQ(layout.bounds.width, least.width) << "no letter is smaller than the smallest style";
  expect_tidy(layout);
}

TEST(Layout, AMapTooSmallGetsLargerBoundsInsteadOfOverlaps) {
  const Layout layout = layout_of(test::crowd(60, 1, 4), {300, 200});
  EXPECT_GT(layout.bounds.width, 300);
  expect_tidy(layout);
}

TEST(Layout, RefusesMoreNodesThanAnybodyCanTellApart) {
  const RunModel model = RunModel::build(test::crowd(800, 1, 1).events()).value();
  const auto layout = make_layout(make_block_tree(model.topology()), words_of(model), kMap);
  ASSERT_FALSE(layout.has_value());
  EXPECT_NE(layout.error().message.find("1602 nodes"), std::string::npos) << layout.error().message;
}

}  // namespace
}  // namespace natbed::viz
