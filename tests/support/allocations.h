// allocations() and held_bytes(): how often this program has asked for memory and what it still
// holds, so that a test or a benchmark can claim "none in the steady state" or "400 bytes a box".
//
// A program that links natbed_allocations gets counting versions of operator new and delete,
// whether it asks or not. It is a library of its own so that a benchmark needs nothing else of the
// tests.
#pragma once

#include <cstdint>

namespace natbed::test {

uint64_t allocations();  // by all threads, since the start

// What was asked for and not given back, without the allocator's overhead. It counts a block as
// given back when delete is told the size: GCC's containers do tell, Clang's before 19 do not.
int64_t held_bytes();

}  // namespace natbed::test
