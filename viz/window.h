// The window of natbed view: turns keys and mouse into what the player and the scene are asked.
#pragma once

#include <functional>
#include <memory>

#include "viz/canvas.h"
#include "viz/player.h"
#include "viz/scene.h"

namespace natbed::viz {

// Makes the scene for a window of `width` × `height` pixels; called again when the window is
// resized.
using MakeScene = std::function<Result<std::unique_ptr<Scene>>(unsigned width, unsigned height)>;

// Returns when the window is closed. REQUIRES: a display answers.
Status run_window(const MakeScene& make, Player& player, const Fonts& fonts, unsigned width,
                  unsigned height);

}  // namespace natbed::viz
