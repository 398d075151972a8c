#include "viz/view.h"

#include <fmt/format.h>

#include "viz/display.h"
#include "viz/heat_map.h"
#include "viz/studio.h"
#include "viz/window.h"

namespace natbed::viz {
namespace {

Status ensure_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    return Error{"cannot create the directory " + directory.string() + ": " + error.message()};
  return ok();
}

}  // namespace

Status show(const Trace& trace, const ViewOptions& options) {
  const Result<Display> display = Display::open();
  if (!display) return display.error();
  const auto stage = Stage::set(trace, options);
  if (!stage) return stage.error();
  return run_window(**stage, options.width, options.height);
}

Status render_png(const Trace& trace, const ViewOptions& options,
                  const std::filesystem::path& file) {
  Result<Studio> studio = Studio::open(trace, options);
  if (!studio) return studio.error();
  Player& player = studio->player();
  player.seek(options.at_seconds ? Instant() + Duration::from_seconds(*options.at_seconds)
                                 : studio->model().telling_instant());
  player.state().still = true;
  return studio->shoot(file);
}

Result<size_t> render_frames(const Trace& trace, const ViewOptions& options,
                             const std::filesystem::path& directory) {
  if (options.frames_per_second == 0) return Error{"frames need at least one frame per second"};
  Result<Studio> studio = Studio::open(trace, options);
  if (!studio) return studio.error();
  if (Status made = ensure_directory(directory); !made) return made.error();
  Player& player = studio->player();
  player.state().playing = true;
  size_t count = 0;
  for (bool more = true; more; ++count) {
    more = player.state().playing;
    const std::string name = fmt::format("frame-{:05}.png", count);
    if (Status shot = studio->shoot(directory / name); !shot) return shot.error();
    player.advance(Duration::seconds(1) / options.frames_per_second);
  }
  return count;
}

Status render_matrix_png(const MatrixModel& matrix, const std::filesystem::path& file) {
  if (matrix.cells.empty()) return Error{"the matrix has no cells: there is nothing to draw"};
  constexpr unsigned kWidth = 1100, kHeight = 1000;
  Result<Picture> picture = Picture::make(kWidth, kHeight);
  if (!picture) return picture.error();
  Canvas& canvas = picture->canvas();
  canvas.clear(kBackground);
  draw_matrix_page(canvas, {40, 24, kWidth - 80, kHeight - 48}, matrix);
  return picture->save(file);
}

}  // namespace natbed::viz
