#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

#include "cli/commands.h"

namespace natbed {

int failed(const Error& error) {
  std::fprintf(stderr, "natbed: %s\n", error.message.c_str());
  return 1;
}

namespace {

// A command line that cannot be understood: says what, and where to read on.
int misunderstood(const CLI::App& app, std::string why, const std::string& first_word) {
  const auto asked = app.get_subcommands();
  if (asked.empty() && !first_word.empty() && first_word[0] != '-') {
    why = "there is no command \"" + first_word + "\"";
  }
  std::fprintf(stderr, "natbed: %s\n", why.c_str());
  std::fprintf(stderr, "`natbed %s--help` shows what is expected.\n",
               asked.empty() ? "" : (asked.front()->get_name() + " ").c_str());
  return 2;
}

int run(int argc, char** argv) {
  CLI::App app{"natbed: will these two peers reach each other, how, and through which relay?",
               "natbed"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "natbed 0.1.0");
  app.get_formatter()->column_width(34);
  app.footer(
      "Example:\n  natbed run scenarios/two_homes.lua --set bob=symmetric\n"
      "`natbed COMMAND --help` tells more of each.");

  int status = 0;
  add_run_command(app, &status);
  add_matrix_command(app, &status);
  add_nats_command(app, &status);
  add_view_command(app, &status);
  add_serve_command(app, &status);
  add_probe_command(app, &status);
  add_connect_command(app, &status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return misunderstood(app, error.what(), argc > 1 ? argv[1] : "");
  }
  return status;
}

}  // namespace
}  // namespace natbed

int main(int argc, char** argv) {
  try {
    return natbed::run(argc, argv);
  } catch (const std::system_error& error) {
    return natbed::failed({error.what()});
  } catch (const std::exception& error) {
    return natbed::failed({std::string("unexpected: ") + error.what()});
  }
}
