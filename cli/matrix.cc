#include "scenarios/matrix.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <map>
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
  TerminalProgress progress(stderr);
  if (isatty(STDERR_FILENO)) arguments.options.progress = &progress;

  const auto matrix = run_matrix(arguments.options);
  if (!matrix) return failed(matrix.error());
  const std::string text = arguments.json ? matrix_json(*matrix) : matrix_table(*matrix);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!arguments.png.empty()) {
    if (const Status drawn = draw_matrix(*matrix, arguments.png); !drawn)
      return failed(drawn.error());
  }
  if (matrix->agreeing() != matrix->cells.size()) {
    return failed(
        {"simulation and oracle disagree in some cells: one of them is wrong, please report it"});
  }
  return 0;
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
      ->check(CLI::Range(1u, 10'000'000u));
  command->add_option("--jobs", options.jobs, "Threads (default: one per core)")
      ->check(CLI::Range(1u, 1024u));
  const std::map<std::string, FilterScope> scopes = {{"internal", FilterScope::kInternalEndpoint},
                                                     {"mapping", FilterScope::kMapping}};
  command
      ->add_option("--filter-scope", options.filter_scope,
                   "Filters belong to the internal endpoint or the mapping")
      ->transform(CLI::CheckedTransformer(scopes))
      ->option_text("internal|mapping [internal]");
  const std::map<std::string, ReplyMapping> replies = {{"selected", ReplyMapping::kSelected},
                                                       {"admitting", ReplyMapping::kAdmitting}};
  command
      ->add_option("--reply-mapping", options.reply_mapping, "Through which mapping replies leave")
      ->transform(CLI::CheckedTransformer(replies))
      ->option_text("selected|admitting [selected]");
  command->add_option("--out", options.out,
                      "Directory for results.jsonl, summary.json, summary.csv");
  command->add_option("--png", arguments->png, "File for the grid as a heat map");
  command->add_flag("--json", arguments->json, "Print JSON instead of the grid");
  command->footer("Example:\n  natbed matrix --trials 100 --out results");
  command->callback([arguments, status] { *status = run(*arguments); });
}

}  // namespace natbed
