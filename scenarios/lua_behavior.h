// What a script may say where a NAT is wanted: a preset's name, or a table of axes on top of one.
#pragma once

#include <string>

#include "nat_models/behavior.h"

struct lua_State;

namespace natbed {

struct NatChoice {
  bool is_nat = true;  // false: the preset "none"
  NatBehavior behavior;
  std::string what;  // for the box's name: "symmetric", or "nat" if it is nobody's preset
};

// "symmetric", "apdm-adf", or { "linux", filtering = "eif", hairpin = "external", udp_timeout = 60
// }: a preset (or nothing, which stands for the defaults of NatBehavior) with some axes changed.
NatChoice nat_argument(lua_State* L, int index);

}  // namespace natbed
