// PortRules and PortBlocks: which external port a new mapping gets (RFC 4787 §4.2, RFC 6056, RFC
// 6888 §4, RFC 7422), as data.
//
// Three questions, answered apart: which ports may it be (range, class, reserved ports, the host's
// blocks), which of them is tried first (allocation), and what if that one is taken (clash).
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"

namespace natbed {

struct PortRange {
  uint16_t low = 1, high = 0;  // both included; low above high: empty
  constexpr bool empty() const { return low > high; }
  constexpr bool contains(uint16_t port) const { return low <= port && port <= high; }
  constexpr uint32_t size() const { return empty() ? 0 : uint32_t{high} - low + 1; }
  bool operator==(const PortRange&) const = default;
};

enum class PortAllocation : uint8_t {
  kPreserving,  // the internal port if free on the external address, else as `clash` says
  kSequential,  // the last port given out plus `step`, wrapping inside the range
  kRandom,      // a random one of the range
};

// What happens when the port that is to be preserved belongs to somebody else.
enum class PortClash : uint8_t {
  kRandom,  // a random one
  kNext,    // the next free one above, wrapping
  kLowest,  // the lowest free one
  kRefuse,  // no mapping
};

// How a free port is looked for at random.
enum class PortSearch : uint8_t {
  kExact,   // uniformly among all that are free
  kKernel,  // netfilter: from a random start 128 ports in a row, then 64, 32, 16, 8; else none
};

// Sets of ports that a mapping stays inside of, by its internal port.
enum class PortClasses : uint8_t {
  kNone,
  kWellKnown,  // 1-1023, 1024-65535: RFC 4787 REQ-3a
  kThree,      // 1-511, 512-1023, 1024-65535: Cisco IOS
  kKernel,     // below 512: 1-511; below 1024: 600-1023; else 1024-65535: netfilter
};

struct PortRules {
  PortAllocation allocation = PortAllocation::kPreserving;
  PortClash clash = PortClash::kRandom;
  PortSearch search = PortSearch::kExact;
  PortClasses classes = PortClasses::kNone;
  // The range from which the box itself chooses; a port that is preserved may lie outside.
  PortRange range = {1024, 65535};
  std::array<PortRange, 4> reserved = {};  // never given out, whatever else says so
  int32_t step = 1;                        // kSequential; negative counts down
  // kSequential: ports that other users of the box, who are not simulated, take in between: so many
  // a second on average (Poisson).
  uint32_t cross_traffic_per_second = 0;
  bool parity = false;      // an even port for an even one, odd for odd (RFC 4787 REQ-4)
  bool contiguity = false;  // port n + 1 beside port n, n even, of one host (RFC 4787 §4.2.3)
  // One external endpoint serves several internal ones, as long as their remotes differ (RFC 7857
  // §3, "port overloading" of RFC 4787 §4.2.1). The box then keeps sessions, and only the exact
  // remote tells whose a packet is: REQUIRES filtering by address and port.
  bool overload = false;
  // A mapping that could not preserve its port is bound to its remote, address and port, whatever
  // the box does otherwise (RFC 4787 REQ-11 forbids it).
  bool clash_binds_remote = false;
  Duration hold = Duration::zero();  // a freed port rests so long (RFC 6888 REQ-8)
  bool operator==(const PortRules&) const = default;
};

// Ports given to hosts in blocks, so that a log needs one line for many mappings.
struct PortBlocks {
  enum class Kind : uint8_t {
    kNone,
    kDynamic,        // a host gets a block when it first needs one, and more as it needs them
    kDeterministic,  // RFC 7422: computed from the internal address
  };
  Kind kind = Kind::kNone;
  uint16_t size = 512;    // ports in a block
  uint16_t per_host = 1;  // blocks that a host may hold; kDeterministic: beside its own
  // kDeterministic: the first internal address (host byte order); hosts_per_address of them share
  // the first external one, the next as many the second, and so on.
  uint32_t inside_first = 0;
  // Of (hosts_per_address + dynamic_share) equal parts each host gets one; the rest is the dynamic
  // pool, from which hosts take further blocks (C and D of RFC 7422 §2).
  uint16_t hosts_per_address = 1, dynamic_share = 0;
  bool operator==(const PortBlocks&) const = default;
};

}  // namespace natbed
