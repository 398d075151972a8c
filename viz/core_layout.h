// The middle of the map: servers and relays on the disc of the public core, as large as they need
// it.
#pragma once

#include <vector>

#include "viz/block_picture.h"

namespace natbed::viz {

struct CoreLayout {
  Ellipse disc;  // around (0, 0)
  std::vector<Slot> slots;
};

// Up to kMostOnRing stand on a ring, more in rows. The disc has at least the radii `least`.
CoreLayout make_core_layout(const std::vector<BlockPicture>& servers, Size least);

inline constexpr size_t kMostOnRing = 16;

}  // namespace natbed::viz
