#include "viz/quiet_sfml.h"

#include <SFML/System/Err.hpp>

namespace natbed::viz {

QuietSfml::QuietSfml() : buffer_(sf::err().rdbuf(nullptr)) {}
QuietSfml::~QuietSfml() { sf::err().rdbuf(buffer_); }

}  // namespace natbed::viz
