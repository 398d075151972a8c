// The window of natbed view: turns keys and mouse into what the player and the scene are asked.
#pragma once

#include "viz/stage.h"

namespace natbed::viz {

struct WindowPlace {
  int x = 0, y = 0;
  unsigned width = 0, height = 0;
};
// In the middle of the desktop, and with its frame no larger than that; but never too small for a
// scene. All in pixels.
WindowPlace window_place(unsigned desktop_width, unsigned desktop_height, unsigned width,
                         unsigned height);

// Returns when the window is closed. REQUIRES: a display answers.
Status run_window(Stage& stage, unsigned width, unsigned height);

}  // namespace natbed::viz
