// A fuzz target is a file fuzz_<what>.cc beside the tests of its room that defines these two
// functions.
//
// Under Clang with NATBED_FUZZ=ON it becomes a libFuzzer program that runs until it is stopped (for
// a moment in CI); in every other build the same functions become a GoogleTest with 20000 inputs
// from a fixed seed. tests/CMakeLists.txt finds the file; no list needs an entry.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/rng.h"

namespace natbed::test {

// What must hold for every input: no crash, no sanitizer report, and the properties that it
// NATBED_CHECKs.
void fuzz_one(ByteView input);
// A valid input, so that mutations of it get past the first checks.
std::vector<std::byte> fuzz_sample(Rng& rng);

}  // namespace natbed::test
