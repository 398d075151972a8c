// Studio: a staged run before a picture: whatever the player's instant is, it can be shot to a
// file. No screen is needed.
#pragma once

#include "viz/picture.h"
#include "viz/stage.h"

namespace natbed::viz {

class Studio {
 public:
  // The error says what is damaged in the trace, or why this machine cannot draw it.
  static Result<Studio> open(const Trace& trace, const ViewOptions& options);

  const RunModel& model() const { return stage_->model(); }
  Player& player() { return stage_->player(); }
  Status shoot(const std::filesystem::path& file);

 private:
  Studio(std::unique_ptr<Stage> stage, std::unique_ptr<Scene> scene, Picture picture);

  std::unique_ptr<Stage> stage_;
  std::unique_ptr<Scene> scene_;
  Picture picture_;
};

}  // namespace natbed::viz
