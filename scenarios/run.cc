#include "scenarios/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "base/suggest.h"
#include "scenarios/results_writer.h"
#include "scenarios/script_trial.h"
#include "scenarios/trace_outputs.h"
#include "scenarios/trial_pool.h"

namespace natbed {
namespace {

Result<CompiledScript> read_script(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return Error{fmt::format("cannot read the script {}: it is a directory", path.string())};
  }
  constexpr uintmax_t kMost = 64 << 20;  // bytes; /dev/zero would have no end
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return Error{fmt::format("cannot read the script {}: it is no file", path.string())};
  }
  if (const uintmax_t size = std::filesystem::file_size(path, error); !error && size > kMost) {
    return Error{fmt::format("cannot read the script {}: it has {} bytes, at most {} are read",
                             path.string(), size, kMost)};
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream source;
  source << file.rdbuf();
  if (!file) {
    return Error{fmt::format("cannot read the script {}: {}", path.string(), std::strerror(errno))};
  }
  return compile_script(path.filename().string(), source.str());
}

// Of a script, or of one cell of its sweep.
class ScriptRunner final : public TrialRunner {
 public:
  // `report` is the one that is being filled: its axes, cells and settings do not change any more.
  ScriptRunner(const CompiledScript* script, const Report* report, bool is_sweep)
      : report_(report), is_sweep_(is_sweep), trial_(script, &report->set) {}

  Result<Trial> run(const TrialSpec& spec) override {
    if (is_sweep_)
      return trial_.run_cell(spec, report_->axes, report_->cells[spec.cell].at, nullptr);
    Result<ScriptTrial::Outcome> outcome = trial_.run(spec, nullptr);
    if (!outcome) return outcome.error();
    if (outcome->sweep)
      return Error{"the script returned a sweep in a later trial, but not in the first"};
    return std::move(outcome->trial);
  }

 private:
  const Report* report_;
  bool is_sweep_;
  ScriptTrial trial_;
};

class ScriptRun final : public TrialRunnerFactory {
 public:
  ScriptRun(const RunOptions& options, CompiledScript script)
      : options_(options), script_(std::move(script)) {}

  Result<Report> run();

 private:
  std::unique_ptr<TrialRunner> make() override {
    return std::make_unique<ScriptRunner>(&script_, &report_, is_sweep_);
  }
  Result<Trial> run_first(ScriptTrial& trial, TraceOutputs& outputs);
  Status plan_sweep(SweepRequest request);
  void name(Report& report) const;
  Error of_first(const Error& error) const;
  Status check_settings(const ScriptTrial& trial) const;

  const RunOptions& options_;
  CompiledScript script_;
  std::optional<SweepPlan> plan_;
  bool is_sweep_ = false;
  Report report_;
};

Result<Report> ScriptRun::run() {
  if (!options_.out.empty()) {
    if (const Status s = prepare_results(options_.out); !s) return s.error();
  }
  ScriptTrial trial(&script_, &options_.set);
  Result<TraceOutputs> outputs = TraceOutputs::open(options_);
  if (!outputs) return outputs.error();
  Result<Trial> first = run_first(trial, *outputs);
  // A slip in the settings or the topology shows before time begins to pass. It leaves no trace, so
  // that one which stands there from an earlier run is not lost to it.
  if (!first && trial.world().now() == Instant()) return first.error();
  if (first) {
    if (const Status s = check_settings(trial); !s) return s.error();
  }
  // Whatever came of the trial, its trace is whole: it is wanted most when something failed.
  std::vector<Error> unwritten = outputs->close();
  if (!first) {
    for (const Error& error : unwritten)
      first = Error{first.error().message + "\n" + error.message};
    return first.error();
  }

  report_ = plan_->empty_report();
  name(report_);
  report_.unwritten = std::move(unwritten);
  report_.trace_hash = outputs->hash();
  report_.trials[0] = std::move(*first);
  const Status rest =
      run_trials(*plan_, 1, *this, {options_.jobs, options_.progress, options_.stop}, report_);
  if (!rest) {
    const TrialSpec at = plan_->trial(report_.trials.size());
    report_.broken_off = BrokenOff{plan_->size(), at.cell, at.index, at.seed, rest.error()};
  }
  summarise(report_);
  if (!options_.out.empty()) {
    if (const Status s = write_results(report_, options_.out); !s)
      report_.unwritten.push_back(s.error());
  }
  return std::move(report_);
}

// The first trial is run with the trace's outputs. Whether the script is a sweep is known once it
// has run.
Result<Trial> ScriptRun::run_first(ScriptTrial& trial, TraceOutputs& outputs) {
  plan_.emplace(options_.seed, std::vector<Axis>(), std::max(1u, options_.trials));
  Result<ScriptTrial::Outcome> outcome = trial.run(plan_->trial(0), outputs.sink());
  if (!outcome) return of_first(outcome.error());
  if (!outcome->sweep) return std::move(outcome->trial);
  if (const Status s = plan_sweep(std::move(*outcome->sweep)); !s) return s.error();
  Result<Trial> first = trial.go_on_in_cell(plan_->trial(0), plan_->axes(), plan_->cell(0));
  if (!first) return of_first(first.error());
  return first;
}

// What of a report is known before any trial.
void ScriptRun::name(Report& report) const {
  report.program = options_.program;
  report.script = options_.script.string();
  report.set = options_.set;
}

// The error of the first trial; one among many is repeated alone.
Error ScriptRun::of_first(const Error& error) const {
  if (plan_->size() == 1) return error;
  Report none;
  name(none);
  none.axes = plan_->axes();
  none.cells.push_back({plan_->cell(0), 0, {}});
  return again(error, none, 0, plan_->trial(0).seed);
}

Status ScriptRun::plan_sweep(SweepRequest request) {
  for (const auto& [name, value] : options_.set) {
    const Result<bool> narrowed = narrow_axis(request.axes, name, value);
    if (!narrowed) return narrowed.error();
  }
  plan_.emplace(options_.seed, std::move(request.axes),
                options_.trials ? options_.trials : request.trials);
  is_sweep_ = true;
  if (plan_->size() > kMostTrials) return Error{too_many_trials()};
  return ok();
}

// A setting that nothing asked for is a slip of the fingers.
Status ScriptRun::check_settings(const ScriptTrial& trial) const {
  std::vector<std::string_view> known(trial.parameters().begin(), trial.parameters().end());
  for (const Axis& axis : plan_->axes()) known.push_back(axis.name);
  for (const auto& [name, value] : options_.set) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string what = fmt::format("--set {}={}: ", name, value);
    if (known.empty()) return Error{what + script_.name + " has no parameters"};
    return Error{what + unknown_word("parameter", name, known)};
  }
  return ok();
}

}  // namespace

Result<Report> run_script(const RunOptions& options) {
  Result<CompiledScript> script = read_script(options.script);
  if (!script) return script.error();
  return ScriptRun(options, std::move(*script)).run();
}

}  // namespace natbed
