// The commands of the program: one function and one file each. main() puts them together.
#pragma once

#include <string>

#include "base/result.h"

namespace CLI {
class App;
}

namespace natbed {

// Each adds one subcommand to `app`. When the user asks for it, it runs while the command line is
// parsed and leaves the program's exit status in *status: 0, or 1 after a message on the error
// stream. What can be told from the command line alone is thrown as CLI::ValidationError, status 2.
void add_run_command(CLI::App& app, int* status);
void add_matrix_command(CLI::App& app, int* status);
void add_oracle_command(CLI::App& app, int* status);
void add_nat_command(CLI::App& app, int* status);
void add_explain_command(CLI::App& app, int* status);
void add_view_command(CLI::App& app, int* status);
void add_serve_command(CLI::App& app, int* status);
void add_probe_command(CLI::App& app, int* status);
void add_connect_command(CLI::App& app, int* status);

// Of the group `nat`.
void add_nat_list_command(CLI::App& group, int* status);
void add_nat_show_command(CLI::App& group, int* status);
void add_nat_check_command(CLI::App& group, int* status);

// Prints "natbed: <message>" on the error stream and returns the exit status of a failure.
int failed(const Error& error);

}  // namespace natbed
