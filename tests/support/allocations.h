// allocations(): how often this program has asked for memory, so that a test can claim "none in the
// steady state".
//
// A program that calls it gets counting versions of operator new; the others keep the library's.
#pragma once

#include <cstdint>

namespace natbed::test {

uint64_t allocations();  // by all threads, since the start

}  // namespace natbed::test
