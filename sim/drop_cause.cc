#include "sim/drop_cause.h"

namespace natbed {

Diagnosis diagnose(DropReason reason, const Packet& packet) {
  Diagnosis diagnosis;
  const auto cure = [&](Cure what, const Endpoint& expected = {}) {
    diagnosis.cure = what;
    diagnosis.expected = expected;
    return diagnosis;
  };
  switch (reason) {
    case DropReason::kLinkCut:
    case DropReason::kBoxDown:
      return cure(Cure::kRestoreLink);
    case DropReason::kLoss:
      return cure(Cure::kSendAgain);
    case DropReason::kQueueFull:
      return cure(Cure::kRaiseLimit);
    case DropReason::kTtlExpired:
      return cure_of(Cure::kMoreHops, 2);
    case DropReason::kNoRoute:
    case DropReason::kNoSuchAddress:
      return cure(Cure::kRoute, packet.destination);
    case DropReason::kFragmented:
      return cure(Cure::kAssemble);
    case DropReason::kNoSocket:
      return cure(Cure::kListen, packet.destination);
    default:
      return diagnosis;
  }
}

}  // namespace natbed
