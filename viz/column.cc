#include "viz/column.h"

namespace natbed::viz {
namespace {

constexpr std::string_view kTied = "\u00a0";
constexpr float kLineHeight = 17;
constexpr float kHead = 66;  // width of an entry's head

}  // namespace

Rect Column::next(float height) {
  if (room() < height) return {};
  y_ += height;
  return {box_.x, y_ - height, box_.width, height};
}

void Column::heading(std::string_view text) {
  const Rect line = next(30);
  canvas_.text({line.x, line.y, line.width, 22}, text, {14, kAccent, Align::kLeft, Face::kBold});
}

void Column::line(std::string_view text, const TextStyle& style, float height) {
  canvas_.text(next(height), text, style);
}

std::vector<std::string> Column::broken(std::string_view text, const TextStyle& style,
                                        float width) const {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const size_t space = text.find(' ');
    const std::string word(text.substr(0, space));
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    std::string& last = lines.back();
    const std::string longer = last.empty() ? word : last + " " + word;
    if (last.empty() || canvas_.measure(longer, style) <= width) {
      last = longer;
    } else {
      lines.push_back(word);
    }
  }
  // SFML draws a glyph for the space that does not break.
  for (std::string& line : lines) {
    for (size_t at = line.find(kTied); at != std::string::npos; at = line.find(kTied))
      line.replace(at, kTied.size(), " ");
  }
  return lines;
}

void Column::paragraph(std::string_view text, const TextStyle& style) {
  for (const std::string& words : broken(text, style, box_.width)) line(words, style, kLineHeight);
}

float Column::paragraph_height(std::string_view text, const TextStyle& style) const {
  return kLineHeight * static_cast<float>(broken(text, style, box_.width).size());
}

float Column::entry_height(std::string_view text, const TextStyle& style) const {
  return kLineHeight * static_cast<float>(broken(text, style, box_.width - kHead).size()) + 3;
}

void Column::entry(std::string_view head, std::string_view text, const TextStyle& style) {
  const Rect all = next(entry_height(text, style));
  if (all.empty()) return;
  canvas_.text({all.x, all.y, kHead, kLineHeight}, head, {11, kDim, Align::kLeft, Face::kMono});
  float y = all.y;
  for (const std::string& words : broken(text, style, box_.width - kHead)) {
    canvas_.text({all.x + kHead, y, all.width - kHead, kLineHeight}, words, style);
    y += kLineHeight;
  }
}

}  // namespace natbed::viz
