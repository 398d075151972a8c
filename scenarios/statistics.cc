#include "scenarios/statistics.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace natbed {

double Proportion::value() const {
  return trials == 0 ? 0 : static_cast<double>(successes) / static_cast<double>(trials);
}

Interval Proportion::wilson95() const {
  NATBED_CHECK(successes <= trials);
  if (trials == 0) return {};
  constexpr double kZ = 1.959963984540054;  // the 0.975 quantile of the normal distribution
  const double n = static_cast<double>(trials);
  const double p = value();
  const double scale = 1 + kZ * kZ / n;
  const double centre = (p + kZ * kZ / (2 * n)) / scale;
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n)) / scale;
  // At the ends the formula gives 0 and 1 exactly, which rounding must not spoil.
  return {successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half};
}

double percentile(std::span<const double> sorted, uint32_t percent) {
  NATBED_CHECK(!sorted.empty() && percent > 0 && percent <= 100);
  const size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[rank - 1];
}

Quantiles quantiles_of(std::vector<double> sample) {
  if (sample.empty()) return {};
  std::ranges::sort(sample);
  return {.count = sample.size(),
          .p50 = percentile(sample, 50),
          .p90 = percentile(sample, 90),
          .p99 = percentile(sample, 99),
          .min = sample.front(),
          .max = sample.back()};
}

}  // namespace natbed
