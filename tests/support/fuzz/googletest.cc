// Puts a fuzz target under GoogleTest: valid inputs, mutated inputs and noise, always the same.
#include <gtest/gtest.h>

#include "tests/support/fuzz.h"

namespace natbed::test {
namespace {

constexpr uint64_t kSeed = 1;
constexpr int kInputs = 20'000;

using Bytes = std::vector<std::byte>;

void mutate(Rng& rng, Bytes& bytes) {
  const auto at = bytes.begin() + static_cast<ptrdiff_t>(rng.below(bytes.size() + 1));
  switch (rng.below(5)) {
    case 0:
      if (at != bytes.end()) *at ^= std::byte{1} << rng.below(8);
      return;
    case 1:  // the values at which lengths and counts go wrong
      if (at != bytes.end())
        *at = std::array{std::byte{0}, std::byte{0x7F}, std::byte{0xFF}}[rng.below(3)];
      return;
    case 2:
      bytes.insert(at, rng.below(9), static_cast<std::byte>(rng.next()));
      return;
    case 3:
      bytes.erase(at, at + static_cast<ptrdiff_t>(rng.below(bytes.end() - at + 1)));
      return;
    case 4:
      bytes.erase(at, bytes.end());
      return;
  }
}

Bytes noise(Rng& rng) {
  Bytes bytes(rng.below(200));
  for (std::byte& b : bytes) b = static_cast<std::byte>(rng.next());
  return bytes;
}

TEST(Fuzz, HoldsForSamplesTheirMutationsAndNoise) {
  for (uint64_t i = 0; i < kInputs; ++i) {
    Rng rng = Rng(kSeed).fork(i);
    Bytes input = i % 16 == 15 ? noise(rng) : fuzz_sample(rng);
    for (uint64_t left = rng.below(6); left != 0; --left) mutate(rng, input);
    SCOPED_TRACE("input " + std::to_string(i) + " of seed " + std::to_string(kSeed));
    fuzz_one(input);
  }
}

}  // namespace
}  // namespace natbed::test
