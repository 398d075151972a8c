#include "viz/ellipse_walk.h"

#include <numbers>

namespace natbed::viz {

std::vector<float> walk_evenly(const Ellipse& ellipse, size_t count, float start) {
  constexpr int kSteps =
      1440;  // a quarter of a degree: well below a pixel's worth of error on a screen
  constexpr float kStep = 2 * std::numbers::pi_v<float> / kSteps;
  std::vector<float> travelled(kSteps + 1);
  for (int i = 1; i <= kSteps; ++i) {
    const float angle = start + kStep * static_cast<float>(i);
    travelled[i] = travelled[i - 1] + length(ellipse.at(angle) - ellipse.at(angle - kStep));
  }
  std::vector<float> angles;
  int step = 0;
  for (size_t i = 0; i < count; ++i) {
    const float goal = travelled.back() * static_cast<float>(i) / static_cast<float>(count);
    while (travelled[step] < goal) ++step;
    angles.push_back(start + kStep * static_cast<float>(step));
  }
  return angles;
}

}  // namespace natbed::viz
