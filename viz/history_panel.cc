// What went wrong so far and what the script said about it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "viz/panels.h"

namespace natbed::viz {

void draw_drops_panel(Column& column, const RunModel& model, const SceneState& state) {
  std::array<size_t, kDropReasonCount> counts = {};
  const auto drops = model.flights().drops_between(Instant(), state.now + Duration::nanoseconds(1));
  for (const Drop& drop : drops) ++counts[static_cast<size_t>(drop.reason)];
  if (drops.empty()) return;
  column.space(12);
  column.heading(fmt::format("Packets dropped so far: {}", drops.size()));
  for (size_t i = 0; i < counts.size(); ++i) {
    constexpr float kEntry = 56;  // pixels: a line and two of explanation
    if (counts[i] == 0 || column.room() < kEntry) continue;
    const auto reason = static_cast<DropReason>(i);
    column.line(fmt::format("✕ {} × {}", to_string(reason), counts[i]),
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
  std::ranges::stable_sort(said, {}, [](const Saying* one) { return one->at; });
  constexpr float kLine = 19, kHeading = 60;
  if (said.empty() || column.room() < kHeading) return;
  column.space(12);
  column.heading("Notes and faults");
  const size_t fit = static_cast<size_t>(std::max(1.0f, column.room() / kLine));
  for (size_t i = said.size() > fit ? said.size() - fit : 0; i < said.size(); ++i) {
    const bool fault = model.topology().knows(said[i]->node);
    const Rect line = column.next(kLine);
    const std::string words =
        fault ? fmt::format("{}: {}", model.topology().node(said[i]->node).name, said[i]->text)
              : said[i]->text;
    column.canvas().text({line.x, line.y, 66, line.height},
                         fmt::format("{:.3f}", said[i]->at.as_seconds()),
                         {11, kDim, Align::kLeft, Face::kMono});
    column.canvas().text({line.x + 66, line.y, line.width - 66, line.height}, words,
                         {12, fault ? kFault : kText});
  }
}

}  // namespace natbed::viz
