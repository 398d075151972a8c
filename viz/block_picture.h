// BlockPicture: one block of the map with everything in it placed, measured from its own upper left
// corner.
//
// The gate faces the middle of the map and the hosts stand behind it, so that a packet's way in
// leads through the box that translates it. Every text has a rectangle of its own here; nothing
// overlaps inside a picture.
#pragma once

#include <string>
#include <vector>

#include "viz/block_tree.h"
#include "viz/geometry.h"

namespace natbed::viz {

enum class MapSide : uint8_t { kLeft, kRight, kTop, kBottom };
enum class Align : uint8_t { kLeft, kCentre, kRight };

// A node in one of its realms, with room for its words.
struct Slot {
  Stay stay;
  Rect shape;         // disc of a host, box of a gate
  Rect name, status;  // status is empty if the node never has one, or there is no room
  Align align = Align::kCentre;
};

// The border around a home or a carrier.
struct Frame {
  NodeId gate;
  RealmKind kind = RealmKind::kLan;
  Rect box, title;
  std::string text;
};

struct BlockPicture {
  Size size;
  std::vector<Slot> slots;
  std::vector<Frame> frames;
  void add(const BlockPicture& part, Point at);  // its parts, moved there
};

// What the pictures are made of: `scale` of all measures, and whether states have room under the
// names.
struct MapStyle {
  float scale = 1;
  bool statuses = true;
};

// The words of every node, by NodeId: its name, and the longest line that will ever stand under it.
struct NodeWords {
  std::string name, status;
};

BlockPicture picture_of(const Block& block, MapSide side, const MapStyle& style,
                        const std::vector<NodeWords>& words, Size limit);
// A server or relay of the core: a disc with its words below.
BlockPicture picture_of_server(Stay stay, const MapStyle& style,
                               const std::vector<NodeWords>& words);

// Sizes at scale 1, in pixels.
inline constexpr float kNameSize = 15, kStatusSize = 12, kHostRadius = 10;

}  // namespace natbed::viz
