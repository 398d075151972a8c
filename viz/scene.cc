#include "viz/scene.h"

#include <fmt/format.h>

#include "viz/heat_map.h"
#include "viz/panels.h"

namespace natbed::viz {
namespace {

constexpr float kTitleHeight = 52, kTimelineHeight = 92, kSideWidth = 384, kSidePadding = 22;

}  // namespace

Scene::Scene(const RunModel& model, SceneTitle title, std::optional<MatrixModel> matrix, Size size)
    : model_(model),
      title_(std::move(title)),
      matrix_(std::move(matrix)),
      size_(size),
      map_{0, kTitleHeight, size.width - kSideWidth, size.height - kTitleHeight - kTimelineHeight},
      side_{size.width - kSideWidth, kTitleHeight, kSideWidth,
            size.height - kTitleHeight - kTimelineHeight},
      tree_(make_block_tree(model.topology())),
      timeline_(model, {0, size.height - kTimelineHeight, size.width, kTimelineHeight}) {}

Result<std::unique_ptr<Scene>> Scene::make(const RunModel& model, SceneTitle title,
                                           std::optional<MatrixModel> matrix, Size size) {
  if (size.width < kLeastWidth || size.height < kLeastHeight) {
    return Error{fmt::format(
        "a picture of {:.0f}×{:.0f} pixels is too small for map and panels; ask for {:.0f}×{:.0f} "
        "or more",
        size.width, size.height, kLeastWidth, kLeastHeight)};
  }
  std::unique_ptr<Scene> scene(new Scene(model, std::move(title), std::move(matrix), size));
  Result<Layout> layout =
      make_layout(scene->tree_, words_of(model), {scene->map_.width, scene->map_.height});
  if (!layout) return layout.error();
  scene->layout_ = *std::move(layout);
  scene->geometry_.emplace(model, scene->tree_, scene->layout_);
  scene->reset_camera();
  return scene;
}

void Scene::reset_camera() { camera_ = Camera(layout_.bounds, map_); }

void Scene::draw(Canvas& canvas, const SceneState& state) const {
  canvas.clear(kBackground);
  const MapContext map{model_, *geometry_, camera_, state, canvas};
  draw_ground(map);
  draw_routes(map);
  draw_traffic(map);
  draw_nodes(map);
  draw_drops(map);
  if (state.matrix) draw_matrix(canvas);
  draw_title(canvas, state);
  draw_side(canvas, state);
  timeline_.draw(canvas, state);
  if (state.help) draw_help(canvas, size_);
  canvas.flush();
}

void Scene::draw_title(Canvas& canvas, const SceneState& state) const {
  canvas.rect({0, 0, size_.width, kTitleHeight}, kPanel);
  canvas.rect({0, kTitleHeight - 1, size_.width, 1}, kPanelEdge);
  const Rect line{20, 0, size_.width - 40, kTitleHeight - 1};
  const float used = canvas.text(line, title_.scenario, {19, kText, Align::kLeft, Face::kBold});
  const std::string details = fmt::format("seed {}   ·   at {:.3f} s of {:.3f} s", title_.seed,
                                          state.now.as_seconds(), model_.end().as_seconds());
  canvas.text({line.x + used + 24, 1, line.width - used - 24, line.height}, details, {14, kDim});
  canvas.text(line, state.still ? "natbed" : "H: help", {13, kFaint, Align::kRight, Face::kBold});
}

// Over the map, since beside it the cells of nine kinds would be too small to read.
void Scene::draw_matrix(Canvas& canvas) const {
  canvas.rect(map_, kBackground);
  const Rect in = map_.inset(28);
  canvas.text({in.x, in.bottom() - 20, in.width, 20}, "M: back to the map",
              {13, kDim, Align::kRight});
  if (matrix_) return draw_matrix_page(canvas, in, *matrix_);
  Column column(canvas, in);
  column.heading("There is no success matrix to show");
  column.paragraph(
      "A sweep over two kinds of NAT has one: natbed matrix --out DIR, or natbed run "
      "scenarios/matrix.lua --out DIR. Then natbed view … --matrix DIR/summary.json shows it here.",
      {13, kText});
}

void Scene::draw_side(Canvas& canvas, const SceneState& state) const {
  canvas.rect(side_, kPanel);
  canvas.rect({side_.x, side_.y, 1, side_.height}, kPanelEdge);
  const Rect in = {side_.x + kSidePadding, side_.y + 18, side_.width - 2 * kSidePadding,
                   side_.height - 30};
  const Rect legend{in.x, in.bottom() - kLegendHeight, in.width, kLegendHeight};
  canvas.rect({side_.x, legend.y - 14, side_.width, 1}, kPanelEdge);
  draw_legend(canvas, legend);

  Column column(canvas, {in.x, in.y, in.width, in.height - kLegendHeight - 26});
  const Topology& topology = model_.topology();
  if (topology.knows(state.selected)) {
    const bool host = topology.node(state.selected).kind == NodeKind::kHost;
    return host ? draw_host_panel(column, model_, state) : draw_table_panel(column, model_, state);
  }
  draw_paths_panel(column, model_, state);
  draw_results_panel(column, model_, state);
  draw_past_panel(column, model_, state);
  draw_drops_panel(column, model_, state);
  draw_notes_panel(column, model_, state);
}

NodeId Scene::node_at(Point p, Instant t) const {
  if (!map_.contains(p)) return NodeId();
  constexpr float kSlack = 6;  // pixels around what is hit, for unsteady hands
  for (const Slot& slot : layout_.slots) {
    if (geometry_->slot(slot.stay.node, t) != &slot) continue;
    if (camera_.to_screen(slot.shape).inset(-kSlack).contains(p)) return slot.stay.node;
  }
  return NodeId();
}

}  // namespace natbed::viz
