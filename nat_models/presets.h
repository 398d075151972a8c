// Presets: NAT behaviours under the names that people use, each with where such a box was seen.
//
// A preset is data, a NatBehavior and two sentences; the translator knows no names. Beside them
// stand the nine kinds of the systematic grid, mapping × filtering, which differ in nothing else,
// so that a matrix over them shows what these two axes do and not what some vendor's timers do.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "nat_models/behavior.h"

namespace natbed {

struct Preset {
  std::string_view name;
  bool is_nat = true;  // false: a public host or plain router, `behavior` is of no use
  NatBehavior behavior;
  std::string_view summary;  // what it sets, and what it leaves out
  std::string_view seen;     // on which boxes, by which source
};

// full-cone, restricted, port-restricted, symmetric, symmetric-sequential, cgnat, linux, none.
std::span<const Preset> presets();
// eim-eif, eim-adf, eim-apdf, adm-eif, ... apdm-apdf: mapping first, in the words of RFC 4787.
std::span<const Preset> nat_kinds();

// One of presets() or nat_kinds(), or null.
const Preset* find_preset(std::string_view name);
// The same for names that users write: the error names the closest preset and lists them all.
Result<const Preset*> preset_named(std::string_view name);

}  // namespace natbed
