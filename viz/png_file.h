// A picture becomes a PNG file, whole or not at all.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace sf {
class Image;
}

namespace natbed::viz {

// Replaces `file`. An error if not all of it could be written; SFML itself does not notice that.
Status save_png(const sf::Image& image, const std::filesystem::path& file);

}  // namespace natbed::viz
