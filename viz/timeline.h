// Timeline: the strip at the bottom, from the start of the run to its end. It shows how dense the
// events are, marks faults and changes of paths, and turns a place under the pointer into an
// instant.
#pragma once

#include <vector>

#include "viz/canvas.h"
#include "viz/run_model.h"
#include "viz/scene_state.h"

namespace natbed::viz {

class Timeline {
 public:
  Timeline(const RunModel& model, Rect box);
  void draw(Canvas& canvas, const SceneState& state) const;
  // Pixels ↔ time; instants outside the run are held at its ends.
  Instant instant_at(float x) const;
  float x_of(Instant t) const;
  const Rect& track() const { return track_; }
  const Rect& play_button() const { return play_; }

 private:
  struct Bin {
    size_t packets = 0, drops = 0;
  };
  void draw_bins(Canvas& canvas) const;
  void draw_marks(Canvas& canvas) const;
  void draw_scale(Canvas& canvas) const;
  void draw_controls(Canvas& canvas, const SceneState& state) const;

  const RunModel& model_;
  Rect box_, track_, play_;
  Duration length_;
  std::vector<Bin> bins_;
  size_t most_ = 1;  // packets in the fullest bin
};

}  // namespace natbed::viz
