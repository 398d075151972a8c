// Column: writes line below line inside a box and knows when it is full.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "viz/canvas.h"

namespace natbed::viz {

class Column {
 public:
  Column(Canvas& canvas, Rect box) : canvas_(canvas), box_(box), y_(box.y) {}
  // The next `height` pixels; empty when the column is full.
  Rect next(float height);
  void heading(std::string_view text);
  void line(std::string_view text, const TextStyle& style, float height = 19);
  // Broken between words into as many lines as it takes, but not at a U+00A0.
  void paragraph(std::string_view text, const TextStyle& style);
  float paragraph_height(std::string_view text, const TextStyle& style) const;
  // An instant or another short head at the left, and a paragraph beside it.
  void entry(std::string_view head, std::string_view text, const TextStyle& style);
  float entry_height(std::string_view text, const TextStyle& style) const;
  void space(float height) { y_ += height; }
  float room() const { return box_.bottom() - y_; }
  Canvas& canvas() { return canvas_; }

 private:
  std::vector<std::string> broken(std::string_view text, const TextStyle& style, float width) const;
  Canvas& canvas_;
  Rect box_;
  float y_;
};

}  // namespace natbed::viz
