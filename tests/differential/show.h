// show(): one sequence in plain words, as the kernel and natbed played it.
#pragma once

#include <cstdio>
#include <string_view>

namespace natbed::differential {

// Reads steps from `in`, plays them in real time under the rules that `rules` names. The status of a
// program: 0, or 2 with a message on stderr.
int show(std::string_view rules, std::FILE* in, std::FILE* out);

}  // namespace natbed::differential
