#include "protocols/path/overlay.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <limits>

#include "base/check.h"

namespace natbed {
namespace {

// A limit on the number of vertices passed is no matter for Dijkstra's algorithm, so the graph is
// laid out in layers: vertex (v, k) is "at v with k edges left". Edges point backwards, so that one
// run from the end gives every vertex its distance to the end, and the way can then be walked from
// the start with ties under control.
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                    boost::property<boost::edge_weight_t, int64_t>>;

// A length in nanoseconds, eight to the unit, leaves room to count edges: of equal ways the one
// with fewer is shorter.
constexpr int64_t kUnits = 8;
int64_t weight(Duration length) { return length.ns() * kUnits + 1; }

constexpr int64_t kUnreachable = std::numeric_limits<int64_t>::max();

class Layers {
 public:
  Layers(uint32_t vertices, std::span<const OverlayEdge> edges, uint32_t to, uint32_t most_edges)
      : vertices_(vertices), distance_(size_t{vertices} * (most_edges + 1), kUnreachable) {
    Graph graph(distance_.size());
    for (uint32_t k = 1; k <= most_edges; ++k) {
      for (const OverlayEdge& edge : edges) {
        NATBED_CHECK(edge.length >= Duration::zero(), "round trips are not negative");
        boost::add_edge(at(edge.b, k - 1), at(edge.a, k), weight(edge.length), graph);
        boost::add_edge(at(edge.a, k - 1), at(edge.b, k), weight(edge.length), graph);
      }
      boost::add_edge(at(to, k - 1), at(to, k), 0, graph);  // arrived: edges may be left over
    }
    boost::dijkstra_shortest_paths(graph, at(to, 0), boost::distance_map(distance_.data()));
  }
  int64_t distance(uint32_t vertex, uint32_t edges_left) const {
    return distance_[at(vertex, edges_left)];
  }

 private:
  size_t at(uint32_t vertex, uint32_t layer) const { return size_t{layer} * vertices_ + vertex; }
  uint32_t vertices_;
  std::vector<int64_t> distance_;
};

}  // namespace

std::optional<OverlayWay> shortest_way(uint32_t vertices, std::span<const OverlayEdge> edges,
                                       uint32_t from, uint32_t to, uint32_t max_between) {
  NATBED_CHECK(from != to && from < vertices && to < vertices);
  NATBED_CHECK(max_between + 1 < kUnits, "more edges than the weights can count");
  const Layers layers(vertices, edges, to, max_between + 1);
  if (layers.distance(from, max_between + 1) == kUnreachable) return std::nullopt;
  OverlayWay way;
  uint32_t here = from;
  for (uint32_t left = max_between + 1; here != to; --left) {
    uint32_t next = vertices;
    Duration step;
    for (const OverlayEdge& edge : edges) {
      if (edge.a != here && edge.b != here) continue;
      const uint32_t there = edge.a == here ? edge.b : edge.a;
      const int64_t rest = layers.distance(there, left - 1);
      const bool on_the_way =
          rest != kUnreachable && rest + weight(edge.length) == layers.distance(here, left);
      if (on_the_way && there < next) next = there, step = edge.length;
    }
    NATBED_CHECK(next < vertices, "a vertex with a distance has a next one");
    way.length += step;
    if (next != to) way.between.push_back(next);
    here = next;
  }
  return way;
}

}  // namespace natbed
