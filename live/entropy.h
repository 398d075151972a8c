// Seeds for machines that talk to real peers: from the system, because a guessable session key is
// no key.
#pragma once

#include <cstdint>

namespace natbed {

// Throws std::system_error if the kernel has none to give.
uint64_t entropy();

}  // namespace natbed
