// Trials on all cores, merged in trial order.
//
// Workers take trials from one counter and write each result to its own place, so that only the
// hour at which a result appears depends on the number of workers. The earliest trial in trial
// order that fails ends the run; those before it are kept, those behind it are not, whether or not
// a worker had come to them.
#pragma once

#include <atomic>
#include <memory>

#include "base/result.h"
#include "scenarios/progress.h"
#include "scenarios/report.h"
#include "scenarios/sweep_plan.h"

namespace natbed {

// One worker's means of running trials: its world, its memory. Used by one thread at a time.
class TrialRunner {
 public:
  virtual ~TrialRunner() = default;
  virtual Result<Trial> run(const TrialSpec& spec) = 0;
};

class TrialRunnerFactory {
 public:
  virtual ~TrialRunnerFactory() = default;
  virtual std::unique_ptr<TrialRunner> make() = 0;  // called from any thread, one at a time
};

struct PoolOptions {
  unsigned jobs = 0;                 // threads; 0: one per core
  ProgressSink* progress = nullptr;  // not owned
  // Set by somebody who wants no more trials: the run ends like one of which a trial failed, with
  // this as the error.
  const std::atomic<bool>* stop = nullptr;  // not owned
};
inline constexpr const char* kInterrupted = "interrupted";

// All trials of `plan` but those at places below `first`, into `report`.trials. On an error,
// which is the failed trial's, `report`.trials ends before that trial. REQUIRES: report is
// plan.empty_report().
Status run_trials(const SweepPlan& plan, uint64_t first, TrialRunnerFactory& factory,
                  const PoolOptions& options, Report& report);

}  // namespace natbed
