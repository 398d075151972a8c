#include "viz/label_placer.h"

#include <numbers>

namespace natbed::viz {

bool LabelPlacer::is_free(const Rect& box) const {
  return bounds_.contains(box) &&
         std::ranges::none_of(taken_, [&](const Rect& other) { return other.overlaps(box); });
}

std::optional<Rect> LabelPlacer::place(Point target, Size size, float reach) {
  constexpr float kRing = 6;
  constexpr int kDirections = 16;
  for (float away = size.height * 0.8f; away <= reach; away += kRing) {
    for (int i = 0; i < kDirections; ++i) {
      const float angle =
          std::numbers::pi_v<float> * (2 * static_cast<float>(i) / kDirections - 0.5f);
      // Further out sideways, because labels are wider than high.
      const Point at =
          target + Point{std::cos(angle) * (away + size.width / 2), std::sin(angle) * away};
      const Rect box = Rect::around(at, size);
      if (!is_free(box)) continue;
      taken_.push_back(box);
      return box;
    }
  }
  return std::nullopt;
}

}  // namespace natbed::viz
