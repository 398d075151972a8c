#include "protocols/path/overlay.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace natbed {
namespace {

using namespace literals;

// Every way of at most `most` steps between, by trying them all.
void try_all(std::span<const OverlayEdge> edges, uint32_t here, uint32_t to, uint32_t most,
             OverlayWay so_far, std::optional<OverlayWay>& best) {
  for (const OverlayEdge& edge : edges) {
    if (edge.a != here && edge.b != here) continue;
    const uint32_t there = edge.a == here ? edge.b : edge.a;
    OverlayWay way = so_far;
    way.length += edge.length;
    if (there == to) {
      const auto rank = [](const OverlayWay& w) {
        return std::tuple(w.length, w.between.size(), w.between);
      };
      if (!best || rank(way) < rank(*best)) best = way;
    } else if (way.between.size() < most) {
      way.between.push_back(there);
      try_all(edges, there, to, most, way, best);
    }
  }
}

TEST(Overlay, FindsWhatTryingAllWaysFinds) {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    const auto vertices = static_cast<uint32_t>(3 + rng.below(5));
    std::vector<OverlayEdge> edges;
    for (uint32_t a = 0; a < vertices; ++a) {
      for (uint32_t b = a + 1; b < vertices; ++b) {
        // Few lengths, so that ties are common; zero among them.
        if (rng.below(3) != 0) edges.push_back({a, b, Duration::milliseconds(rng.between(0, 4))});
      }
    }
    const auto most = static_cast<uint32_t>(rng.below(4));
    std::optional<OverlayWay> best;
    try_all(edges, vertices - 2, vertices - 1, most, {}, best);
    EXPECT_EQ(shortest_way(vertices, edges, vertices - 2, vertices - 1, most), best);
  }
}

TEST(Overlay, KeepsToTheLimitOfVerticesBetween) {
  const std::vector<OverlayEdge> edges = {{2, 0, 1_ms}, {0, 1, 1_ms}, {1, 3, 1_ms}, {0, 3, 10_ms}};
  EXPECT_EQ(shortest_way(4, edges, 2, 3, 1), (OverlayWay{{0}, 11_ms}));
  EXPECT_EQ(shortest_way(4, edges, 2, 3, 2), (OverlayWay{{0, 1}, 3_ms}));
  EXPECT_EQ(shortest_way(4, edges, 2, 3, 0), std::nullopt);
}

}  // namespace
}  // namespace natbed
