// Drops and faults: red flashes where they happened, with the reason in words.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "viz/label_placer.h"
#include "viz/map_view.h"

namespace natbed::viz {
namespace {

constexpr double kFlashSeconds = 1.3;  // of the viewer's time
constexpr size_t kMostStillLabels = 6;
constexpr float kNear =
    42;  // pixels within which no line needs to join words to what they are about
constexpr float kReach = 170;  // pixels from what it explains

Point where(const MapContext& map, const Drop& drop) {
  if (drop.towards.valid()) {
    const std::vector<Point> line = map.geometry.hop_line(drop.from, drop.towards, drop.at);
    if (!line.empty()) return map.camera.to_screen(point_on(line, 0.5f));
  }
  return map.camera.to_screen(map.geometry.place(drop.node, drop.at));
}

LabelPlacer placer_for(const MapContext& map) {
  LabelPlacer placer(map.camera.screen());
  for (const Slot& slot : map.geometry.layout().slots) {
    for (const Rect& box : {slot.shape, slot.name, slot.status})
      placer.occupy(map.camera.to_screen(box));
  }
  for (const Frame& frame : map.geometry.layout().frames)
    placer.occupy(map.camera.to_screen(frame.title));
  return placer;
}

void cross(const MapContext& map, Point at, float size, Color color) {
  map.canvas.line(at + Point{-size, -size}, at + Point{size, size}, 2.6f, color);
  map.canvas.line(at + Point{-size, size}, at + Point{size, -size}, 2.6f, color);
}

void label(const MapContext& map, LabelPlacer& placer, Point target, const std::string& words,
           Color color, float opacity) {
  const TextStyle style{12, mix(color, kText, 0.55f).faded(opacity), Align::kCentre, Face::kBold};
  const Size size{map.canvas.measure(words, style) + 16, 20};
  const std::optional<Rect> box = placer.place(target, size, kReach);
  if (!box) return;
  const Point anchor = {std::clamp(target.x, box->x + 8, box->right() - 8),
                        std::clamp(target.y, box->y, box->bottom())};
  if (length(anchor - target) > kNear)
    map.canvas.line(target, anchor, 1, color.faded(0.6f * opacity));
  map.canvas.rounded(*box, 10, mix(kBackground, color, 0.22f).faded(opacity));
  map.canvas.outline(*box, 10, 1, color.faded(0.8f * opacity));
  map.canvas.text(*box, words, style);
}

// A picture without motion counts what was dropped so far, by place and reason.
void draw_counted(const MapContext& map, LabelPlacer& placer) {
  struct Group {
    size_t count = 0;
    Point at;
  };
  std::map<std::pair<NodeId, DropReason>, Group> groups;
  for (const Drop& drop :
       map.model.flights().drops_between(Instant(), map.now() + Duration::nanoseconds(1))) {
    Group& group = groups[{drop.node, drop.reason}];
    ++group.count;
    group.at = where(map, drop);
  }
  std::vector<std::pair<std::pair<NodeId, DropReason>, Group>> most(groups.begin(), groups.end());
  std::ranges::stable_sort(most, std::greater<>(),
                           [](const auto& entry) { return entry.second.count; });
  std::set<NodeId> labelled;  // one label a box: the panel counts the rest
  for (const auto& [what, group] : most) {
    if (labelled.size() == kMostStillLabels) break;
    if (!labelled.insert(what.first).second) continue;
    const std::string times = group.count > 1 ? fmt::format(" × {}", group.count) : std::string();
    label(map, placer, group.at, std::string("✕ ") + to_string(what.second) + times, kDropped, 1);
  }
}

// Where the flash of a drop is: at a box on its right edge, or it would hide the name.
Point flash_place(const MapContext& map, const Drop& drop) {
  const Slot* slot = map.geometry.slot(drop.node, drop.at);
  const bool gate = map.model.topology().node(drop.node).kind != NodeKind::kHost;
  if (drop.towards.valid() || !slot || !gate) return where(map, drop);
  const Rect box = map.camera.to_screen(slot->shape);
  return {box.right(), box.centre().y};
}

// `age`: 0 as it happens, 1 when it is gone. `scale` is that of the letters: no flash is larger
// than what it is about.
void draw_flash(const MapContext& map, Point at, float age, float scale, float opacity) {
  map.canvas.glow(at, 26 * scale, kDropped.faded(0.6f * opacity));
  map.canvas.ring(at, (10 + 24 * age) * scale, 2.5f * scale, kDropped.faded(opacity));
  cross(map, at, 6 * scale, kDropped.faded(opacity));
}

float flash_scale(const MapContext& map) { return std::clamp(text_scale(map), 0.45f, 1.0f); }

void draw_flashes(const MapContext& map, LabelPlacer& placer) {
  const Duration window = Duration::from_seconds(kFlashSeconds * map.state.speed);
  const auto drops =
      map.model.flights().drops_between(map.now() - window, map.now() + Duration::nanoseconds(1));
  const float scale = flash_scale(map);
  struct Words {
    Point at;
    std::string text;
    float opacity;
  };
  std::vector<Words> words;  // over all the flashes
  std::set<std::tuple<NodeId, NodeId, NodeId>> flashed;
  std::set<std::pair<NodeId, DropReason>> told;
  // The newest of each place speaks for those before it: a hundred flashes are one red blot.
  for (auto drop = drops.rbegin(); drop != drops.rend(); ++drop) {
    const float age = static_cast<float>((map.now() - drop->at).as_seconds() /
                                         std::max(window.as_seconds(), 1e-9));
    const float opacity = std::clamp(1.3f * (1 - age), 0.0f, 1.0f);
    const Point at = flash_place(map, *drop);
    if (flashed.insert({drop->node, drop->from, drop->towards}).second)
      draw_flash(map, at, age, scale, opacity);
    if (told.insert({drop->node, drop->reason}).second)
      words.push_back({at, to_string(drop->reason), opacity});
  }
  for (const Words& one : words) label(map, placer, one.at, one.text, kDropped, one.opacity);
}

void draw_faults(const MapContext& map, LabelPlacer& placer) {
  const Duration window = Duration::from_seconds(2 * kFlashSeconds * map.state.speed);
  for (const Saying& fault : map.model.faults()) {
    if (!map.model.topology().knows(fault.node) || fault.at > map.now() ||
        map.now() - fault.at > window)
      continue;
    const Point at = map.camera.to_screen(map.geometry.place(fault.node, map.now()));
    map.canvas.ring(at, 30 * flash_scale(map), 2.5f, kFault);
    label(map, placer, at, fault.text, kFault, 1);
  }
}

}  // namespace

void draw_drops(const MapContext& map) {
  LabelPlacer placer = placer_for(map);
  if (map.state.still) {
    draw_counted(map, placer);
  } else {
    draw_flashes(map, placer);
    draw_faults(map, placer);
  }
}

}  // namespace natbed::viz
