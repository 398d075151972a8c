#include "viz/view.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "cli/commands.h"
#include "cli/settings.h"
#include "scenarios/run.h"

namespace natbed {
namespace {

struct ViewArguments {
  std::filesystem::path what;  // a script or a trace
  uint64_t seed = 1;
  std::vector<std::string> set;
  std::string png, frames, matrix;
  std::optional<double> at_seconds;
  viz::ViewOptions options;
};

// Runs the script's first trial and reads the trace that it leaves in a file of our own.
Result<Trace> trace_of_script(const ViewArguments& arguments) {
  RunOptions run;
  run.script = arguments.what;
  run.seed = arguments.seed;
  run.trials = 1;
  run.program = program_name();
  run.set = parse_settings(arguments.set);
  run.trace =
      std::filesystem::temp_directory_path() / fmt::format("natbed-view-{}.trace", getpid());
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

bool is_script(const ViewArguments& arguments) { return arguments.what.extension() == ".lua"; }

Status load_matrix(ViewArguments& arguments) {
  if (arguments.matrix.empty()) return ok();
  std::ifstream file(arguments.matrix);
  if (!file)
    return Error{"cannot read " + arguments.matrix + ": expected the summary.json of a sweep"};
  std::ostringstream text;
  text << file.rdbuf();
  auto matrix = viz::matrix_from_summary(text.str());
  if (!matrix) return Error{arguments.matrix + ": " + matrix.error().message};
  arguments.options.matrix = std::move(*matrix);
  return ok();
}

int view(ViewArguments& arguments) {
  arguments.options.at_seconds = arguments.at_seconds;
  if (const Status loaded = load_matrix(arguments); !loaded) return failed(loaded.error());
  if (!arguments.png.empty()) {
    if (const Status s = can_write_png(arguments.png); !s) return failed(s.error());
  }
  const auto trace = is_script(arguments) ? trace_of_script(arguments) : read_trace(arguments.what);
  if (!trace) return failed(trace.error());
  if (!arguments.png.empty()) {
    const Status drawn = viz::render_png(*trace, arguments.options, arguments.png);
    if (!drawn) return failed(drawn.error());
    fmt::print("picture  {}\n", arguments.png);
  }
  if (!arguments.frames.empty()) {
    const auto frames = viz::render_frames(*trace, arguments.options, arguments.frames);
    if (!frames) return failed(frames.error());
    fmt::print("frames   {} in {}\n", *frames, arguments.frames);
  }
  if (!arguments.png.empty() || !arguments.frames.empty()) return 0;
  const Status shown = viz::show(*trace, arguments.options);
  return shown ? 0 : failed(shown.error());
}

}  // namespace

void add_view_command(CLI::App& app, int* status) {
  auto arguments = std::make_shared<ViewArguments>();
  viz::ViewOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand("view", "Watch a run: packets, holes, routes, NAT tables");
  command->add_option("what", arguments->what, "A scenario (.lua), or a trace from `run --trace`")
      ->required();
  add_seed(command, &arguments->seed, "Seed, for a scenario");
  add_settings(command, &arguments->set, "NAME=VALUE, for a scenario");
  add_png(command, &arguments->png, "Draw one picture into this file instead of opening a window");
  command->add_option("--frames", arguments->frames,
                      "Draw a picture per frame into this directory");
  command
      ->add_option("--at", arguments->at_seconds,
                   "Virtual second to draw (default: the most telling one)")
      ->check(number_between(0, 1e9));
  command->add_option("--matrix", arguments->matrix, "summary.json of a sweep, shown on the key M");
  command
      ->add_option("--speed", options.speed,
                   "Virtual seconds per second (default: the run lasts about 25 s)")
      ->check(number_between(1e-6, 1e9));
  command->add_option("--fps", options.frames_per_second, "Frames per second, with --frames")
      ->capture_default_str()
      ->check(CLI::Range(1u, 240u));
  command->add_option("--width", options.width, "Pixels")
      ->capture_default_str()
      ->check(CLI::Range(640u, 7680u));
  command->add_option("--height", options.height, "Pixels")
      ->capture_default_str()
      ->check(CLI::Range(400u, 4320u));
  command->footer(example({"view scenarios/two_homes.lua",
                           "run scenarios/relay_choice.lua --trace t", "view t --png routes.png"}) +
                  "\nIn the window, H lists the keys.");
  command->callback([arguments, command, status] {
    for (const char* option : {"--seed", "--set"}) {
      if (command->count(option) == 0 || is_script(*arguments)) continue;
      throw CLI::ValidationError(option, "expected with a scenario (.lua), and found with \"" +
                                             arguments->what.string() +
                                             "\", whose run is over: `run --trace` takes it");
    }
    *status = view(*arguments);
  });
}

}  // namespace natbed
