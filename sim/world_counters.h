// What a world counted since it was made or reset. Cheap enough to be always on.
#pragma once

#include <array>
#include <cstdint>

#include "base/drop_reason.h"

namespace natbed {

struct WorldCounters {
  uint64_t events = 0;        // taken from the queue
  uint64_t sent = 0;          // packets that hosts and boxes made (not: forwarded)
  uint64_t delivered = 0;     // packets that reached a socket, a stream or the ICMP of a host
  uint64_t translations = 0;  // packets that a NAT rewrote and forwarded
  std::array<uint64_t, kDropReasonCount> dropped = {};

  uint64_t dropped_for(DropReason reason) const { return dropped[static_cast<size_t>(reason)]; }
};

}  // namespace natbed
