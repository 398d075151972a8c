// Canvas: the few strokes that the picture is made of, on any SFML target (window or texture).
//
// Shapes are collected as triangles and drawn together; a text flushes what came before it, so
// later strokes lie on top of earlier ones. Texts never leave the rectangle they are given: what is
// too long is cut with an ellipsis.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "viz/block_picture.h"
#include "viz/geometry.h"
#include "viz/theme.h"

namespace sf {
class RenderTarget;
}

namespace natbed::viz {

// DejaVu Sans in the faces that the picture uses. The error names the package that brings it.
class Fonts {
 public:
  static Result<Fonts> load();
  Fonts(Fonts&&) noexcept;
  ~Fonts();
  struct Faces;
  Faces& faces() const { return *faces_; }

 private:
  Fonts();
  std::unique_ptr<Faces> faces_;
};

enum class Face : uint8_t { kRegular, kBold, kMono };

struct TextStyle {
  float size = 13;  // pixels
  Color color = kText;
  Align align = Align::kLeft;
  Face face = Face::kRegular;
  bool halo = false;  // a dark rim, for words that lie on lines
};

class Canvas {
 public:
  // Both must outlive the canvas.
  Canvas(sf::RenderTarget& target, const Fonts& fonts);
  ~Canvas();
  Size size() const;
  void clear(Color color);

  void rect(const Rect& box, Color color);
  void rounded(const Rect& box, float radius, Color color);
  void outline(const Rect& box, float radius, float thickness, Color color);
  void ellipse(const Ellipse& shape, Color middle, Color edge);
  void disc(Point centre, float radius, Color color) {
    ellipse({centre, radius, radius}, color, color);
  }
  // Fades out towards `radius`.
  void glow(Point centre, float radius, Color color) {
    ellipse({centre, radius, radius}, color, color.faded(0));
  }
  void ring(Point centre, float radius, float thickness, Color color);
  void triangle(Point a, Point b, Point c, Color color);
  void line(Point a, Point b, float width, Color color);
  // Through `points`, from the first colour to the last; fades out to both sides if `soft`.
  void stroke(std::span<const Point> points, float width, Color first, Color last,
              bool soft = false);
  // Draws `text` on one line, in the middle of the box's height; returns its width.
  float text(const Rect& box, std::string_view text, const TextStyle& style);
  float measure(std::string_view text, const TextStyle& style) const;
  // Draws everything collected so far.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace natbed::viz
