// Picture: a canvas without a window, saved as PNG. It brings what it needs: fonts, and a display
// if none answers.
#pragma once

#include <filesystem>
#include <memory>

#include "viz/canvas.h"

namespace natbed::viz {

class Picture {
 public:
  // REQUIRES: no other picture lives, for it could stand on a display that the other takes along.
  static Result<Picture> make(unsigned width, unsigned height);
  Picture(Picture&&) noexcept;
  ~Picture();
  Canvas& canvas();
  Status save(const std::filesystem::path& file);

 private:
  struct State;
  explicit Picture(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace natbed::viz
