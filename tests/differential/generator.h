// Random sequences that are likely to tell two NATs apart: few hosts, few ports and few remotes, so
// that flows clash, answer each other, expire and come back.
#pragma once

#include "base/rng.h"
#include "tests/differential/rules.h"
#include "tests/differential/sequence.h"

namespace natbed::differential {

// The same for the same `rng` and rules, on every machine.
Sequence random_sequence(Rng rng, const Rules& rules);

}  // namespace natbed::differential
