// `natbed nat ...`: what natbed knows of NATs.
#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/settings.h"

namespace natbed {

void add_nat_command(CLI::App& app, int* status) {
  CLI::App* group = app.add_subcommand("nat", "NATs: which are known, and what each does");
  group->require_subcommand(1);
  group->footer(example({"nat list", "nat show linux"}));
  add_nat_list_command(*group, status);
  add_nat_show_command(*group, status);
}

}  // namespace natbed
