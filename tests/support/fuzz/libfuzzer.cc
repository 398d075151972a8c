// Puts a fuzz target under libFuzzer; its entry points are named by LLVM.
#include <algorithm>

#include "tests/support/fuzz.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  natbed::test::fuzz_one(std::as_bytes(std::span(data, size)));
  return 0;
}

// Starts afresh from a valid input now and then, which spares us a corpus in the repository.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  natbed::Rng rng(seed);
  if (rng.below(64) == 0) {
    const std::vector<std::byte> sample = natbed::test::fuzz_sample(rng);
    size = std::min(sample.size(), max_size);
    std::copy_n(sample.begin(), size, reinterpret_cast<std::byte*>(data));
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
