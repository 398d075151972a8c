#include "viz/view.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/trace_source.h"

namespace natbed {
namespace {

struct ViewArguments {
  TraceSource source;
  std::string png, frames, matrix;
  std::optional<double> at_seconds;
  viz::ViewOptions options;
};

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
  const auto trace = open_trace(arguments.source);
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
  add_trace_source(command, &arguments->source);
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
    check_trace_source(*command, arguments->source);
    *status = view(*arguments);
  });
}

}  // namespace natbed
