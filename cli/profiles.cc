#include "cli/profiles.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/settings.h"
#include "nat_models/profiles.h"

namespace natbed {

void add_profiles(CLI::App* command, std::vector<std::string>* files) {
  add_repeatable(command, "--profile", files,
                 "A NAT of your own, from a JSON file (docs/profiles.md)",
                 [](const std::string&) { return std::string(); })
      ->type_name("FILE");
}

Status load_profiles(const std::vector<std::string>& files) {
  if (const char* folder = std::getenv("NATBED_PROFILES"); folder && *folder != '\0') {
    if (const Status s = add_profile_folder(folder); !s) return s;
  }
  for (const std::string& file : files) {
    if (const Status s = add_profile_file(file); !s) return s;
  }
  return ok();
}

}  // namespace natbed
