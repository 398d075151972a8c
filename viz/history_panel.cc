// What went wrong so far and what the script said about it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "viz/panels.h"

namespace natbed::viz {

void draw_drops_panel(Column& column, const RunModel& model, const SceneState& state) {
  std::array<size_t, kDropReasonCount> counts = {};
  const auto drops = model.flights().drops_between(Instant(), state.now + Duration::nanoseconds(1));
  for (const Drop& drop : drops) ++counts[static_cast<size_t>(drop.reason)];
  constexpr float kHeading = 60;  // pixels: a heading and a line
  if (drops.empty() || column.room() < kHeading) return;
  column.space(12);
  column.heading(fmt::format("Packets dropped so far: {}", drops.size()));
  std::vector<DropReason> reasons;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) reasons.push_back(static_cast<DropReason>(i));
  }
  const auto count = [&](DropReason reason) { return counts[static_cast<size_t>(reason)]; };
  std::ranges::stable_sort(reasons, std::greater<>(), count);
  size_t left = drops.size();
  for (DropReason reason : reasons) {
    constexpr float kEntry = 56;  // pixels: a line and two of explanation
    constexpr float kRest = 20;
    const bool last = count(reason) == left;
    if (column.room() < kEntry + (last ? 0 : kRest)) {
      column.line(fmt::format("and {} for other reasons", left), {12, kDim}, kRest);
      return;
    }
    left -= count(reason);
    column.line(fmt::format("✕ {} × {}", to_string(reason), count(reason)),
                {12, mix(kText, kDropped, 0.6f), Align::kLeft, Face::kBold}, 20);
    column.paragraph(explain(reason), {12, kDim});
    column.space(6);
  }
}

void draw_notes_panel(Column& column, const RunModel& model, const SceneState& state) {
  std::vector<const Saying*> said;
  for (const auto* sayings : {&model.notes(), &model.faults()}) {
    for (const Saying& one : *sayings) {
      if (one.at <= state.now && !one.text.empty()) said.push_back(&one);
    }
  }
  std::ranges::sort(said, {}, [](const Saying* one) { return one->place; });
  constexpr float kLeast = 60;  // pixels: a heading and a line
  if (said.empty() || column.room() < kLeast) return;
  column.space(12);
  column.heading("Notes and faults");
  const auto words = [&](const Saying& one) {
    const bool fault = model.topology().knows(one.node);
    return fault ? fmt::format("{}: {}", model.topology().node(one.node).name, one.text) : one.text;
  };
  // The newest that fit, oldest first.
  size_t first = said.size();
  for (float used = 0; first > 0; --first) {
    used += column.entry_height(words(*said[first - 1]), {12});
    if (used > column.room()) break;
  }
  for (size_t i = first; i < said.size(); ++i) {
    const Color color = model.topology().knows(said[i]->node) ? kFault : kText;
    column.entry(fmt::format("{:.3f}", said[i]->at.as_seconds()), words(*said[i]), {12, color});
  }
}

}  // namespace natbed::viz
