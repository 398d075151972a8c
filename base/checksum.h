// The Internet checksum of IP, UDP, TCP and ICMP headers, whole and incremental.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace natbed {

// The Internet checksum (RFC 1071) of bytes that come in pieces; all pieces but the last have even
// size.
class InternetChecksum {
 public:
  void add(ByteView bytes);
  void add_u16(uint16_t value) { sum_ += __builtin_bswap16(value); }  // a number of network order
  uint16_t value() const;

 private:
  // Of 16-bit words read little-endian: byte order does not matter to the sum (RFC 1071 §2).
  uint64_t sum_ = 0;
};

// The checksum after `before` was overwritten with `after` (RFC 1624 eqn. 3), for translators that
// do not read the whole packet. A UDP checksum of 0 means "none" and must be left alone; 0 as a
// result is then written 0xFFFF (RFC 768). REQUIRES: both of the same, even size.
uint16_t update_checksum(uint16_t checksum, ByteView before, ByteView after);

}  // namespace natbed
