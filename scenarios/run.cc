#include "scenarios/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "scenarios/results_writer.h"
#include "scenarios/script_trial.h"
#include "scenarios/suggest.h"
#include "scenarios/trace_outputs.h"
#include "scenarios/trial_pool.h"

namespace natbed {
namespace {

Result<CompiledScript> read_script(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return Error{fmt::format("cannot read the script {}: it is a directory", path.string())};
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
    Result<Trial> trial = run_any(spec);
    if (trial) return trial;
    return Error{trial.error().message +
                 "\nagain: " + repeat_command(*report_, spec.cell, spec.seed)};
  }

 private:
  Result<Trial> run_any(const TrialSpec& spec) {
    if (is_sweep_)
      return trial_.run_cell(spec, report_->axes, report_->cells[spec.cell].at, nullptr);
    Result<ScriptTrial::Outcome> outcome = trial_.run(spec, nullptr);
    if (!outcome) return outcome.error();
    if (outcome->sweep)
      return Error{"the script returned a sweep in a later trial, but not in the first"};
    return std::move(outcome->trial);
  }

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
  Status check_settings(const ScriptTrial& trial) const;

  const RunOptions& options_;
  CompiledScript script_;
  std::optional<SweepPlan> plan_;
  bool is_sweep_ = false;
  Report report_;
};

Result<Report> ScriptRun::run() {
  ScriptTrial trial(&script_, &options_.set);
  Result<TraceOutputs> outputs = TraceOutputs::open(options_);
  if (!outputs) return outputs.error();
  Result<Trial> first = run_first(trial, *outputs);
  // Whatever came of the trial, its trace is whole: it is wanted most when something failed.
  const Status written = outputs->close();
  if (!first) return first.error();
  if (const Status s = check_settings(trial); !s) return s.error();
  if (!written) return written.error();

  report_ = plan_->empty_report();
  report_.script = options_.script.string();
  report_.set = options_.set;
  report_.trace_hash = outputs->hash();
  report_.trials[0] = std::move(*first);
  const Status rest = run_trials(*plan_, 1, *this, {options_.jobs, options_.progress}, report_);
  if (!rest) return rest.error();
  summarise(report_);
  if (!options_.out.empty()) {
    if (const Status s = write_results(report_, options_.out); !s) return s.error();
  }
  return std::move(report_);
}

// The first trial is run with the trace's outputs. Whether the script is a sweep is known once it
// has run.
Result<Trial> ScriptRun::run_first(ScriptTrial& trial, TraceOutputs& outputs) {
  plan_.emplace(options_.seed, std::vector<Axis>(), std::max(1u, options_.trials));
  Result<ScriptTrial::Outcome> outcome = trial.run(plan_->trial(0), outputs.sink());
  if (!outcome) return outcome.error();
  if (!outcome->sweep) return std::move(outcome->trial);
  if (const Status s = plan_sweep(std::move(*outcome->sweep)); !s) return s.error();
  return trial.go_on_in_cell(plan_->trial(0), plan_->axes(), plan_->cell(0));
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
