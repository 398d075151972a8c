// Paths between peers as glowing lines: through a relay, punched, or direct.
#include <algorithm>

#include "viz/map_view.h"

namespace natbed::viz {
namespace {

bool concerns_selection(const MapContext& map, const PathSpan& path) {
  const NodeId selected = map.state.selected;
  return path.host == selected || path.peer == selected || path.relay == selected;
}

void draw_route(const MapContext& map, const PathSpan& path, int lane, float strength) {
  const std::vector<Point> line =
      map.on_screen(map.geometry.path_line(path.host, path.peer, path.relay, lane, map.now()));
  const Color color = color_of_path(map.model, path);
  const Color glow = color.faded(0.30f * strength), core = mix(color, kText, 0.5f).faded(strength);
  const float width = path.kind == PathKind::kRelayed ? 4.0f : 3.2f;
  map.canvas.stroke(line, width * 4.5f, glow, glow, true);
  map.canvas.stroke(line, width, color.faded(0.9f * strength), color.faded(0.9f * strength), true);
  map.canvas.stroke(line, width * 0.45f, core, core);
}

}  // namespace

Color color_of_path(const RunModel& model, const PathSpan& path) {
  if (!path.relay.valid()) return color_of(path.kind);
  const std::vector<NodeId>& relays = model.machines().relays();
  return relay_color(
      static_cast<size_t>(std::ranges::lower_bound(relays, path.relay) - relays.begin()));
}

void draw_routes(const MapContext& map) {
  const MachineLog& machines = map.model.machines();
  constexpr float kPast = 0.22f,
                  kAside = 0.35f;  // strengths: no longer up, and not what was clicked
  if (map.state.still) {
    for (const PathSpan* path : machines.ways_before(map.now())) draw_route(map, *path, 0, kPast);
  }
  const std::vector<const PathSpan*> paths = machines.ways_at(map.now());
  const bool choosing =
      std::ranges::any_of(paths, [&](const PathSpan* p) { return concerns_selection(map, *p); });
  int lane = 0;
  for (const PathSpan* path : paths) {
    const int side = lane % 2 == 0 ? (lane + 1) / 2 : -(lane + 1) / 2;
    ++lane;
    draw_route(map, *path, side, !choosing || concerns_selection(map, *path) ? 1.0f : kAside);
  }
}

}  // namespace natbed::viz
