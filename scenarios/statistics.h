// Statistics of trials: proportions with their Wilson interval, times as quantiles.
//
// Success is never printed as a bare percentage: 9 of 10 and 900 of 1000 are different findings.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace natbed {

struct Interval {
  double low = 0, high = 1;
};

// `successes` of `trials`. REQUIRES: successes <= trials.
struct Proportion {
  uint64_t successes = 0;
  uint64_t trials = 0;

  void add(bool success) { successes += success, ++trials; }
  double value() const;  // 0 without trials
  // The 95 % score interval of Wilson (JASA 22, 1927), which stays inside [0, 1] and is honest at 0
  // and 1 where the textbook's p ± 1.96 s is not. [0, 1] without trials.
  Interval wilson95() const;
  bool operator==(const Proportion&) const = default;
};

// Nearest-rank quantiles of a sample: the p-th percentile is the smallest value that at least p
// percent of the sample do not exceed. So a quantile is always a time that some trial took, never a
// mean of two.
struct Quantiles {
  uint64_t count = 0;
  double p50 = 0, p90 = 0, p99 = 0;
  double min = 0, max = 0;
};
Quantiles quantiles_of(std::vector<double> sample);
// REQUIRES: `sorted` is sorted and not empty, 0 < percent <= 100.
double percentile(std::span<const double> sorted, uint32_t percent);

}  // namespace natbed
