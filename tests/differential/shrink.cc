#include "tests/differential/shrink.h"

namespace natbed::differential {
namespace {

// All sequences that are shorter by one step or one second. From the end: steps after the one that
// shows it go first.
std::vector<Sequence> shorter_ones(const Sequence& sequence) {
  std::vector<Sequence> found;
  for (size_t i = sequence.size(); i-- > 0;) {
    if (Sequence without = without_step(sequence, i); !without.empty()) found.push_back(without);
  }
  for (size_t i = 0; i < sequence.size(); ++i) {
    if (sequence[i].what != What::kWait || sequence[i].seconds <= 1) continue;
    found.push_back(sequence);
    found.back()[i].seconds -= 1;
  }
  return found;
}

}  // namespace

Sequence shrink(Sequence sequence, const FindsOne& finds_one) {
  while (true) {
    const std::vector<Sequence> candidates = shorter_ones(sequence);
    const auto found = finds_one(candidates);
    if (!found) return sequence;
    sequence = candidates[*found];
  }
}

}  // namespace natbed::differential
