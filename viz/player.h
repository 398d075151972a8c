// Player: virtual time as the viewer wants it: played at a speed, paused, stepped from event to
// event, scrubbed.
#pragma once

#include "viz/run_model.h"
#include "viz/scene_state.h"

namespace natbed::viz {

class Player {
 public:
  // A speed of 0 chooses one at which the run lasts about kUsualLength of the viewer's time.
  Player(const RunModel& model, Instant start, double speed);

  const SceneState& state() const { return state_; }
  SceneState& state() { return state_; }
  // The viewer's time went on by `real`. Playing stops at the end of the run.
  void advance(Duration real);
  void toggle();  // play or pause; at the end of the run it starts again
  void step_forward();
  void step_back();
  void seek(Instant t);
  void faster() { set_speed(state_.speed * 1.5); }
  void slower() { set_speed(state_.speed / 1.5); }

 private:
  void set_speed(double speed);
  const RunModel& model_;
  SceneState state_;
};

inline constexpr double kUsualLength = 25;  // seconds

}  // namespace natbed::viz
