// MapView: the map of a run at an instant: core, homes, hosts, and everything that moves between
// them.
#pragma once

#include <vector>

#include "viz/camera.h"
#include "viz/canvas.h"
#include "viz/map_geometry.h"
#include "viz/scene_state.h"

namespace natbed::viz {

// What the parts of the map need to draw themselves.
struct MapContext {
  const RunModel& model;
  const MapGeometry& geometry;
  const Camera& camera;
  const SceneState& state;
  Canvas& canvas;

  Instant now() const { return state.now; }
  std::vector<Point> on_screen(std::vector<Point> line) const {
    for (Point& p : line) p = camera.to_screen(p);
    return line;
  }
};

// How large letters are on the screen, compared to those of a roomy map.
inline float text_scale(const MapContext& map) {
  return map.geometry.layout().style.scale * map.camera.scale();
}

// In this order, the later on top.
void draw_ground(const MapContext& map);   // core disc, frames, wires
void draw_routes(const MapContext& map);   // paths between peers
void draw_traffic(const MapContext& map);  // packets under way
void draw_nodes(const MapContext& map);    // boxes, hosts, names
void draw_drops(const MapContext& map);    // flashes, with the reason in words

// Of its kind, and for relayed paths of the relay: the map and the list of paths agree.
Color color_of_path(const RunModel& model, const PathSpan& path);

// The words that the layout keeps room for.
std::vector<NodeWords> words_of(const RunModel& model);

}  // namespace natbed::viz
