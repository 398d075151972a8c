// Layout: where everything stands on the map, found without anybody's help.
//
// The core is a disc in the middle with its servers and relays; homes and carriers stand around it.
// The layout is searched for: the largest style (letters, lines under names) is tried first, every
// candidate is checked for overlaps, and the first that has none wins. Servers stand on a ring, and
// in rows where that is too wide. If the map is too small even
// for the smallest letters, the layout gets bounds larger than asked for and the camera stands
// further back. It covers the whole run: a host that moves has a slot in each realm. Equal input
// gives equal output.
#pragma once

#include <vector>

#include "base/result.h"
#include "viz/block_picture.h"

namespace natbed::viz {

struct Layout {
  Rect bounds;
  Ellipse core;
  Rect core_title;  // room for its name, outside the disc
  MapStyle style;
  std::vector<Slot> slots;
  std::vector<Frame> frames;

  // The slot of `node` in `realm`; if it has none there, any slot of it; null if it has none at
  // all.
  const Slot* find(NodeId node, RealmId realm) const;
};

// An error if there are more nodes than anybody could tell apart.
Result<Layout> make_layout(const BlockTree& tree, const std::vector<NodeWords>& words, Size size);

inline constexpr size_t kMostDrawnNodes = 1500;

}  // namespace natbed::viz
