// natbed nat: what there is to do with one NAT.
#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace natbed {

void add_nat_command(CLI::App& app, int* status) {
  CLI::App* group = app.add_subcommand("nat", "One NAT: whether it meets the RFCs");
  group->require_subcommand(1);
  add_nat_check_command(*group, status);
}

}  // namespace natbed
