#include "viz/text_metrics.h"

namespace natbed::viz {
namespace {

// In parts of the letter height, from the advance widths of DejaVu Sans 2.37 (units of 1/2048: i
// 569, a 1255, 0 1303, A 1401, m 1995, W 2025).
float advance(char c) {
  constexpr std::string_view kNarrow = " ijltfrI.,:;'|!()[]-/";
  constexpr std::string_view kWide = "mwMW@%";
  if (kNarrow.find(c) != std::string_view::npos) return 0.41f;
  if (kWide.find(c) != std::string_view::npos) return 0.99f;
  if (c >= 'A' && c <= 'Z') return 0.77f;
  return 0.64f;
}

}  // namespace

float text_width(std::string_view text, float size, bool bold) {
  // Letters are set on whole pixels: each may be half a pixel wider than its share.
  constexpr float kRounding = 0.5f;
  float width = 0;
  for (char c : text) {
    const bool continuation =
        (static_cast<unsigned char>(c) & 0xC0) == 0x80;  // UTF-8: counted with its first byte
    if (!continuation) width += advance(c) * size * (bold ? 1.15f : 1.0f) + kRounding;
  }
  return width;
}

}  // namespace natbed::viz
