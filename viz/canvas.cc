#include "viz/canvas.h"

#include <SFML/Graphics.hpp>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

namespace natbed::viz {
namespace {

constexpr float kTurn = 2 * std::numbers::pi_v<float>;
constexpr float kCrisp = 11;  // pixels
constexpr const char* kFontFolder = "/usr/share/fonts/truetype/dejavu/";

sf::Color sfml(Color c) { return {c.r, c.g, c.b, c.a}; }
sf::Vector2f sfml(Point p) { return {p.x, p.y}; }

// Enough corners that the chords stay within a quarter of a pixel of the arc.
int corners_of(float radius) {
  return std::clamp(static_cast<int>(kTurn / 2 / std::sqrt(0.5f / std::max(radius, 1.0f))), 12,
                    160);
}

}  // namespace

struct Fonts::Faces {
  sf::Font regular, bold, mono;
  sf::Font& of(Face face) {
    return face == Face::kBold ? bold : face == Face::kMono ? mono : regular;
  }
};

Fonts::Fonts() : faces_(std::make_unique<Faces>()) {}
Fonts::Fonts(Fonts&&) noexcept = default;
Fonts::~Fonts() = default;

Result<Fonts> Fonts::load() {
  Fonts fonts;
  const auto read = [](sf::Font& font, const char* file) {
    const std::string path = std::string(kFontFolder) + file;
    return std::filesystem::exists(path) && font.loadFromFile(path);
  };
  Faces& faces = fonts.faces();
  for (auto [font, file] :
       {std::pair{&faces.regular, "DejaVuSans.ttf"}, std::pair{&faces.bold, "DejaVuSans-Bold.ttf"},
        std::pair{&faces.mono, "DejaVuSansMono.ttf"}}) {
    if (!read(*font, file)) {
      return Error{std::string("natbed view needs the font ") + kFontFolder + file +
                   ": install the package fonts-dejavu-core"};
    }
  }
  return fonts;
}

struct Canvas::State {
  sf::RenderTarget& target;
  Fonts::Faces& faces;
  std::vector<sf::Vertex> triangles;

