// SweepPlan: which trials a run consists of, in one fixed order.
//
// Cells are the points of the grid that the axes span, the last axis moving fastest; the trials of
// a cell follow each other. Trial 0 of cell 0 runs with the run's own seed, all others with seeds
// derived from it, so a run of one trial with a printed seed and the axes set is that very trial
// again.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "scenarios/report.h"

namespace natbed {

struct TrialSpec {
  uint32_t cell = 0;
  uint32_t index = 0;
  uint64_t seed = 0;
};

class SweepPlan {
 public:
  // REQUIRES: no axis is empty, trials > 0.
  SweepPlan(uint64_t seed, std::vector<Axis> axes, uint32_t trials);

  uint64_t size() const { return uint64_t{cells_} * trials_; }
  uint32_t cells() const { return cells_; }
  TrialSpec trial(uint64_t at) const;
  std::vector<Value> cell(uint32_t cell) const;
  const std::vector<Axis>& axes() const { return axes_; }
  // The report to be filled: cells with their places on the axes, no trials yet.
  Report empty_report() const;

 private:
  uint64_t seed_;
  std::vector<Axis> axes_;
  uint32_t trials_;
  uint32_t cells_ = 1;
};

// The records of all trials stay in memory, some 570 bytes each: a plan beyond this is a slip of the
// script, or work for several runs.
inline constexpr uint64_t kMostTrials = 10'000'000;
std::string too_many_trials();

// Narrows the axis named `name` to the values in `text` ("linux" or "linux,cgnat"): values of its
// own, or any number or NAT on an axis of such. False if no axis has that name.
Result<bool> narrow_axis(std::vector<Axis>& axes, const std::string& name, const std::string& text);

}  // namespace natbed
