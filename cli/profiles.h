// NAT profiles of the user's own, for every command that takes the name of a NAT.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace natbed {

// --profile FILE, as often as wanted.
void add_profiles(CLI::App* command, std::vector<std::string>* files);
// Reads those files, and all of the folder that the environment variable NATBED_PROFILES names. To be
// called once, before any NAT is looked up.
Status load_profiles(const std::vector<std::string>& files);

}  // namespace natbed
