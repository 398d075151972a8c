// Boxes and hosts of the map, with their names and states.
#include <fmt/format.h>

#include <algorithm>

#include "viz/map_view.h"
#include "viz/text_metrics.h"

namespace natbed::viz {
namespace {

Color color_of_host(const MapContext& map, NodeId node) {
  PathKind best = PathKind::kNone;
  for (const PathSpan* path : map.model.machines().paths_of(node, map.now()))
    best = std::max(best, path->kind);
  return best == PathKind::kNone ? kPeerHost : color_of(best);
}

std::string routes_through(const MapContext& map, NodeId relay) {
  std::vector<std::pair<NodeId, NodeId>> pairs;
  Duration round_trip;
  for (const PathSpan* path : map.model.machines().paths_at(map.now())) {
    if (path->relay != relay) continue;
    pairs.push_back(std::minmax(path->host, path->peer));
    round_trip = path->round_trip;
  }
  std::ranges::sort(pairs);
  const auto [first, last] = std::ranges::unique(pairs);
  pairs.erase(first, last);
  if (pairs.empty()) return {};
  return pairs.size() == 1 ? "1 route, " + milliseconds(round_trip)
                           : fmt::format("{} routes", pairs.size());
}

void draw_gate(const MapContext& map, const Slot& slot, const Node& node) {
  const Rect box = map.camera.to_screen(slot.shape);
  const bool selected = map.state.selected == slot.stay.node;
  const bool down = map.model.is_down(slot.stay.node, map.now());
  const bool any_rows = map.model.tables().row_count(slot.stay.node, map.now()) > 0;
  map.canvas.rounded(box, 6, down ? mix(kGate, kDropped, 0.25f) : kGate);
  const Color edge = selected ? kText : down ? kDropped : any_rows ? kAccent : kGateEdge;
  map.canvas.outline(box, 6, selected ? 2.2f : 1.3f, edge);
  const float size = kStatusSize * text_scale(map);
  map.canvas.text(map.camera.to_screen(slot.name), node.name,
                  {size, kText, Align::kCentre, Face::kBold});
  if (!slot.status.empty()) {
    map.canvas.text(map.camera.to_screen(slot.status), node.detail,
                    {size * 0.92f, kDim, Align::kCentre, Face::kRegular});
  }
}

void draw_host(const MapContext& map, const Slot& slot, const Node& node) {
  const Rect box = map.camera.to_screen(slot.shape);
  const Point centre = box.centre();
  const float radius = box.width / 2;
  const bool down = map.model.is_down(slot.stay.node, map.now());
  const bool peer = node.role == Role::kPeer;
  const std::string routes =
      node.role == Role::kRelay ? routes_through(map, slot.stay.node) : std::string();
  Color color = peer ? color_of_host(map, slot.stay.node) : kServerHost;
  if (!routes.empty()) color = color_of(PathKind::kRelayed);
  if (down) color = kDropped;
  if (!routes.empty()) map.canvas.glow(centre, radius * 2.6f, color.faded(0.5f));
  map.canvas.disc(centre, radius, mix(kBackground, color, 0.28f));
  map.canvas.ring(centre, radius, 2, color);
  if (node.role == Role::kRelay) {  // two arrows' worth of diamond: it passes things on
    const float r = radius * 0.5f;
    map.canvas.triangle(centre + Point{-r, 0}, centre + Point{0, -r}, centre + Point{r, 0}, color);
    map.canvas.triangle(centre + Point{-r, 0}, centre + Point{0, r}, centre + Point{r, 0}, color);
  } else {
    map.canvas.disc(centre, radius * (peer ? 0.45f : 0.3f), color);
  }
  if (map.state.selected == slot.stay.node) map.canvas.ring(centre, radius + 5, 2, kText);
  const float scale = text_scale(map);
  const Color name = down ? mix(kText, kDropped, 0.6f) : kText;
  map.canvas.text(map.camera.to_screen(slot.name), node.name,
                  {kNameSize * scale, name, slot.align, Face::kBold, true});
  if (slot.status.empty()) return;
  const std::string status = down ? "down"
                             : node.role == Role::kRelay
                                 ? routes
                                 : map.model.machines().status(slot.stay.node, map.now());
  const Color tone = peer ? mix(kDim, color, 0.6f) : routes.empty() ? kDim : mix(kDim, color, 0.7f);
  map.canvas.text(map.camera.to_screen(slot.status), status,
                  {kStatusSize * scale, tone, slot.align, Face::kRegular, true});
}

// Here rather than with the frames, since paths cross them.
void draw_titles(const MapContext& map) {
  const TextStyle style{kStatusSize * text_scale(map), mix(kCarrier, kText, 0.45f), Align::kLeft,
                        Face::kBold, true};
  for (const Frame& frame : map.geometry.layout().frames)
    map.canvas.text(map.camera.to_screen(frame.title), frame.text, style);
}

}  // namespace

void draw_nodes(const MapContext& map) {
  draw_titles(map);
  for (const Slot& slot : map.geometry.layout().slots) {
    const Node& node = map.model.topology().node(slot.stay.node);
    if (map.geometry.slot(slot.stay.node, map.now()) != &slot) {  // it is elsewhere now
      const Rect box = map.camera.to_screen(slot.shape);
      map.canvas.ring(box.centre(), box.width / 2, 1.2f, kFaint.faded(0.7f));
      continue;
    }
    if (node.kind == NodeKind::kHost) {
      draw_host(map, slot, node);
    } else {
      draw_gate(map, slot, node);
    }
  }
}

std::vector<NodeWords> words_of(const RunModel& model) {
  constexpr std::string_view kWidestRoutes = "1 route, 000 ms";
  constexpr float kMostStatus = 240;  // pixels; longer lines are cut
  std::vector<NodeWords> words(model.topology().node_count());
  for (NodeId id : model.topology().nodes()) {
    const Node& node = model.topology().node(id);
    words[id.value()].name = node.name;
    words[id.value()].status = node.kind == NodeKind::kHost ? std::string() : node.detail;
  }
  const auto widen = [&](NodeId host, const std::string& line) {
    std::string& status = words[host.value()].status;
    const float width = text_width(line, kStatusSize);
    if (width <= kMostStatus && width > text_width(status, kStatusSize)) status = line;
  };
  for (const PathSpan& path : model.machines().paths()) {
    widen(path.host, describe(path));
    if (path.relay.valid()) words[path.relay.value()].status = kWidestRoutes;
  }
  for (const Told& told : model.machines().all()) {
    if (told.event.kind == MachineEvent::Kind::kConnectFailed)
      widen(told.node, describe(told.event));
  }
  return words;
}

}  // namespace natbed::viz
