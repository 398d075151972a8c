// The column at the right: paths and results, the table of a NAT, what a host told, and the legend.
#pragma once

#include <string>

#include "viz/column.h"
#include "viz/run_model.h"
#include "viz/scene_state.h"

namespace natbed::viz {

// "alice ↔ bob": in the order of the nodes, whoever told of the path.
std::string ends_of(const RunModel& model, const PathSpan& path);

void draw_paths_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_past_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_results_panel(Column& column, const RunModel& model, const SceneState& state);
// What was dropped so far, by reason, each explained in a sentence; then what the script noted
// last.
void draw_drops_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_notes_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_table_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_host_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_legend(Canvas& canvas, const Rect& box);
void draw_help(Canvas& canvas, Size screen);

inline constexpr float kLegendHeight = 178;

}  // namespace natbed::viz
