// The middle of the map: servers and relays on the disc of the public core, as large as they need
// it.
#pragma once

#include <cstdint>
#include <vector>

#include "viz/block_picture.h"

namespace natbed::viz {

struct CoreLayout {
  Ellipse disc;  // around (0, 0)
  std::vector<Slot> slots;
};

// On a ring paths between homes cross the middle and hide no name; rows take less room.
enum class CoreOrder : uint8_t { kRing, kRows };

// More than kMostOnRing stand in rows in any case. The disc has at least the radii `least`.
CoreLayout make_core_layout(const std::vector<BlockPicture>& servers, Size least, CoreOrder order);

inline constexpr size_t kMostOnRing = 16;

}  // namespace natbed::viz
