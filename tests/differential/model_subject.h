// ModelBox: natbed's Nat as a subject beside the kernel's box, told the same rules. The only file of
// the judge that knows NatBehavior.
#pragma once

#include <string>
#include <vector>

#include "nat_models/nat.h"
#include "tests/differential/play.h"
#include "tests/differential/rules.h"

namespace natbed::differential {

class ModelBox {
 public:
  ModelBox(const Rules& rules, uint64_t seed);

  // What comes out because of `packet`, answers of the box itself included.
  std::vector<Emission> carry(Packet packet, Side from, Instant now);
  std::vector<TableRow> table(Instant now) const;

 private:
  Nat nat_;
};

// The behaviour of the profile that `rules` amounts to, with the rig's short timers.
const NatBehavior& behavior_of(const Rules& rules);

}  // namespace natbed::differential
