// Points at equal distances along an ellipse. Equal angles would crowd them at its narrow ends.
#pragma once

#include <cstddef>
#include <vector>

#include "viz/geometry.h"

namespace natbed::viz {

// `count` angles, clockwise on the screen, the first at `start` (radians).
std::vector<float> walk_evenly(const Ellipse& ellipse, size_t count, float start);

}  // namespace natbed::viz
