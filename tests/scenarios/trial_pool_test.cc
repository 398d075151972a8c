#include "scenarios/trial_pool.h"

#include <gtest/gtest.h>

#include <string>

namespace natbed {
namespace {

// Records which trial it was; fails from trial `fails_from` on.
class Numbering final : public TrialRunner {
 public:
  explicit Numbering(uint32_t fails_from) : fails_from_(fails_from) {}
  Result<Trial> run(const TrialSpec& spec) override {
    if (spec.index >= fails_from_) return Error{"trial " + std::to_string(spec.index)};
    Record record;
    record.set("index", int64_t{spec.index});
    Trial trial{spec.cell, spec.index, spec.seed, Instant(), {}, {}};
    trial.records.push_back(std::move(record));
    return trial;
  }

 private:
  uint32_t fails_from_;
};

class NumberingFactory final : public TrialRunnerFactory {
 public:
  explicit NumberingFactory(uint32_t fails_from) : fails_from_(fails_from) {}
  std::unique_ptr<TrialRunner> make() override { return std::make_unique<Numbering>(fails_from_); }

 private:
  uint32_t fails_from_;
};

TEST(TrialPool, MergesInTrialOrder) {
  for (const unsigned jobs : {1u, 3u, 16u}) {
    const SweepPlan plan(1, {}, 100);
    Report report = plan.empty_report();
    NumberingFactory factory(1000);
    ASSERT_TRUE(run_trials(plan, 0, factory, {jobs, nullptr}, report));
    for (uint32_t i = 0; i < 100; ++i) {
      EXPECT_EQ(report.trials[i].index, i);
      EXPECT_EQ(report.trials[i].seed, plan.trial(i).seed);
    }
  }
}

TEST(TrialPool, StopsWhenItIsToldTo) {
  // From inside of trial 20, as a signal would.
  struct Stopping final : TrialRunner, TrialRunnerFactory {
    std::atomic<bool> stop = false;
    Result<Trial> run(const TrialSpec& spec) override {
      if (spec.index == 20) stop = true;
      return Trial{spec.cell, spec.index, spec.seed, Instant(), {}, {}};
    }
    std::unique_ptr<TrialRunner> make() override {
      struct Lent final : TrialRunner {
        explicit Lent(Stopping* owner) : owner_(owner) {}
        Result<Trial> run(const TrialSpec& spec) override { return owner_->run(spec); }
        Stopping* owner_;
      };
      return std::make_unique<Lent>(this);
    }
  } runner;
  const SweepPlan plan(1, {}, 100);
  Report report = plan.empty_report();
  const Status run = run_trials(plan, 0, runner, {1, nullptr, &runner.stop}, report);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().message, kInterrupted);
  ASSERT_EQ(report.trials.size(), 21u);
  EXPECT_EQ(report.trials[20].seed, plan.trial(20).seed);
}

TEST(TrialPool, LeavesTheFirstTrialsAlone) {
  const SweepPlan plan(1, {}, 10);
  Report report = plan.empty_report();
  NumberingFactory factory(1000);
  ASSERT_TRUE(run_trials(plan, 4, factory, {2, nullptr}, report));
  EXPECT_TRUE(report.trials[3].records.empty());
  EXPECT_FALSE(report.trials[4].records.empty());
}

TEST(TrialPool, ReportsTheEarliestErrorAndKeepsTheTrialsBeforeIt) {
  for (const unsigned jobs : {1u, 2u, 8u}) {
    const SweepPlan plan(1, {}, 500);
    Report report = plan.empty_report();
    NumberingFactory factory(37);
    const Status status = run_trials(plan, 0, factory, {jobs, nullptr}, report);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message, "trial 37") << jobs << " workers";
    ASSERT_EQ(report.trials.size(), 37u) << jobs << " workers";
    EXPECT_FALSE(report.trials[36].records.empty());
  }
}

}  // namespace
}  // namespace natbed
