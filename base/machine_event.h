// What a machine tells the outside: a plain value, for its parent, the script that waits for it,
// and the trace.
#pragma once

#include <cstdint>

#include "base/address.h"
#include "base/name.h"
#include "base/time.h"

namespace natbed {

struct MachineEvent {
  // Beside each kind: the fields that it fills in.
  enum class Kind : uint8_t {
    kMapped,  // local, remote = the server asked, mapped: our reflexive address there, round_trip (0: unsure)
    kUnanswered,   // remote: a transaction timed out after all its retransmissions
    kRefused,      // remote, code = STUN error code (RFC 8489 §14.8)
    kBehavior,     // code = packed NAT class, see protocols/stun/nat_class.h
    kRegistered,   // remote = the rendezvous server
    kIntroduced,   // name = the peer we were introduced to
    kAllocated,    // remote = the TURN server, mapped = our relayed address, round_trip (0: unsure)
    kPathUp,       // name = the peer, local, remote, code = PathKind, round_trip
    kPathDown,     // name = the peer, code = PathKind that was lost
    kRelayChosen,  // name = the relay, round_trip = the expected one over it
    kRelayLost,    // name = the relay
    kConnectFailed,  // name = the peer, text = why
    kReceived,       // name = the peer, code = bytes of application data that came
    kState,          // text = the state entered
    kEchoed,         // name = the peer, round_trip of an application echo, code = its number
  };
  Kind kind = Kind::kState;
  uint32_t code = 0;
  Endpoint local = {}, remote = {}, mapped = {};
  Duration round_trip = {};
  Name name = {};
  Name text = {};
};

// How two peers reach each other, best first.
enum class PathKind : uint8_t { kNone, kRelayed, kPunched, kDirect };

const char* to_string(MachineEvent::Kind kind);
const char* to_string(PathKind path);

}  // namespace natbed
