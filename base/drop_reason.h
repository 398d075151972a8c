// Why a packet did not arrive. Every drop in natbed has exactly one of these, with the box and, for
// a NAT, the row of its table that decided; "why did it fail?" is answered from the trace and never
// guessed.
#pragma once

#include <cstdint>

namespace natbed {

enum class DropReason : uint8_t {
  kNone,
  // on the way
  kLinkCut,        // the link was down
  kLoss,           // random loss on a link
  kQueueFull,      // a link's queue had no room
  kTooBig,         // larger than the link's MTU
  kTtlExpired,     // the hop count ran out
  kNoRoute,        // no route towards the destination
  kNoSuchAddress,  // nobody in that realm has the address
  kBoxDown,        // the box or host was stopped
  // at a NAT
  kNoMapping,       // from outside, to a port that no row maps
  kFiltered,        // a row exists, but the sender is not one it admits
  kNoHairpin,       // from inside to an own external address, and the box does not hairpin
  kTableFull,       // no room for a new row
  kNoPort,          // no external port left
  kUntranslatable,  // a protocol or ICMP message that the box does not translate
  kQuota,           // the host has as many mappings as it may have, or opened too many at once
  kRateLimit,       // more packets a second than the box carries
  kBlocked,         // the box does not carry this protocol or port
  kBlacklisted,     // the sender had sent something unsolicited before
  kFragmented,      // a fragment, and the box does not carry such, or its first one never came
  // at a host
  kNoSocket,   // no socket there; ICMP port unreachable or RST goes back
  kMalformed,  // bytes that do not parse
};

// A short word ("filtered") and a sentence that a newcomer understands.
const char* to_string(DropReason reason);
const char* explain(DropReason reason);
inline constexpr int kDropReasonCount = static_cast<int>(DropReason::kMalformed) + 1;

}  // namespace natbed