  void corner(Point p, Color c) { triangles.emplace_back(sfml(p), sfml(c)); }
  void quad(Point a, Point b, Point c, Point d, Color ab, Color cd) {
    corner(a, ab), corner(b, ab), corner(c, cd);
    corner(a, ab), corner(c, cd), corner(d, cd);
  }
  sf::Text set(std::string_view text, const TextStyle& style) {
    // Small letters are set at twice their size and drawn at half of it, or whole pixels would
    // space them unevenly.
    const float zoom = style.size < kCrisp ? 2 : 1;
    const auto size = static_cast<unsigned>(std::lround(std::max(style.size, 4.0f) * zoom));
    sf::Text set(sf::String::fromUtf8(text.begin(), text.end()), faces.of(style.face), size);
    set.setFillColor(sfml(style.color));
    set.setScale(1 / zoom, 1 / zoom);
    if (style.halo) {
      set.setOutlineColor(sfml(kBackground.faded(0.8f)));
      set.setOutlineThickness(2 * zoom);
    }
    return set;
  }
};

Canvas::Canvas(sf::RenderTarget& target, const Fonts& fonts)
    : state_(std::make_unique<State>(State{target, fonts.faces(), {}})) {}
Canvas::~Canvas() { flush(); }

Size Canvas::size() const {
  const sf::Vector2u size = state_->target.getSize();
  return {static_cast<float>(size.x), static_cast<float>(size.y)};
}

void Canvas::clear(Color color) {
  state_->triangles.clear();
  state_->target.clear(sfml(color));
}

void Canvas::flush() {
  if (state_->triangles.empty()) return;
  state_->target.draw(state_->triangles.data(), state_->triangles.size(), sf::Triangles);
  state_->triangles.clear();
}

void Canvas::rect(const Rect& box, Color color) {
  if (box.empty()) return;
  state_->quad({box.x, box.y}, {box.right(), box.y}, {box.right(), box.bottom()},
               {box.x, box.bottom()}, color, color);
}

namespace {

// The border of a rounded rectangle, clockwise, closed; 4 * (steps + 1) + 1 points.
std::vector<Point> rounded_border(const Rect& box, float radius, int steps) {
  radius = std::clamp(radius, 0.0f, std::min(box.width, box.height) / 2);
  const Rect inner = box.inset(radius);
  const Point centres[] = {{inner.right(), inner.bottom()},
                           {inner.x, inner.bottom()},
                           {inner.x, inner.y},
                           {inner.right(), inner.y}};
  std::vector<Point> border;
  for (int quarter = 0; quarter < 4; ++quarter) {
    for (int i = 0; i <= steps; ++i) {
      const float angle =
          kTurn / 4 *
          (static_cast<float>(quarter) + static_cast<float>(i) / static_cast<float>(steps));
      border.push_back(centres[quarter] + Point{std::cos(angle), std::sin(angle)} * radius);
    }
  }
  border.push_back(border.front());
  return border;
}

}  // namespace

void Canvas::rounded(const Rect& box, float radius, Color color) {
  if (box.empty()) return;
  const std::vector<Point> border = rounded_border(box, radius, corners_of(radius) / 4);
  for (size_t i = 1; i < border.size(); ++i)
    triangle(box.centre(), border[i - 1], border[i], color);
}

void Canvas::outline(const Rect& box, float radius, float thickness, Color color) {
  if (box.empty()) return;
  const int steps = corners_of(radius) / 4;
  const std::vector<Point> outer = rounded_border(box, radius, steps);
  const std::vector<Point> inner = rounded_border(box.inset(thickness), radius - thickness, steps);
  for (size_t i = 1; i < outer.size(); ++i) {
    state_->quad(outer[i - 1], outer[i], inner[i], inner[i - 1], color, color);
  }
}

void Canvas::ellipse(const Ellipse& shape, Color middle, Color edge) {
  const int corners = corners_of(std::max(shape.rx, shape.ry));
  for (int i = 0; i < corners; ++i) {
    const float from = kTurn * static_cast<float>(i) / static_cast<float>(corners);
    const float to = kTurn * static_cast<float>(i + 1) / static_cast<float>(corners);
    state_->corner(shape.centre, middle);
    state_->corner(shape.at(from), edge);
    state_->corner(shape.at(to), edge);
  }
}

void Canvas::ring(Point centre, float radius, float thickness, Color color) {
  const Ellipse outer{centre, radius, radius},
      inner{centre, radius - thickness, radius - thickness};
  const int corners = corners_of(radius);
  for (int i = 0; i < corners; ++i) {
    const float from = kTurn * static_cast<float>(i) / static_cast<float>(corners);
    const float to = kTurn * static_cast<float>(i + 1) / static_cast<float>(corners);
    state_->quad(outer.at(from), outer.at(to), inner.at(to), inner.at(from), color, color);
  }
}

void Canvas::triangle(Point a, Point b, Point c, Color color) {
  state_->corner(a, color), state_->corner(b, color), state_->corner(c, color);
}

void Canvas::line(Point a, Point b, float width, Color color) {
  const Point points[] = {a, b};
  stroke(points, width, color, color);
}

void Canvas::stroke(std::span<const Point> points, float width, Color first, Color last,
                    bool soft) {
  if (points.size() < 2) return;
  const auto normal = [&](size_t i) {
    const Point along = points[std::min(i + 1, points.size() - 1)] - points[i == 0 ? 0 : i - 1];
    const float size = std::max(length(along), 1e-3f);
    return Point{-along.y / size, along.x / size} * (width / 2);
  };
  const auto color = [&](size_t i) {
    return mix(first, last, static_cast<float>(i) / static_cast<float>(points.size() - 1));
  };
  for (size_t i = 1; i < points.size(); ++i) {
    const Point a = points[i - 1], b = points[i], na = normal(i - 1), nb = normal(i);
    const Color ca = color(i - 1), cb = color(i);
    for (float side : {-1.0f, 1.0f}) {
      const Point outer_a = a + na * side, outer_b = b + nb * side;
      const Color edge_a = soft ? ca.faded(0) : ca, edge_b = soft ? cb.faded(0) : cb;
      state_->corner(a, ca), state_->corner(b, cb), state_->corner(outer_b, edge_b);
      state_->corner(a, ca), state_->corner(outer_b, edge_b), state_->corner(outer_a, edge_a);
    }
  }
}

float Canvas::measure(std::string_view text, const TextStyle& style) const {
  const sf::Text set = state_->set(text, style);
  return set.findCharacterPos(set.getString().getSize()).x - set.getPosition().x;
}

float Canvas::text(const Rect& box, std::string_view text, const TextStyle& style) {
  if (text.empty() || box.empty()) return 0;
  flush();
  sf::Text set = state_->set(text, style);
  const auto width_of = [](const sf::Text& t) {
    return t.findCharacterPos(t.getString().getSize()).x;
  };
  sf::String kept = set.getString();
  while (width_of(set) > box.width + 0.5f && kept.getSize() > 1) {
    kept.erase(kept.getSize() - 1);
    set.setString(kept + sf::String(sf::Uint32{0x2026}));
  }
  const float width = width_of(set);
  const float slack = box.width - width;
  const float x = box.x + (style.align == Align::kLeft     ? 0
                           : style.align == Align::kCentre ? slack / 2
                                                           : slack);
  // Ascent and descent of DejaVu are 0.93 and 0.24 of its size; the eye's middle is that of the
  // small letters.
  const float y = box.y + box.height / 2 - style.size * 0.66f;
  set.setPosition(std::round(x), std::round(y));
  state_->target.draw(set);
  return width;
}

}  // namespace natbed::viz
