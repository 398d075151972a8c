// TcpReassembly: segments that came ahead of a gap, until the gap is filled.
//
// At most 32, two thirds of what a full window has on the way; whatever finds no room is dropped
// and comes again, which TCP allows (RFC 9293 §3.10.7.4). The memory comes with the first gap and
// then stays.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace natbed {

class TcpReassembly {
 public:
  // Keeps a copy of `payload`, unless it is empty or too long, or there is no room.
  void hold(uint32_t sequence, ByteView payload);
  // The bytes held that follow on `expected` directly, of one segment; empty if there are none.
  // They are forgotten, and the view is good until the next hold(). Call again with the number that
  // follows them.
  ByteView take(uint32_t expected);
  void clear() { occupied_ = 0; }

 private:
  static constexpr size_t kSegments = 32,
                          kSegmentBytes = 1460;  // the largest payload in an Ethernet frame
  struct Held {
    uint32_t sequence, size;
  };
  std::array<Held, kSegments> held_;
  uint32_t occupied_ = 0;  // a bit for each of held_
  std::vector<std::byte> bytes_;
};

}  // namespace natbed
