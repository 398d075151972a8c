// DropCause: why the world drops a packet: the reason, the row that decided, and what would have let
// it pass.
//
// A NAT knows better than the reason what it lacked, and is asked only if somebody reads the answer;
// of all other drops the diagnosis follows from the reason and the packet.
#pragma once

#include "base/diagnosis.h"
#include "base/drop_reason.h"
#include "base/id.h"
#include "base/packet.h"

namespace natbed {

struct DropCause {
  DropCause(DropReason its_reason, RowId its_row = {}, const Diagnosis& its_diagnosis = {})
      : reason(its_reason), row(its_row), diagnosis(its_diagnosis) {}

  DropReason reason;
  RowId row;
  Diagnosis diagnosis;  // kNone: nobody asked, or the reason says it all
};

// What the reason alone says, about a packet that no NAT dropped.
Diagnosis diagnose(DropReason reason, const Packet& packet);

// A cure that is told by a number: bytes, hops.
inline Diagnosis cure_of(Cure cure, uint32_t amount) {
  Diagnosis diagnosis;
  diagnosis.cure = cure;
  diagnosis.amount = amount;
  return diagnosis;
}

}  // namespace natbed
