// A verdict in plain words: each packet, each box on its way, and why the box let it through or not.
#pragma once

#include <string>
#include <vector>

#include "nat_models/traversal.h"

namespace natbed {

// "a's home", "b's cgnat", "the shared cgnat": as Meeting::box counts.
using BoxNames = std::vector<std::string>;

// A line for the step, and an indented line for each box.
std::string tell(const TraversalStep& step, const TraversalVerdict& verdict, const Meeting& meeting,
                 const BoxNames& names);
// "port 2 of a's home": an endpoint as it is named there.
std::string name_of(uint16_t endpoint, const TraversalVerdict& verdict, const BoxNames& names);

const char* axis_word(Dependence dependence);  // "endpoint-independent"
const char* axis_word(FilterScope scope);
const char* axis_word(ReplyMapping reply);
const char* axis_word(Hairpin hairpin);
const char* axis_word(Crossing crossing);

}  // namespace natbed
