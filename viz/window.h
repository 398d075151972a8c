// The window of natbed view: turns keys and mouse into what the player and the scene are asked.
#pragma once

#include "viz/stage.h"

namespace natbed::viz {

// Returns when the window is closed. REQUIRES: a display answers.
Status run_window(Stage& stage, unsigned width, unsigned height);

}  // namespace natbed::viz
