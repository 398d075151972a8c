#include "cli/trace_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/settings.h"
#include "scenarios/run.h"

namespace natbed {

void add_trace_source(CLI::App* command, TraceSource* source) {
  command->add_option("what", source->what, "A scenario (.lua), or a trace from `run --trace`")
      ->required();
  add_seed(command, &source->seed, "Seed, for a scenario");
  add_settings(command, &source->set, "NAME=VALUE, for a scenario");
}

void check_trace_source(const CLI::App& command, const TraceSource& source) {
  for (const char* option : {"--seed", "--set"}) {
    if (command.count(option) == 0 || source.is_script()) continue;
    throw CLI::ValidationError(option, "expected with a scenario (.lua), and found with \"" +
                                           source.what.string() +
                                           "\", whose run is over: `run --trace` takes it");
  }
}

Result<Trace> open_trace(const TraceSource& source) {
  if (!source.is_script()) return read_trace(source.what);
  RunOptions run;
  run.script = source.what;
  run.seed = source.seed;
  run.trials = 1;
  run.program = program_name();
  run.set = parse_settings(source.set);
  run.trace = std::filesystem::temp_directory_path() / fmt::format("natbed-{}.trace", getpid());
  const auto report = run_script(run);
  std::error_code gone;
  if (!report) {
    std::filesystem::remove(run.trace, gone);
    return report.error();
  }
  auto trace = report->unwritten.empty() ? read_trace(run.trace.string())
                                         : Result<Trace>(report->unwritten.front());
  std::filesystem::remove(run.trace, gone);
  return trace;
}

}  // namespace natbed
