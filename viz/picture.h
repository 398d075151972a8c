// Picture: a canvas without a window, saved as PNG.
#pragma once

#include <filesystem>
#include <memory>

#include "viz/canvas.h"

namespace natbed::viz {

class Picture {
 public:
  // REQUIRES: a display answers (VirtualDisplay::ensure); `fonts` outlives it.
  static Result<Picture> make(const Fonts& fonts, unsigned width, unsigned height);
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
