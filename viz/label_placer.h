// LabelPlacer: finds a free place near a point for words that come and go, so that they hide
// nothing.
#pragma once

#include <optional>
#include <vector>

#include "viz/geometry.h"

namespace natbed::viz {

class LabelPlacer {
 public:
  explicit LabelPlacer(Rect bounds) : bounds_(bounds) {}
  void occupy(const Rect& box) { taken_.push_back(box); }
  // The free place nearest to `target`, in rings around it up to `reach` pixels away; it is then
  // taken. None if everything near is taken.
  std::optional<Rect> place(Point target, Size size, float reach);

 private:
  bool is_free(const Rect& box) const;
  Rect bounds_;
  std::vector<Rect> taken_;
};

}  // namespace natbed::viz
