#include "scenarios/sweep_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/rng.h"

namespace natbed {
namespace {

// Seeds that were derived stay below 2^53, so that any reader of JSON keeps all their digits.
constexpr int kSeedBits = 53;

}  // namespace

SweepPlan::SweepPlan(uint64_t seed, std::vector<Axis> axes, uint32_t trials)
    : seed_(seed), axes_(std::move(axes)), trials_(trials) {
  NATBED_CHECK(trials > 0);
  for (const Axis& axis : axes_) {
    NATBED_CHECK(!axis.values.empty());
    cells_ *= static_cast<uint32_t>(axis.values.size());
  }
}

TrialSpec SweepPlan::trial(uint64_t at) const {
  TrialSpec spec{static_cast<uint32_t>(at / trials_), static_cast<uint32_t>(at % trials_), seed_};
  if (at > 0) {
    spec.seed = Rng(seed_).fork(spec.cell).fork(spec.index).next() >> (64 - kSeedBits);
  }
  return spec;
}

std::vector<Value> SweepPlan::cell(uint32_t cell) const {
  std::vector<Value> at(axes_.size());
  for (size_t i = axes_.size(); i-- > 0;) {
    const auto width = static_cast<uint32_t>(axes_[i].values.size());
    at[i] = axes_[i].values[cell % width];
    cell /= width;
  }
  return at;
}

Report SweepPlan::empty_report() const {
  Report report;
  report.seed = seed_;
  report.axes = axes_;
  report.cells.resize(cells_);
  for (uint32_t i = 0; i < cells_; ++i) report.cells[i].at = cell(i);
  report.trials.resize(size());
  return report;
}

Result<bool> narrow_axis(std::vector<Axis>& axes, const std::string& name,
                         const std::string& text) {
  const auto axis = std::ranges::find(axes, name, &Axis::name);
  if (axis == axes.end()) return false;
  std::vector<Value> chosen;
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, comma - at);
    const auto [parsed, value] = parse_like(axis->values.front(), word);
    if (!parsed) {
      return Error{fmt::format("--set {}={}: the axis \"{}\" takes values such as {}, not \"{}\"",
                               name, text, name, to_text(axis->values.front()), word)};
    }
    chosen.push_back(value);
    at = comma + 1;
  }
  axis->values = std::move(chosen);
  return true;
}

}  // namespace natbed
