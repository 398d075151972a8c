// Camera: where on the screen a place of the map is seen. Zooming keeps the place under the pointer
// where it is.
#pragma once

#include "viz/geometry.h"

namespace natbed::viz {

class Camera {
 public:
  Camera() = default;
  // The whole of `world` in `screen`, centred.
  Camera(Rect world, Rect screen)
      : screen_(screen), focus_(world.centre()), middle_(screen.centre()) {
    fit_ = scale_ = std::min(screen.width / world.width, screen.height / world.height);
  }
  float scale() const { return scale_; }
  const Rect& screen() const { return screen_; }
  Point to_screen(Point p) const { return middle_ + (p - focus_) * scale_; }
  Point to_world(Point p) const { return focus_ + (p - middle_) * (1 / scale_); }
  Rect to_screen(const Rect& r) const {
    const Point corner = to_screen(Point{r.x, r.y});
    return {corner.x, corner.y, r.width * scale_, r.height * scale_};
  }
  void zoom(float factor, Point pointer) {
    const Point held = to_world(pointer);
    scale_ = std::clamp(scale_ * factor, fit_, fit_ * 8);
    focus_ = held - (pointer - middle_) * (1 / scale_);
  }
  void pan(Point by) { focus_ = focus_ - by * (1 / scale_); }

 private:
  Rect screen_;
  Point focus_, middle_;
  float scale_ = 1, fit_ = 1;
};

}  // namespace natbed::viz
