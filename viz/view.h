// natbed view: a run on the screen, or as pictures without one. Reads traces, nothing else.
#pragma once

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "base/trace_file.h"
#include "viz/matrix_model.h"

namespace natbed::viz {

struct ViewOptions {
  unsigned width = 1600, height = 1000;  // pixels
  std::optional<double> at_seconds;  // render_png: the instant shown; none: the most telling one
  double start_seconds = 0;          // show, render_frames
  double speed = 0;  // virtual seconds per second; 0: so that the run lasts about 25 s
  unsigned frames_per_second = 25;    // render_frames
  std::optional<MatrixModel> matrix;  // shown on the key M; by default what the run's records tell
};

// Opens a window and returns when it is closed. The error says what is damaged in the trace, or
// that there is no display and what to do about it.
Status show(const Trace& trace, const ViewOptions& options);
// One picture that needs no motion. Without a display it is drawn under Xvfb.
Status render_png(const Trace& trace, const ViewOptions& options,
                  const std::filesystem::path& file);
// frame-00000.png … in `directory`, which is created. Returns how many there are.
Result<size_t> render_frames(const Trace& trace, const ViewOptions& options,
                             const std::filesystem::path& directory);
// The heat map alone.
Status render_matrix_png(const MatrixModel& matrix, const std::filesystem::path& file);

}  // namespace natbed::viz
