// shrink(): the shortest part of a sequence that still shows what the whole one showed.
#pragma once

#include <functional>

#include "tests/differential/sequence.h"

namespace natbed::differential {

// Drops steps, and those that refer to them, as long as `shows` holds for what is left; shortens waits.
// REQUIRES: shows(sequence).
Sequence shrink(Sequence sequence, const std::function<bool(const Sequence&)>& shows);

}  // namespace natbed::differential
