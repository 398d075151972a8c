// Packets under way: dots with tails, and in a still the traces of the last ones.
#include <algorithm>
#include <set>
#include <tuple>

#include "viz/map_view.h"

namespace natbed::viz {
namespace {

constexpr float kTail = 0.22f;  // of the hop's line
constexpr double kAfterglowSeconds =
    0.4;                         // of the viewer's time, so that even a LAN's microseconds are seen
constexpr size_t kGhosts = 160;  // hops looked at for a still

float progress(const Hop& hop, Instant t) {
  const double whole = static_cast<double>((hop.end - hop.start).ns());
  if (whole <= 0) return 1;
  const float k = static_cast<float>(static_cast<double>((t - hop.start).ns()) / whole);
  return std::clamp(k, 0.0f, hop.lost ? 0.5f : 1.0f);
}

void draw_dot(const MapContext& map, const Hop& hop) {
  const std::vector<Point> line = map.on_screen(map.geometry.hop_line(hop.from, hop.to, map.now()));
  if (line.empty()) return;
  const float at = progress(hop, map.now());
  const Color color = color_of(hop.traffic);
  const std::vector<Point> tail = part_of(line, std::max(0.0f, at - kTail), at);
  map.canvas.stroke(tail, 6, color.faded(0), color.faded(0.75f), true);
  const Point head = point_on(line, at);
  map.canvas.glow(head, 13, color.faded(0.45f));
  map.canvas.disc(head, 4.5f, mix(color, kText, 0.25f));
}

// What began a moment ago leaves a line behind that fades.
void draw_afterglow(const MapContext& map) {
  const Duration glow = Duration::from_seconds(kAfterglowSeconds * map.state.speed);
  for (const Hop& hop : map.model.flights().hops_between(map.now() - glow, map.now())) {
    const std::vector<Point> line =
        map.on_screen(map.geometry.hop_line(hop.from, hop.to, hop.start));
    if (line.empty()) continue;
    const float age = static_cast<float>((map.now() - hop.start).as_seconds() /
                                         std::max(glow.as_seconds(), 1e-9));
    const Color color = color_of(hop.traffic).faded(0.55f * (1 - age));
    map.canvas.stroke(part_of(line, 0, progress(hop, map.now())), 2.4f, color.faded(0.3f), color,
                      true);
  }
}

// In a still the newest hops stand for the traffic: one trace per direction and kind, with a dot on
// its way.
void draw_ghosts(const MapContext& map) {
  const std::span<const Hop> past =
      map.model.flights().hops_between(Instant(), map.now() + Duration::nanoseconds(1));
  const std::span<const Hop> recent = past.last(std::min(past.size(), kGhosts));
  std::set<std::tuple<NodeId, NodeId, Traffic>> seen;
  // What runs over a relay's routes is told by the routes.
  std::set<NodeId> relays;
  for (const PathSpan* path : map.model.machines().paths_at(map.now())) {
    if (path->relay.valid()) relays.insert(path->relay);
  }
  for (auto hop = recent.rbegin(); hop != recent.rend(); ++hop) {
    if (relays.contains(hop->from) || relays.contains(hop->to)) continue;
    if (!seen.insert({hop->from, hop->to, hop->traffic}).second) continue;
    const std::vector<Point> line =
        map.on_screen(map.geometry.hop_line(hop->from, hop->to, map.now()));
    if (line.empty()) continue;
    const Color color = color_of(hop->traffic);
    // Kinds and directions stop at different places, so that their dots do not hide each other.
    const float at =
        0.38f + 0.09f * static_cast<float>(
                            (static_cast<int>(hop->traffic) * 2 + (hop->from < hop->to)) % 5);
    map.canvas.stroke(part_of(line, 0, at), 3, color.faded(0.06f), color.faded(0.7f), true);
    map.canvas.disc(point_on(line, at), 3.6f, mix(color, kText, 0.2f));
  }
}

}  // namespace

void draw_traffic(const MapContext& map) {
  if (map.state.still) return draw_ghosts(map);
  draw_afterglow(map);
  map.model.flights().each_in_flight(map.now(), [&](const Hop& hop) { draw_dot(map, hop); });
}

}  // namespace natbed::viz
