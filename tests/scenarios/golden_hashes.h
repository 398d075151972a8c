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
    {"cgnat", 0x4d9e66a32c0dc062},      {"hairpin", 0xd42f017558ca5657},
    {"matrix", 0x3aa11f3aee2fe76c},     {"mobile_handover", 0x453c9960122198f8},
    {"nat_reboot", 0xfeabf753a157a6a9}, {"relay_choice", 0x5b6bf6b38a12f8b9},
    {"two_homes", 0xaa8a1cf678e6e80c},
};

}  // namespace natbed
