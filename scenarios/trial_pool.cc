#include "scenarios/trial_pool.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace natbed {
namespace {

class Pool {
 public:
  Pool(const SweepPlan& plan, uint64_t first, TrialRunnerFactory& factory,
       const std::atomic<bool>* stop, Report& report)
      : plan_(plan),
        factory_(factory),
        stop_(stop),
        report_(report),
        next_(first),
        done_(first),
        end_(plan.size()) {}

  Status run(unsigned threads, ProgressSink* progress) {
    working_ = threads;
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
    report_progress(progress);
    for (std::thread& worker : workers) worker.join();
    if (progress) progress->on_progress(plan_.size(), plan_.size());
    if (!error_) return ok();
    report_.trials.resize(error_at_);
    return *error_;
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    const std::unique_ptr<TrialRunner> runner = factory_.make();
    while (!error_ && next_ < end_) {
      const uint64_t begin = next_;
      next_ = std::min(end_, begin + kBatch);
      const uint64_t end = next_;
      lock.unlock();
      run_batch(*runner, begin, end);
      lock.lock();
      done_ += end - begin;
      changed_.notify_one();
    }
    --working_;
    changed_.notify_one();
  }

  // Stops at the first error of the batch. Earlier batches were all taken before and are finished
  // by their workers, so that the error which remains is the earliest.
  void run_batch(TrialRunner& runner, uint64_t begin, uint64_t end) {
    for (uint64_t at = begin; at < end; ++at) {
      Result<Trial> trial = stopped() ? Error{kInterrupted} : runner.run(plan_.trial(at));
      if (trial) {
        report_.trials[at] = std::move(*trial);
        continue;
      }
      const std::lock_guard lock(mutex_);
      if (!error_ || at < error_at_) error_ = trial.error(), error_at_ = at;
      return;
    }
  }

  bool stopped() const { return stop_ && stop_->load(std::memory_order_relaxed); }

  void report_progress(ProgressSink* progress) {
    std::unique_lock lock(mutex_);
    while (working_ > 0) {
      changed_.wait(lock);
      const uint64_t done = done_;
      lock.unlock();
      if (progress && done < end_) progress->on_progress(done, end_);
      lock.lock();
    }
  }

  // trials: few enough for an even end, enough to leave the lock alone.
  static constexpr uint64_t kBatch = 8;

  const SweepPlan& plan_;
  TrialRunnerFactory& factory_;
  const std::atomic<bool>* stop_;
  Report& report_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  uint64_t next_, done_;
  const uint64_t end_;
  unsigned working_ = 0;
  std::optional<Error> error_;
  uint64_t error_at_ = 0;
};

}  // namespace

Status run_trials(const SweepPlan& plan, uint64_t first, TrialRunnerFactory& factory,
                  const PoolOptions& options, Report& report) {
  const unsigned wanted =
      options.jobs ? options.jobs : std::max(1u, std::thread::hardware_concurrency());
  const uint64_t useful = std::max<uint64_t>(1, plan.size() - std::min(first, plan.size()));
  const auto threads = static_cast<unsigned>(std::min<uint64_t>(wanted, useful));
  return Pool(plan, first, factory, options.stop, report).run(threads, options.progress);
}

}  // namespace natbed
