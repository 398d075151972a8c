#include "scenarios/sweep_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/rng.h"
#include "base/suggest.h"
#include "nat_models/profiles.h"

namespace natbed {
namespace {

// Seeds that were derived stay below 2^53, so that any reader of JSON keeps all their digits.
constexpr int kSeedBits = 53;

std::string to_text_of(const Value& value) { return to_text(value); }

bool is_nat_name(const std::string& word) { return find_profile(word) != nullptr; }

// The value that `word` means on an axis: one of its own; on an axis of numbers any number; on an
// axis of NATs any preset. Another text would be a slip that no script notices.
Result<Value> value_on(const Axis& axis, const std::string& word) {
  const auto own = std::ranges::find(axis.values, word, to_text_of);
  if (own != axis.values.end()) return *own;
  std::vector<std::string> texts(axis.values.size());
  std::ranges::transform(axis.values, texts.begin(), to_text_of);
  if (!std::holds_alternative<std::string>(axis.values.front())) {
    const auto [parsed, value] = parse_like(axis.values.front(), word);
    if (parsed) return value;
    return Error{fmt::format("the axis \"{}\" takes values such as {}, not \"{}\"", axis.name,
                             texts.front(), word)};
  }
  if (is_nat_name(word) && std::ranges::all_of(texts, is_nat_name)) return Value(word);
  return Error{unknown_word(fmt::format("value of the axis \"{}\":", axis.name), word, texts)};
}

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

std::string too_many_trials() {
  return fmt::format("a run has up to {} trials, and found more: a slip, or work for several runs",
                     kMostTrials);
}

Result<bool> narrow_axis(std::vector<Axis>& axes, const std::string& name,
                         const std::string& text) {
  const auto axis = std::ranges::find(axes, name, &Axis::name);
  if (axis == axes.end()) return false;
  std::vector<Value> chosen;
  // A value may hold a comma itself.
  const bool is_one = std::ranges::find(axis->values, text, to_text_of) != axis->values.end();
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = is_one ? text.size() : std::min(text.find(',', at), text.size());
    Result<Value> value = value_on(*axis, text.substr(at, comma - at));
    if (!value) return Error{fmt::format("--set {}={}: {}", name, text, value.error().message)};
    if (std::ranges::find(chosen, *value) != chosen.end()) {
      return Error{fmt::format("--set {}={}: {} stands there twice", name, text, to_text(*value))};
    }
    chosen.push_back(std::move(*value));
    at = comma + 1;
  }
  axis->values = std::move(chosen);
  return true;
}

}  // namespace natbed
