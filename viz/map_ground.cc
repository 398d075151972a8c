// The parts of the map that stay: core, frames, wires.
#include "viz/map_view.h"

namespace natbed::viz {
namespace {

void draw_core(const MapContext& map) {
  const Layout& layout = map.geometry.layout();
  const float scale = map.camera.scale();
  const Ellipse disc{map.camera.to_screen(layout.core.centre), layout.core.rx * scale,
                     layout.core.ry * scale};
  Ellipse halo = disc;
  halo.rx *= 1.35f, halo.ry *= 1.35f;
  map.canvas.ellipse(halo, kCoreInner.faded(0.55f), kBackground.faded(0));
  map.canvas.ellipse(disc, kCoreInner.faded(0.9f), kCoreOuter.faded(0.9f));
  std::vector<Point> rim;
  for (int i = 0; i <= 120; ++i) rim.push_back(disc.at(static_cast<float>(i) * 3.14159265f / 60));
  map.canvas.stroke(rim, 1.2f, kPanelEdge, kPanelEdge);
  const RealmId core = map.model.topology().core();
  if (!core.valid()) return;
  const TextStyle style{13 * scale, kFaint, Align::kCentre, Face::kRegular};
  map.canvas.text(map.camera.to_screen(layout.core_title),
                  "public " + map.model.topology().realm(core).name, style);
}

void draw_frame(const MapContext& map, const Frame& frame) {
  const Rect box = map.camera.to_screen(frame.box);
  const bool carrier = frame.kind == RealmKind::kCarrier;
  const Color edge = carrier ? kCarrier : kHome;
  map.canvas.rounded(box, 10, edge.faded(carrier ? 0.10f : 0.16f));
  map.canvas.outline(box, 10, carrier ? 1.6f : 1.0f, edge.faded(carrier ? 0.8f : 0.6f));
}

// The wire from a node to the box that it stands behind, or into the core.
void draw_wires(const MapContext& map) {
  for (const Slot& slot : map.geometry.layout().slots) {
    if (map.geometry.slot(slot.stay.node, map.now()) != &slot) continue;
    const std::vector<NodeId> way = map.geometry.way_out(slot.stay.node, map.now());
    const Point from = slot.shape.centre();
    const Layout& layout = map.geometry.layout();
    if (layout.core.overlaps(slot.shape)) continue;
    Point to = layout.core.centre;
    if (way.size() > 1) {
      to = map.geometry.place(way[1], map.now());
    } else {
      // As far as the rim of the disc.
      const Point d = from - layout.core.centre;
      const float reach = std::sqrt(d.x * d.x / (layout.core.rx * layout.core.rx) +
                                    d.y * d.y / (layout.core.ry * layout.core.ry));
      to = layout.core.centre + d * (1 / std::max(reach, 1.0f));
    }
    map.canvas.line(map.camera.to_screen(from), map.camera.to_screen(to), 1.2f, kHome.faded(0.75f));
  }
}

}  // namespace

void draw_ground(const MapContext& map) {
  draw_core(map);
  for (const Frame& frame : map.geometry.layout().frames) draw_frame(map, frame);
  draw_wires(map);
}

}  // namespace natbed::viz
