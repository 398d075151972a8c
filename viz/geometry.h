// Points, rectangles and curves of the picture, in pixels; x grows to the right, y downwards.
#pragma once

#include <algorithm>
#include <cmath>

namespace natbed::viz {

struct Point {
  float x = 0, y = 0;
  constexpr Point operator+(Point p) const { return {x + p.x, y + p.y}; }
  constexpr Point operator-(Point p) const { return {x - p.x, y - p.y}; }
  constexpr Point operator*(float k) const { return {x * k, y * k}; }
  constexpr bool operator==(const Point&) const = default;
};
inline float length(Point p) { return std::sqrt(p.x * p.x + p.y * p.y); }
inline Point mix(Point a, Point b, float k) { return a + (b - a) * k; }

struct Size {
  float width = 0, height = 0;
};

struct Rect {
  float x = 0, y = 0, width = 0, height = 0;

  static Rect around(Point centre, Size size) {
    return {centre.x - size.width / 2, centre.y - size.height / 2, size.width, size.height};
  }
  float right() const { return x + width; }
  float bottom() const { return y + height; }
  Point centre() const { return {x + width / 2, y + height / 2}; }
  bool empty() const { return width <= 0 || height <= 0; }
  Rect moved(Point by) const { return {x + by.x, y + by.y, width, height}; }
  // Smaller by `by` on every side; larger if it is negative.
  Rect inset(float by) const { return {x + by, y + by, width - 2 * by, height - 2 * by}; }
  bool contains(Point p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
  bool contains(const Rect& r) const {
    return r.x >= x && r.y >= y && r.right() <= right() && r.bottom() <= bottom();
  }
  bool overlaps(const Rect& r) const {
    return !empty() && !r.empty() && x < r.right() && r.x < right() && y < r.bottom() &&
           r.y < bottom();
  }
};

struct Ellipse {
  Point centre;
  float rx = 0, ry = 0;
  Point at(float angle) const {
    return {centre.x + rx * std::cos(angle), centre.y + ry * std::sin(angle)};
  }
  bool overlaps(const Rect& r) const {
    const Point nearest = {std::clamp(centre.x, r.x, r.right()),
                           std::clamp(centre.y, r.y, r.bottom())};
    const float dx = (nearest.x - centre.x) / rx, dy = (nearest.y - centre.y) / ry;
    return dx * dx + dy * dy < 1;
  }
};

// On the quadratic Bézier curve from `a` to `b` that `control` pulls aside; k in [0, 1].
inline Point on_curve(Point a, Point control, Point b, float k) {
  return mix(mix(a, control, k), mix(control, b, k), k);
}

}  // namespace natbed::viz
