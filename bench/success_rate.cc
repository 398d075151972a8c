// Success percentages per pair of NATs and technique: the table that a strategy is judged by.
//
// One grid for each technique, callers in rows, called in columns; each cell is the share of trials
// that connected. Equal seeds print equal bytes. `--json` prints the sweep's summary instead, with
// intervals and times.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "scenarios/report_table.h"
#include "scenarios/results_writer.h"
#include "scenarios/run.h"

namespace natbed {
namespace {

const Proportion& success(const Cell& cell) {
  for (const Summary& summary : cell.summaries) {
    if (summary.key == "ok") return summary.proportion;
  }
  check_failed("a cell without ok", __FILE__, __LINE__, "success_rate.lua records it");
}

std::string grids(const Report& report) {
  size_t with = 0, a = 0, b = 0;  // places of the axes
  for (size_t i = 0; i < report.axes.size(); ++i) {
    if (report.axes[i].name == "with") with = i;
    if (report.axes[i].name == "a") a = i;
    if (report.axes[i].name == "b") b = i;
  }
  std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>>
      rows;  // technique, caller
  for (const Cell& cell : report.cells) {
    rows[{to_text(cell.at[with]), to_text(cell.at[a])}][to_text(cell.at[b])] =
        fmt::format("{:.0f}", success(cell).value() * 100);
  }
  std::string text;
  for (const Value& technique : report.axes[with].values) {
    std::vector<std::vector<std::string>> table = {{to_text(technique) + " %"}};
    for (const Value& called : report.axes[b].values) table[0].push_back(to_text(called));
    for (const Value& caller : report.axes[a].values) {
      const auto& row = rows.at({to_text(technique), to_text(caller)});
      table.push_back({to_text(caller)});
      for (const Value& called : report.axes[b].values)
        table.back().push_back(row.at(to_text(called)));
    }
    text += aligned(table) + "\n";
  }
  return text;
}

int run(int argc, char** argv) {
  RunOptions options;
  options.script = NATBED_SOURCE_DIR "/bench/success_rate.lua";
  bool json = false;
  CLI::App app{"Success percentages per pair of NATs and technique", "success_rate"};
  app.add_option("--trials", options.trials, "Trials per pair and technique (default: 20)");
  app.add_option("--seed", options.seed, "Seed of all randomness")->capture_default_str();
  app.add_option("--jobs", options.jobs, "Threads (default: one per core)");
  app.add_flag("--json", json, "Print summary.json instead of tables");
  CLI11_PARSE(app, argc, argv);

  const auto report = run_script(options);
  if (!report) {
    fmt::print(stderr, "success_rate: {}\n", report.error().message);
    return 1;
  }
  if (report->broken_off) {
    fmt::print(stderr, "success_rate: {}\n", report->broken_off->error.message);
    return 1;
  }
  fmt::print("{}", json ? summary_json(*report) : grids(*report));
  return 0;
}

}  // namespace
}  // namespace natbed

int main(int argc, char** argv) { return natbed::run(argc, argv); }
