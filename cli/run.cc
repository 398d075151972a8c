#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/profiles.h"
#include "cli/settings.h"
#include "scenarios/report_table.h"
#include "scenarios/results_writer.h"
#include "scenarios/run.h"
#include "scenarios/trial_pool.h"

namespace natbed {
namespace {

// The first Ctrl-C asks for what there is so far, the second one ends the program.
std::atomic<bool> interrupted = false;
std::atomic<int64_t> interrupted_ms = 0;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int64_t>::is_always_lock_free);

// Only what a signal handler may call (signal-safety(7)).
void on_interrupt(int) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t now_ms = int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  if (interrupted.exchange(true)) {
    // timeout(1) and the like send one to the program and one to its group.
    if (now_ms - interrupted_ms < 300) return;
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
    return;
  }
  interrupted_ms = now_ms;
  constexpr char kWords[] = "\nnatbed: finishing the trials that run; Ctrl-C again ends at once\n";
  if (write(STDERR_FILENO, kWords, sizeof kWords - 1) < 0) return;
}

struct RunArguments {
  RunOptions options;
  std::vector<std::string> set, profiles;
  bool json = false;
};

int run(RunArguments& arguments) {
  if (const Status s = load_profiles(arguments.profiles); !s) return failed(s.error());
  arguments.options.program = program_name();
  arguments.options.set = parse_settings(arguments.set);
  TerminalProgress progress(stderr);
  if (isatty(STDERR_FILENO)) arguments.options.progress = &progress;

  arguments.options.stop = &interrupted;
  // Who started us to ignore it, as a shell does in the background, is obeyed.
  if (std::signal(SIGINT, on_interrupt) == SIG_IGN) std::signal(SIGINT, SIG_IGN);

  const auto report = run_script(arguments.options);
  if (!report) return failed(report.error());
  const std::string text = arguments.json ? summary_json(*report) : report_table(*report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  const std::string trace = arguments.options.trace.string();
  if (!trace.empty() && report->unwritten.empty() && !arguments.json) {
    std::printf("trace    %s   (%s view %s)\n", trace.c_str(), program_name().c_str(),
                trace.c_str());
  }
  int status = 0;
  for (const Error& error : report->unwritten) status = failed(error);
  if (const auto& broken = report->broken_off) {
    const bool by_hand = broken->error.message == kInterrupted;
    status =
        failed(by_hand ? broken->error : again(broken->error, *report, broken->cell, broken->seed));
  }
  return status;
}

}  // namespace

void add_run_command(CLI::App& app, int* status) {
  auto arguments = std::make_shared<RunArguments>();
  RunOptions& options = arguments->options;
  CLI::App* command =
      app.add_subcommand("run", "Run a scenario in virtual time and report what happened");
  command->add_option("script", options.script, "The scenario, a Lua file")->required();
  add_seed(command, &options.seed, "Seed of all randomness");
  add_settings(command, &arguments->set, "NAME=VALUE for natbed.param(), or the values of an axis");
  add_profiles(command, &arguments->profiles);
  command
      ->add_option("--trials", options.trials, "Universes per cell (default: what the script says)")
      ->check(CLI::Range(uint64_t{1}, kMostTrials));
  command->add_option("--jobs", options.jobs, "Threads (default: one per core)")
      ->check(CLI::Range(1u, 1024u));
  command->add_option("--out", options.out,
                      "Directory for results.jsonl, summary.json, summary.csv");
  command->add_option("--trace", options.trace, "File for the first trial's trace");
  command->add_option("--pcap", options.pcap, "Directory for the first trial's capture (pcapng)");
  command->add_flag("--json", arguments->json, "Print summary.json instead of a table");
  command->footer(example({"run scenarios/two_homes.lua --set bob=symmetric --trace t --pcap out",
                           "run scenarios/matrix.lua --trials 50 --out results"}));
  command->callback([arguments, status] { *status = run(*arguments); });
}

}  // namespace natbed
