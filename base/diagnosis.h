// Diagnosis: why a box dropped a packet, and the smallest change that would have let it pass.
//
// A DropReason names the rule; this says on what it decided (a row, or the row that was missing) and
// what to do about it, so that "why did it fail?" is answered from the trace and never guessed.
// Every drop in a trace carries one; `natbed explain` puts it in words.
#pragma once

#include <cstdint>
#include <string>

#include "base/address.h"
#include "base/time.h"

namespace natbed {

// What would have let the packet pass, with everything else as it was.
enum class Cure : uint8_t {
  kNone,       // nothing that the peers or the box could do
  kSendFirst,  // the host inside sends to `expected` (the sender) first, before `since` if that is set
  kSendSooner,    // the row of `expected`, or its filter's entry, had ended at `since`: come before
  kAimElsewhere,  // the host inside is reached at `expected`, another external endpoint
  kAimFrom,  // only `expected` may send this: from there (port 0: any, or any other than it had)
  kOpenMapping,  // something that opens a mapping is sent from inside through `expected` first, likewise
  kHandshake,     // the TCP connection begins with its SYN and goes its way from there
  kHairpin,       // a box that hairpins
  kRaiseLimit,    // room for one more in the table, the quota, the ports or the rate: now `amount`
  kAllowTraffic,  // a box that carries this protocol or port
  kSmaller,       // a packet of at most `amount` bytes
  kMoreHops,      // a TTL of at least `amount`
  kWait,          // until `since`, when the sender is no longer blacklisted
  kSendAgain,     // nothing but luck: another one like it
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
// A sentence that a newcomer understands: "It would have passed if ...". Empty if nothing would
// have let it pass.
std::string explain(const Diagnosis& diagnosis);
// What follows "It would have passed". `whom` stands for `expected`, of which the reader may know
// more than its address.
std::string condition(const Diagnosis& diagnosis, const std::string& whom);
inline constexpr int kCureCount = static_cast<int>(Cure::kTranslatable) + 1;

}  // namespace natbed
