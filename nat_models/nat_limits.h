// NatLimits: how much a NAT carries, as data, and what it does when that is used up.
#pragma once

#include <cstdint>

namespace natbed {

// What becomes of a new mapping when the table, a quota or the ports are used up.
enum class WhenFull : uint8_t {
  kRefuse,       // RFC 6888 REQ-11: refused, nobody else suffers
  kEvictOldest,  // the mapping opened first gives way: of the host, if it is a host's quota
};

// What the box answers to a packet that opens no mapping for want of room.
enum class Refusal : uint8_t {
  kSilence,
  kProhibited,       // ICMP 3/13: RFC 5508 REQ-8
  kHostUnreachable,  // ICMP 3/1: RFC 6888 REQ-11
};

struct NatLimits {
  uint32_t mappings = 65536;  // in the whole table
  uint32_t mappings_per_host =
      0;  // by internal address, all protocols; 0: no quota (RFC 6888 REQ-4)
  // New mappings of one host within a second; 0: any number (RFC 6888 REQ-4c).
  uint32_t new_per_second_per_host = 0;
  uint32_t packets_per_second = 0;  // through the box, both ways together; 0: any number
  WhenFull when_full = WhenFull::kRefuse;
  Refusal refusal = Refusal::kProhibited;
  bool operator==(const NatLimits&) const = default;
};

}  // namespace natbed
