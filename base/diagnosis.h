// Diagnosis: why a box dropped a packet, and the smallest change that would have let it pass.
//
// A DropReason names the rule; this says on what it decided (a row, or the row that was missing) and
// what to do about it, so that "why did it fail?" is answered from the trace and never guessed.
// Every drop in a trace carries one; `natbed explain` puts it in words.
#pragma once

#include <cstdint>

#include "base/address.h"
#include "base/time.h"

namespace natbed {

// What would have let the packet pass, with everything else as it was.
enum class Cure : uint8_t {
  kNone,          // nothing that the peers or the box could do
  kSendFirst,     // the host inside sends to `expected` (the sender) through this row first
  kSendSooner,    // the row, or the filter's entry, had ended at `since`: refresh it before
  kAimElsewhere,  // the host inside is reached at `expected`, another external endpoint
  kAimFrom,       // the row admits `expected` only: send from there
  kOpenMapping,   // nothing ever left from inside through this port: somebody there must send
  kHairpin,       // a box that hairpins
  kRaiseLimit,    // room in the table, the quota, the ports or the rate
  kAllowTraffic,  // a box that carries this protocol or port
  kSmaller,       // a packet of at most `amount` bytes
  kMoreHops,      // a TTL of at least `amount`
  kWait,          // until `since`, when the sender is no longer blacklisted
  kRestoreLink,   // the link or the box up again
  kRoute,         // an address that somebody has
  kListen,        // a socket that listens there
  kAssemble,      // the datagram whole, or its first fragment before the others
  kTranslatable,  // a protocol or message that the box translates
};

struct Diagnosis {
  Cure cure = Cure::kNone;
  Endpoint expected;  // see Cure; unspecified where it says nothing
  Instant since;
  uint32_t amount = 0;
  bool operator==(const Diagnosis&) const = default;
};

// A short word ("send-first").
const char* to_string(Cure cure);
inline constexpr int kCureCount = static_cast<int>(Cure::kTranslatable) + 1;

}  // namespace natbed
