#include "viz/scene.h"

#include <gtest/gtest.h>

#include "tests/viz/sample_runs.h"

namespace natbed::viz {
namespace {

constexpr Size kScreen{1600, 1000};

struct Shown {
  test::TwoHomes two;
  RunModel model = RunModel::build(two.run.events()).value();
  std::unique_ptr<Scene> scene =
      Scene::make(model, {"two_homes", 7}, std::nullopt, kScreen).value();

  // Where a node of the layout, which the scene computes for itself, is on the screen.
  Point on_screen(NodeId node) {
    const Size map{scene->map_box().width, scene->map_box().height};
    const Layout layout =
        make_layout(make_block_tree(model.topology()), words_of(model), map).value();
    return scene->camera().to_screen(layout.find(node, RealmId())->shape.centre());
  }
};

TEST(Scene, AClickFindsTheNodeThatIsDrawnThere) {
  Shown shown;
  for (NodeId node : {shown.two.alice, shown.two.bob, shown.two.alice_nat, shown.two.carrier_nat,
                      shown.two.stun}) {
    EXPECT_EQ(shown.scene->node_at(shown.on_screen(node), Instant()), node);
  }
  EXPECT_FALSE(shown.scene->node_at({5, 5}, Instant()).valid()) << "the title is no node";
  EXPECT_FALSE(shown.scene->node_at({1500, 500}, Instant()).valid()) << "nor is the side panel";
}

TEST(Scene, ZoomKeepsThePlaceUnderThePointer) {
  Shown shown;
  const Point bob = shown.on_screen(shown.two.bob);
  shown.scene->camera().zoom(2, bob);
  EXPECT_EQ(shown.scene->node_at(bob, Instant()), shown.two.bob);
  EXPECT_NE(shown.on_screen(shown.two.alice), Shown().on_screen(shown.two.alice));
  shown.scene->reset_camera();
  EXPECT_EQ(shown.on_screen(shown.two.alice), Shown().on_screen(shown.two.alice));
}

TEST(Scene, PathsRunThroughTheBoxesOnTheirWay) {
  Shown shown;
  const Size map{1216, 856};
  const BlockTree tree = make_block_tree(shown.model.topology());
  const Layout layout = make_layout(tree, words_of(shown.model), map).value();
  const MapGeometry geometry(shown.model, tree, layout);
  const std::vector<NodeId> way = geometry.way_out(shown.two.bob, Instant());
  EXPECT_EQ(way, (std::vector<NodeId>{shown.two.bob, shown.two.bob_nat, shown.two.carrier_nat}));
  const auto line =
      geometry.path_line(shown.two.alice, shown.two.bob, shown.two.relay, 0, Instant());
  const auto nearest = [&](NodeId node) {
    float least = 1e9f;
    for (const Point& p : line)
      least = std::min(least, length(p - geometry.place(node, Instant())));
    return least;
  };
  for (NodeId node : {shown.two.alice, shown.two.alice_nat, shown.two.relay, shown.two.carrier_nat,
                      shown.two.bob_nat}) {
    EXPECT_LT(nearest(node), 1) << node.value();
  }
  EXPECT_GT(nearest(shown.two.stun), 20);
}

}  // namespace
}  // namespace natbed::viz
