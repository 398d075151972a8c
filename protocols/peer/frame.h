// Application data on a path between peers: one byte that says what it is, then the rest.
//
//   0x30 data          payload
//   0x31 echo request  number u32, time of sending u64 in nanoseconds of the sender's clock
//   0x32 echo reply    the same eight and four bytes
//
// The first byte lies where RFC 7983 leaves room between STUN (0..3) and TURN channels (64..79), so
// that data shares the socket with both. Who sent it is known by the path it came over, which
// probes have proved.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"

namespace natbed {

enum class FrameType : uint8_t { kData = 0x30, kEchoRequest = 0x31, kEchoReply = 0x32 };

struct Echo {
  static constexpr size_t kSize = 13;  // bytes, with the type
  uint32_t number = 0;
  Instant sent;
};

inline bool looks_like_frame(ByteView bytes) {
  return !bytes.empty() && std::to_integer<uint8_t>(bytes[0]) >> 4 == 3;
}

inline void write_echo(ByteWriter& w, FrameType type, const Echo& echo) {
  w.u8(static_cast<uint8_t>(type));
  w.u32(echo.number);
  w.u64(static_cast<uint64_t>(echo.sent.ns()));
}

// REQUIRES: the type byte was read.
inline Echo read_echo(ByteReader& r) {
  Echo echo;
  echo.number = r.u32();
  echo.sent = Instant::from_ns(static_cast<int64_t>(r.u64()));
  return echo;
}

}  // namespace natbed
