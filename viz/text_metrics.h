// How wide a text will be, without a font: an upper bound that the layout can rely on and tests can
// repeat.
//
// The widths are those of DejaVu Sans in classes of letters, rounded up; the drawing cuts what is
// longer.
#pragma once

#include <string_view>

namespace natbed::viz {

// Width in pixels of `text` set in DejaVu Sans of `size` pixels.
float text_width(std::string_view text, float size, bool bold = false);

}  // namespace natbed::viz
