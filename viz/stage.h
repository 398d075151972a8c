// Stage: a run ready to be played: its model, the player that keeps its time, and scenes of any
// size. The window and the pictures without one set it up alike.
#pragma once

#include <memory>

#include "viz/player.h"
#include "viz/scene.h"
#include "viz/view.h"

namespace natbed::viz {

class Stage {
 public:
  // Reads what `trace` tells; the player waits at `options.start_seconds`. The error says what is
  // damaged.
  static Result<std::unique_ptr<Stage>> set(const Trace& trace, const ViewOptions& options);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // A scene of `width` × `height` pixels, which the stage must outlive. The error says why the run
  // cannot be drawn at that size.
  Result<std::unique_ptr<Scene>> scene(unsigned width, unsigned height) const;
  const RunModel& model() const { return model_; }
  Player& player() { return player_; }

 private:
  Stage(RunModel model, const Trace& trace, const ViewOptions& options);

  RunModel model_;
  SceneTitle title_;
  std::optional<MatrixModel> matrix_;
  Player player_;
};

}  // namespace natbed::viz
