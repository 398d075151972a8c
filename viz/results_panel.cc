// Paths that are up, and the results that the script recorded.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "viz/map_view.h"
#include "viz/panels.h"

namespace natbed::viz {
namespace {

using Json = nlohmann::ordered_json;

std::string value_text(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{:.6g}", value.get<double>());
  return value.dump();
}

void draw_path(Column& column, const RunModel& model, const PathSpan& path) {
  const Rect line = column.next(38);
  if (line.empty()) return;
  Canvas& canvas = column.canvas();
  const Color color = color_of_path(model, path);
  canvas.rounded({line.x, line.y + 4, 4, line.height - 8}, 2, color);
  canvas.text({line.x + 14, line.y + 1, line.width - 90, 19}, ends_of(model, path),
              {13, kText, Align::kLeft, Face::kBold});
  if (path.round_trip > Duration::zero()) {
    canvas.text({line.x, line.y + 1, line.width, 19}, milliseconds(path.round_trip),
                {13, kText, Align::kRight});
  }
  const std::string how =
      path.relay_name.empty() ? to_string(path.kind) : "relayed by " + path.relay_name;
  canvas.text({line.x + 14, line.y + 19, line.width - 110, 17}, how, {12, mix(kDim, color, 0.6f)});
  canvas.text({line.x, line.y + 19, line.width, 17},
              fmt::format("since {:.3f} s", path.start.as_seconds()), {11, kDim, Align::kRight});
}

void draw_fields(Column& column, const Json& record) {
  for (const auto& [key, value] : record.items()) {
    const Rect line = column.next(20);
    if (line.empty()) return;
    column.canvas().text({line.x, line.y, line.width * 0.4f, line.height}, key, {12, kDim});
    column.canvas().text({line.x + line.width * 0.4f, line.y, line.width * 0.6f, line.height},
                         value_text(value), {12, kText, Align::kRight, Face::kBold});
  }
}

std::string one_line(const std::string& text) {
  const Json record = Json::parse(text, nullptr, false);
  if (!record.is_object()) return text;
  std::string line;
  for (const auto& [key, value] : record.items()) {
    // Spaces that do not break keep a value with its key, and the dot with what it ends.
    const char* gap = line.empty() ? "" : "\u00a0\u00a0·  ";
    line += fmt::format("{}{}\u00a0{}", gap, key, value_text(value));
  }
  return line;
}

}  // namespace

std::string ends_of(const RunModel& model, const PathSpan& path) {
  const std::string& host = model.topology().node(path.host).name;
  const bool turned = path.peer.valid() && path.peer < path.host;
  return fmt::format("{} ↔ {}", turned ? path.peer_name : host, turned ? host : path.peer_name);
}

void draw_paths_panel(Column& column, const RunModel& model, const SceneState& state) {
  const std::vector<const PathSpan*> paths = model.machines().ways_at(state.now);
  column.heading(paths.empty() ? "No path is up" : fmt::format("Paths up: {}", paths.size()));
  // Results and one line of rest stay in sight.
  const float reserve = model.records().empty() ? 24 : 150;
  const size_t fit = static_cast<size_t>(std::max(0.0f, (column.room() - reserve) / 38));
  for (size_t i = 0; i < std::min(fit, paths.size()); ++i) draw_path(column, model, *paths[i]);
  if (paths.size() > fit) column.line(fmt::format("and {} more", paths.size() - fit), {12, kDim});
}

void draw_past_panel(Column& column, const RunModel& model, const SceneState& state) {
  const std::vector<const PathSpan*> past = model.machines().past_paths(state.now);
  constexpr float kLine = 20, kLeast = 80;  // pixels
  constexpr size_t kMost = 6;
  if (past.empty() || column.room() < kLeast) return;
  column.space(12);
  column.heading("Earlier paths");
  for (size_t i = past.size() > kMost ? past.size() - kMost : 0; i < past.size(); ++i) {
    const Rect line = column.next(kLine);
    if (line.empty()) return;
    const PathSpan& path = *past[i];
    column.canvas().rounded({line.x, line.y + 3, 4, line.height - 6}, 2,
                            color_of_path(model, path));
    column.canvas().text({line.x + 14, line.y, line.width - 134, line.height}, describe(path),
                         {12, kText});
    column.canvas().text(
        line, fmt::format("{:.2f}–{:.2f} s", path.start.as_seconds(), path.end.as_seconds()),
        {11, kDim, Align::kRight});
  }
}

void draw_results_panel(Column& column, const RunModel& model, const SceneState& state) {
  const auto begun = [&](const Saying& record) { return record.at <= state.now; };
  const auto& records = model.records();
  const auto count = static_cast<size_t>(std::ranges::count_if(records, begun));
  if (count == 0) return;
  column.space(12);
  column.heading(count == 1 ? "Result" : fmt::format("Results: {}", count));
  if (count == 1) {
    const Json record = Json::parse(records[0].text, nullptr, false);
    if (record.is_object()) return draw_fields(column, record);
  }
  // The newest that fit as a whole, oldest first.
  constexpr TextStyle kRecord{12, kText};
  constexpr float kGap = 5;  // pixels
  std::vector<std::string> lines;
  float used = 0;
  for (size_t i = count; i > 0; --i) {
    std::string line = one_line(records[i - 1].text);
    used += column.paragraph_height(line, kRecord) + kGap;
    if (used > column.room()) break;
    lines.push_back(std::move(line));
  }
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    column.paragraph(*line, kRecord);
    column.space(kGap);
  }
}

}  // namespace natbed::viz
