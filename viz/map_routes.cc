// Paths between peers as glowing lines: through a relay, punched, or direct.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "viz/map_view.h"

namespace natbed::viz {
namespace {

bool concerns_selection(const MapContext& map, const PathSpan& path) {
  const NodeId selected = map.state.selected;
  return path.host == selected || path.peer == selected || path.relay == selected;
}

void draw_route(const MapContext& map, const PathSpan& path, int lane, Color color, bool bright) {
  const std::vector<Point> line =
      map.on_screen(map.geometry.path_line(path.host, path.peer, path.relay, lane, map.now()));
  const float strength = bright ? 1.0f : 0.35f;
  const float width = path.kind == PathKind::kRelayed ? 4.0f : 3.2f;
  map.canvas.stroke(line, width * 4.5f, color.faded(0.30f * strength),
                    color.faded(0.30f * strength), true);
  map.canvas.stroke(line, width, color.faded(0.9f * strength), color.faded(0.9f * strength), true);
  map.canvas.stroke(line, width * 0.45f, mix(color, kText, 0.5f).faded(strength),
                    mix(color, kText, 0.5f).faded(strength));
}

}  // namespace

void draw_routes(const MapContext& map) {
  const std::vector<const PathSpan*> paths = map.model.machines().paths_at(map.now());
  const bool choosing =
      std::ranges::any_of(paths, [&](const PathSpan* p) { return concerns_selection(map, *p); });
  // Both ends tell of the same path; it is drawn once unless they disagree about the way.
  std::set<std::tuple<NodeId, NodeId, NodeId, PathKind>> drawn;
  std::map<NodeId, size_t>
      relays;  // in order of their ids, so that colours do not depend on when they were chosen
  for (const PathSpan& path : map.model.machines().paths()) {
    if (path.relay.valid()) relays.emplace(path.relay, 0);
  }
  size_t number = 0;
  for (auto& [relay, tone] : relays) tone = number++;
  int lane = 0;
  for (const PathSpan* path : paths) {
    const auto [a, b] = std::minmax(path->host, path->peer);
    if (!drawn.insert({a, b, path->relay, path->kind}).second) continue;
    const Color color =
        path->relay.valid() ? relay_color(relays[path->relay]) : color_of(path->kind);
    const int side = lane % 2 == 0 ? (lane + 1) / 2 : -(lane + 1) / 2;
    ++lane;
    draw_route(map, *path, side, color, !choosing || concerns_selection(map, *path));
  }
}

}  // namespace natbed::viz
