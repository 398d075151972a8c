// The column at the right: paths and results, the table of a NAT, what a host told, and the legend.
#pragma once

#include "viz/canvas.h"
#include "viz/run_model.h"
#include "viz/scene_state.h"

namespace natbed::viz {

// Writes line below line inside a box and knows when it is full.
class Column {
 public:
  Column(Canvas& canvas, Rect box) : canvas_(canvas), box_(box), y_(box.y) {}
  void heading(std::string_view text);
  // The next `height` pixels; empty when the column is full.
  Rect next(float height);
  void line(std::string_view text, const TextStyle& style, float height = 19);
  // Broken between words into as many lines as it takes.
  void paragraph(std::string_view text, const TextStyle& style);
  void space(float height) { y_ += height; }
  float room() const { return box_.bottom() - y_; }
  Canvas& canvas() { return canvas_; }

 private:
  Canvas& canvas_;
  Rect box_;
  float y_;
};

void draw_paths_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_past_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_results_panel(Column& column, const RunModel& model, const SceneState& state);
// What was dropped so far, by reason, each explained in a sentence; then what the script noted last.
void draw_drops_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_notes_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_table_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_host_panel(Column& column, const RunModel& model, const SceneState& state);
void draw_legend(Canvas& canvas, const Rect& box);
void draw_help(Canvas& canvas, Size screen);

inline constexpr float kLegendHeight = 178;

}  // namespace natbed::viz
