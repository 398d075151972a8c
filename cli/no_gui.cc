// Stands in for view.cc and matrix_picture.cc in a build without SFML.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/matrix_picture.h"

namespace natbed {
namespace {
const Error kNoWindow = {
    "this natbed was built without its window (preset no-gui); `NATBED_PRESET=release ./natbed` "
    "has it"};
}

Status prepare_picture(const std::string&) { return kNoWindow; }
Status draw_matrix(const Matrix&, const std::string&) { return kNoWindow; }

void add_view_command(CLI::App& app, int* status) {
  CLI::App* command = app.add_subcommand("view", "Watch a run (not in this build)");
  command->allow_extras();
  command->footer("Example:\n  NATBED_PRESET=release ./natbed view scenarios/two_homes.lua");
  command->callback([status] { *status = failed(kNoWindow); });
}

}  // namespace natbed
