// One number per shipped script: the hash of the trace of its first trial with seed 1 and one trial
// a cell, equal for debug and release builds and for all compilers.
//
// A number changes when the simulated world, a protocol or the script itself does, and only in a
// commit that says why. `natbed run scenarios/NAME.lua --trials 1 --json` prints it as
// "trace_hash".
#pragma once

#include <cstdint>
#include <string_view>

namespace natbed {

struct GoldenHash {
  std::string_view script;
  uint64_t hash;
};

inline constexpr GoldenHash kGoldenHashes[] = {
    {"cgnat", 0},      {"hairpin", 0},      {"matrix", 0},    {"mobile_handover", 0},
    {"nat_reboot", 0}, {"relay_choice", 0}, {"two_homes", 0},
};

}  // namespace natbed
