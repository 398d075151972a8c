#include "base/machine_event.h"

namespace natbed {

const char* to_string(MachineEvent::Kind kind) {
  using Kind = MachineEvent::Kind;
  switch (kind) {
    case Kind::kMapped:
      return "mapped";
    case Kind::kUnanswered:
      return "unanswered";
    case Kind::kRefused:
      return "refused";
    case Kind::kBehavior:
      return "behavior";
    case Kind::kRegistered:
      return "registered";
    case Kind::kIntroduced:
      return "introduced";
    case Kind::kAllocated:
      return "allocated";
    case Kind::kPathUp:
      return "path-up";
    case Kind::kPathDown:
      return "path-down";
    case Kind::kRelayChosen:
      return "relay-chosen";
    case Kind::kRelayLost:
      return "relay-lost";
    case Kind::kConnectFailed:
      return "connect-failed";
    case Kind::kReceived:
      return "received";
    case Kind::kState:
      return "state";
    case Kind::kEchoed:
      return "echoed";
  }
  return "?";
}

const char* to_string(PathKind path) {
  switch (path) {
    case PathKind::kNone:
      return "none";
    case PathKind::kRelayed:
      return "relayed";
    case PathKind::kPunched:
      return "punched";
    case PathKind::kDirect:
      return "direct";
  }
  return "?";
}

}  // namespace natbed
