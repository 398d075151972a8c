#include "scenarios/matrix.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

// One of a few words, the first of which is the default.
template <class Value>
void add_choice(CLI::App* command, const std::string& name, Value* value, const std::string& what,
                const std::vector<std::pair<std::string, Value>>& words) {
  std::vector<std::string> names;
  for (const auto& [word, meaning] : words) names.push_back(word);
  command
      ->add_option_function<std::string>(
          name,
          [value, words](const std::string& text) {
            for (const auto& [word, meaning] : words) {
              if (word == text) *value = meaning;
            }
          },
          what)
      ->check([names](const std::string& text) -> std::string {
        if (std::ranges::find(names, text) != names.end()) return {};
        return fmt::format("expected {}, and found \"{}\"", fmt::join(names, " or "), text);
      })
      ->option_text(fmt::format("{} [{}]", fmt::join(names, "|"), names.front()));
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
  add_choice<FilterScope>(
      command, "--filter-scope", &options.filter_scope,
      "Filters belong to the internal endpoint or the mapping",
      {{"internal", FilterScope::kInternalEndpoint}, {"mapping", FilterScope::kMapping}});
  add_choice<ReplyMapping>(
      command, "--reply-mapping", &options.reply_mapping, "Through which mapping replies leave",
      {{"selected", ReplyMapping::kSelected}, {"admitting", ReplyMapping::kAdmitting}});
  command->add_option("--out", options.out,
                      "Directory for results.jsonl, summary.json, summary.csv");
  add_png(command, &arguments->png, "File for the grid as a heat map");
  command->add_flag("--json", arguments->json, "Print JSON instead of the grid");
  command->footer(example({"matrix --trials 100 --out results"}));
  command->callback([arguments, status] { *status = run(*arguments); });
}

}  // namespace natbed
