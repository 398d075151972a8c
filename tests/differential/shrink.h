// shrink(): the shortest part of a sequence that still shows what the whole one showed.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tests/differential/sequence.h"

namespace natbed::differential {

// The index of one of `candidates` that shows it, the first of them if possible. All at once, because
// sequences that wait can wait together.
using FindsOne = std::function<std::optional<size_t>(const std::vector<Sequence>& candidates)>;

// Drops steps, and those that refer to them, and shortens waits, as long as `finds_one` still finds a
// shorter sequence that shows it.
Sequence shrink(Sequence sequence, const FindsOne& finds_one);

}  // namespace natbed::differential
