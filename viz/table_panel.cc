// Panels of what is selected: the live table of a NAT, the words of a host.
#include <fmt/format.h>

#include <algorithm>

#include "viz/map_view.h"
#include "viz/panels.h"

namespace natbed::viz {

namespace {

std::string protocol_name(Protocol protocol) {
  std::string name = to_string(protocol);
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

std::string remote_text(const Endpoint& remote) {
  if (remote.ip.is_unspecified()) return "any remote";
  return "bound to " + (remote.port == 0 ? remote.ip.to_string() : remote.to_string());
}

void draw_timer(Canvas& canvas, const Rect& box, const TableRow& row, Instant now) {
  const double whole = std::max(row.lifetime().as_seconds(), 1e-9),
               left = (row.expires - now).as_seconds();
  const float part = static_cast<float>(std::clamp(left / whole, 0.0, 1.0));
  const Color color = mix(kDropped, color_of(PathKind::kDirect), std::min(1.0f, part * 1.6f));
  canvas.rounded(box, box.height / 2, kTrack);
  canvas.rounded({box.x, box.y, std::max(box.width * part, box.height), box.height}, box.height / 2,
                 color);
}

void draw_row(Column& column, const TableRow& row, Instant now) {
  const Rect box = column.next(64);
  if (box.empty()) return;
  Canvas& canvas = column.canvas();
  canvas.rounded({box.x, box.y, box.width, 58}, 6, kTrack.faded(0.55f));
  const Rect in = Rect{box.x, box.y, box.width, 58}.inset(8);
  const float badge = 40;
  canvas.text({in.x, in.y, badge, 16}, protocol_name(row.protocol),
              {11, kAccent, Align::kLeft, Face::kBold});
  const Rect words{in.x + badge, in.y, in.width - badge, 16};
  canvas.text(words, fmt::format("{} → {}", row.internal.to_string(), row.external.to_string()),
              {11, kText, Align::kLeft, Face::kMono});
  canvas.text({words.x, in.y + 16, words.width, 14}, remote_text(row.remote),
              {11, kDim, Align::kLeft, Face::kMono});
  draw_timer(canvas, {words.x, in.y + 35, words.width - 64, 6}, row, now);
  canvas.text({words.x, in.y + 30, words.width, 16},
              fmt::format("{:.1f} s", (row.expires - now).as_seconds()),
              {11, kText, Align::kRight});
}

}  // namespace

void draw_table_panel(Column& column, const RunModel& model, const SceneState& state) {
  const Node& node = model.topology().node(state.selected);
  const std::vector<TableRow> rows = model.tables().rows(state.selected, state.now);
  column.heading(node.detail.empty() ? node.name : fmt::format("{} — {}", node.name, node.detail));
  for (const Attachment* a : model.topology().attached(state.selected, state.now)) {
    column.line(fmt::format("{} {} in {}", a->outside ? "outside" : "inside",
                            a->address.to_string(), model.topology().realm(a->realm).name),
                {12, kDim});
  }
  column.space(8);
  column.line(
      rows.size() == 1 ? "1 row in its table" : fmt::format("{} rows in its table", rows.size()),
      {12, kText, Align::kLeft, Face::kBold}, 24);
  const size_t fit = static_cast<size_t>(std::max(0.0f, (column.room() - 20) / 64));
  // Rows expire while one looks on: the last stays in sight.
  const size_t first = rows.empty() ? 0 : std::min(state.scroll, rows.size() - 1);
  const size_t end = std::min(first + fit, rows.size());
  for (size_t i = first; i < end; ++i) draw_row(column, rows[i], state.now);
  if (rows.size() > end - first) {
    column.line(fmt::format("rows {}–{} of {}; the wheel moves them", first + 1, end, rows.size()),
                {12, kDim});
  }
}

namespace {

// A server tells nothing of itself, but others tell which of their paths lead through it.
void draw_routes_of(Column& column, const RunModel& model, const SceneState& state) {
  size_t count = 0;
  for (const PathSpan* path : model.machines().ways_at(state.now)) {
    if (path->relay != state.selected) continue;
    ++count;
    column.line(ends_of(model, *path) + ", " + milliseconds(path->round_trip),
                {12, color_of_path(model, *path), Align::kLeft, Face::kBold}, 22);
  }
  if (count == 0) column.line("No path leads through it now.", {12, kDim});
}

}  // namespace

void draw_host_panel(Column& column, const RunModel& model, const SceneState& state) {
  constexpr TextStyle kEntry{12, kText};
  const Node& node = model.topology().node(state.selected);
  column.heading(node.name);
  for (const Attachment* a : model.topology().attached(state.selected, state.now)) {
    column.line(
        fmt::format("{} in {}", a->address.to_string(), model.topology().realm(a->realm).name),
        {12, kDim});
  }
  for (const PathSpan* path : model.machines().paths_of(state.selected, state.now)) {
    column.line(describe(*path), {12, color_of(path->kind), Align::kLeft, Face::kBold}, 22);
  }
  column.space(8);
  const std::vector<const Told*> told = model.machines().told_by(state.selected, state.now);
  if (told.empty() && node.role == Role::kRelay) return draw_routes_of(column, model, state);
  if (told.empty()) {
    const bool peer = node.role == Role::kPeer;
    return column.line(peer ? "It has told nothing yet." : "A server: it answers when asked.",
                       {12, kDim});
  }
  size_t first = told.size();
  for (float used = 0; first > 0; --first) {
    used += column.entry_height(describe(told[first - 1]->event), kEntry);
    if (used > column.room()) break;
  }
  for (size_t i = first; i < told.size(); ++i) {
    column.entry(fmt::format("{:.3f}", told[i]->at.as_seconds()), describe(told[i]->event), kEntry);
  }
}

}  // namespace natbed::viz
