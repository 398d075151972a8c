// Shortest ways over an overlay of relays: the graph under the choice of a relay.
//
// Vertices are numbers, edges are measured round trips in both directions. Lengths are integers and
// ties are broken by rule, so that every machine finds the same way.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"

namespace natbed {

struct OverlayEdge {
  uint32_t a, b;
  Duration length;  // not negative
};

struct OverlayWay {
  std::vector<uint32_t> between;  // the vertices passed, without both ends
  Duration length;
  bool operator==(const OverlayWay&) const = default;
};

// The shortest way from `from` to `to` that passes at most `max_between` others; among equals the
// one that passes fewer, then the one whose vertices have the smaller numbers, looked at from
// `from` on. Nothing if there is none. REQUIRES: from != to, both below `vertices`.
std::optional<OverlayWay> shortest_way(uint32_t vertices, std::span<const OverlayEdge> edges,
                                       uint32_t from, uint32_t to, uint32_t max_between);

}  // namespace natbed
