// Scene: the whole picture at an instant: title, map, panels, time line. It draws on any canvas of
// its size and says what lies under a point; the window and the pictures without a window share it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "viz/map_view.h"
#include "viz/matrix_model.h"
#include "viz/timeline.h"

namespace natbed::viz {

struct SceneTitle {
  std::string scenario;
  uint64_t seed = 0;
};

inline constexpr float kLeastWidth = 900, kLeastHeight = 600;  // pixels

class Scene {
 public:
  // The model must outlive it. The error says why the run cannot be drawn.
  static Result<std::unique_ptr<Scene>> make(const RunModel& model, SceneTitle title,
                                             std::optional<MatrixModel> matrix, Size size);
  Scene(const Scene&) = delete;

  void draw(Canvas& canvas, const SceneState& state) const;
  // The node drawn at `p`; invalid if there is none.
  NodeId node_at(Point p, Instant t) const;
  const Timeline& timeline() const { return timeline_; }
  Camera& camera() { return camera_; }
  void reset_camera();
  const Rect& map_box() const { return map_; }
  const Rect& side_box() const { return side_; }

 private:
  Scene(const RunModel& model, SceneTitle title, std::optional<MatrixModel> matrix, Size size);
  void draw_title(Canvas& canvas, const SceneState& state) const;
  void draw_matrix(Canvas& canvas) const;
  void draw_side(Canvas& canvas, const SceneState& state) const;

  const RunModel& model_;
  SceneTitle title_;
  std::optional<MatrixModel> matrix_;
  Size size_;
  Rect map_, side_;
  BlockTree tree_;
  Layout layout_;
  std::optional<MapGeometry> geometry_;
  Camera camera_;
  Timeline timeline_;
};

}  // namespace natbed::viz
