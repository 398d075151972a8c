// Verdict: what a box makes of one packet, and what it lets go of later.
#pragma once

#include <cstdint>

#include "base/drop_reason.h"
#include "base/id.h"
#include "base/packet.h"
#include "base/time.h"

namespace natbed {

enum class Side : uint8_t { kInside, kOutside };

// What a box answers to a packet that it drops; the driver builds it with base/packet.h and sends it
// back out of the side that the packet came in on.
enum class Answer : uint8_t {
  kNothing,
  kTimeExceeded,
  kHostUnreachable,
  kPortUnreachable,
  kAdministrativelyProhibited,
  kFragmentationNeeded,  // with Verdict::mtu
  kReset,
};

// What becomes of a packet.
struct [[nodiscard]] Verdict {
  enum class Action : uint8_t {
    kForward,  // the packet was rewritten: send it out of `egress`
    kLocal,    // it is for the box itself
    kDrop,     // for `reason`; send `answer` back
    kHold,  // the box keeps the packet: see Nat::release(). The driver keeps its payload by `ticket`
  };
  enum class Change : uint8_t { kNothing, kOpened, kRefreshed };  // to the row, for the trace

  Action action = Action::kDrop;
  Side egress = Side::kOutside;
  DropReason reason = DropReason::kNone;
  Answer answer = Answer::kNothing;
  Change change = Change::kNothing;
  bool rewrite_payload = false;  // kForward: an ALG wants Nat::rewrite_payload()
  bool releases = false;         // Nat::release() has something to give now
  uint16_t mtu =
      0;  // kForward: send in fragments of at most so many bytes; else see kFragmentationNeeded
  uint32_t ticket = 0;
  RowId row;        // the row that decided, if one did
  Instant expires;  // of that row, after this packet

  // Of a hairpinned packet: the row through which it left before it came in again through `row`.
  struct Sender {
    RowId row;
    Change change = Change::kNothing;
    Instant expires;
  } sender;
};

// A packet that the box lets go of after it held it, or that it makes up itself when a time is over.
struct Release {
  enum class Kind : uint8_t {
    kForward,  // a held packet goes on, translated; its payload is the one kept by `ticket`
    kDrop,     // a held packet is given up
    kAnswer,   // `answer` to `packet`, out of the side it came from; there is no payload
  };
  Kind kind = Kind::kDrop;
  Packet packet;
  Side from = Side::kOutside;    // the side that the packet came in on
  Side egress = Side::kOutside;  // kForward
  DropReason reason = DropReason::kNone;
  Answer answer = Answer::kNothing;
  uint32_t ticket = 0;
  RowId row;
};

}  // namespace natbed
