#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <sstream>
#include <string>
#include <system_error>

#include "base/suggest.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/settings.h"

namespace natbed {

int failed(const Error& error) {
  std::fprintf(stderr, "natbed: %s\n", printable(error.message).c_str());
  return 1;
}

namespace {

// Of the words that are left over the first that looks like an option; empty: none does.
std::string unknown_option(const CLI::App& command) {
  const std::vector<std::string> left = command.remaining();
  const auto option = std::ranges::find_if(left, [](const auto& w) { return w.starts_with("--"); });
  if (option == left.end()) return {};
  std::vector<std::string> names;
  for (const CLI::Option* known : command.get_options()) {
    if (!known->get_positional()) names.push_back(known->get_name());
  }
  return unknown_word("option", option->substr(0, option->find('=')), names);
}

// A command line that cannot be understood: says what, and where to read on.
int misunderstood(const CLI::App& app, std::string why, const std::string& first_word) {
  const auto asked = app.get_subcommands();
  if (asked.empty() && !first_word.empty() && first_word[0] != '-') {
    why = "there is no command \"" + first_word + "\"";
  }
  if (const std::string unknown = unknown_option(asked.empty() ? app : *asked.front());
      !unknown.empty())
    why = unknown;
  std::fprintf(stderr, "natbed: %s\n", why.c_str());
  std::fprintf(stderr, "`%s %s--help` shows what is expected.\n", program_name().c_str(),
               asked.empty() ? "" : (asked.front()->get_name() + " ").c_str());
  return 2;
}

int run(int argc, char** argv) {
  CLI::App app{"natbed: will these two peers reach each other, how, and through which relay?",
               program_name()};
  app.require_subcommand(1);
  app.set_version_flag("--version", "natbed 0.1.0");
  app.get_formatter()->column_width(34);
  app.footer(
      example({"run scenarios/two_homes.lua --set bob=symmetric"}) + "\n`" + program_name() +
      " COMMAND --help` tells more of each.\n"
      "Exit status: 0 done; 1 it failed, the error stream says why; 2 the command line makes "
      "no sense.");

  int status = 0;
  add_run_command(app, &status);
  add_matrix_command(app, &status);
  add_oracle_command(app, &status);
  add_nat_command(app, &status);
  add_explain_command(app, &status);
  add_view_command(app, &status);
  add_serve_command(app, &status);
  add_probe_command(app, &status);
  add_connect_command(app, &status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      std::ostringstream text;
      app.exit(error, text, text);
      std::fputs(text.str().c_str(), stdout);
      return 0;
    }
    return misunderstood(app, error.what(), argc > 1 ? argv[1] : "");
  }
  return status;
}

int run_and_explain(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::system_error& error) {
    return failed({error.what()});
  } catch (const std::exception& error) {
    return failed({std::string("unexpected: ") + error.what()});
  }
}

// A result that nobody could read is none, e.g. because the disk is full.
int with_output_written(int status) {
  errno = 0;
  const bool written = std::fflush(stdout) == 0 && !std::ferror(stdout);
  if (written) return status;
  const std::string why = errno != 0 ? std::string(": ") + std::strerror(errno) : "";
  return failed({"the output could not be written to the standard output" + why});
}

}  // namespace
}  // namespace natbed

int main(int argc, char** argv) {
  return natbed::with_output_written(natbed::run_and_explain(argc, argv));
}
