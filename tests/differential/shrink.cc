#include "tests/differential/shrink.h"

namespace natbed::differential {

Sequence shrink(Sequence sequence, const std::function<bool(const Sequence&)>& shows) {
  bool shorter = true;
  while (shorter) {
    shorter = false;
    // From the end: steps after the one that shows it go first, and nobody refers to the last one.
    for (size_t i = sequence.size(); i-- > 0;) {
      if (i >= sequence.size()) continue;
      const Sequence without = without_step(sequence, i);
      if (without.empty() || !shows(without)) continue;
      sequence = without;
      shorter = true;
    }
  }
  for (Step& step : sequence) {
    while (step.what == What::kWait && step.seconds > 1) {
      Sequence quicker = sequence;
      quicker[static_cast<size_t>(&step - sequence.data())].seconds -= 1;
      if (!shows(quicker)) break;
      step.seconds -= 1;
    }
  }
  return sequence;
}

}  // namespace natbed::differential
