#include "scenarios/matrix.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/matrix_picture.h"
#include "cli/settings.h"

namespace natbed {
namespace {

struct MatrixArguments {
  MatrixOptions options;
  bool json = false;
  std::string png;
};

int run(MatrixArguments& arguments) {
  if (!arguments.png.empty()) {
    if (const Status s = prepare_picture(arguments.png); !s) return failed(s.error());
  }
  arguments.options.program = program_name();
  TerminalProgress progress(stderr);
  if (isatty(STDERR_FILENO)) arguments.options.progress = &progress;

  const auto matrix = run_matrix(arguments.options);
  if (!matrix) return failed(matrix.error());
  const Status drawn = arguments.png.empty() ? ok() : draw_matrix(*matrix, arguments.png);
  const std::string text = arguments.json ? matrix_json(*matrix) : matrix_table(*matrix);
  std::fwrite(text.data(), 1, text.size(), stdout);
  int status = 0;
  for (const Error& error : matrix->report.unwritten) status = failed(error);
  if (!drawn) status = failed(drawn.error());
  if (matrix->agreeing() != matrix->cells.size()) {
    status = failed(
        {"simulation and oracle disagree in some cells: one of them is wrong, please report it"});
  }
  return status;
}

}  // namespace

void add_matrix_command(CLI::App& app, int* status) {
  auto arguments = std::make_shared<MatrixArguments>();
  MatrixOptions& options = arguments->options;
  CLI::App* command =
      app.add_subcommand("matrix", "Every NAT against every NAT, beside the oracle's verdict");
  add_seed(command, &options.seed, "Seed of all randomness");
  command->add_option("--trials", options.trials, "Universes per cell")
      ->capture_default_str()
      ->check(CLI::Range(1u, kMostTrialsPerCell));
  command->add_option("--jobs", options.jobs, "Threads (default: one per core)")
      ->check(CLI::Range(1u, 1024u));
  add_words(command, "--filter-scope", "Filters belong to the internal endpoint or the mapping",
            {"internal", "mapping"}, true,
            [&options](size_t i) { options.filter_scope = static_cast<FilterScope>(i); });
  add_words(command, "--reply-mapping", "Through which mapping replies leave",
            {"selected", "admitting"}, true,
            [&options](size_t i) { options.reply_mapping = static_cast<ReplyMapping>(i); });
  command->add_option("--out", options.out,
                      "Directory for results.jsonl, summary.json, summary.csv");
  add_png(command, &arguments->png, "File for the grid as a heat map");
  command->add_flag("--json", arguments->json, "Print JSON instead of the grid");
  command->footer(example({"matrix --trials 100 --out results"}));
  command->callback([arguments, status] { *status = run(*arguments); });
}

}  // namespace natbed
