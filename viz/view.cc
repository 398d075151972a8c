#include "viz/view.h"

#include <fmt/format.h>

#include "viz/display.h"
#include "viz/heat_map.h"
#include "viz/picture.h"
#include "viz/player.h"
#include "viz/scene.h"
#include "viz/window.h"

namespace natbed::viz {
namespace {

std::optional<MatrixModel> matrix_of(const RunModel& model, const ViewOptions& options) {
  if (options.matrix) return options.matrix;
  std::vector<std::string> records;
  for (const Saying& record : model.records()) records.push_back(record.text);
  return matrix_from_records(records);
}

Result<std::unique_ptr<Scene>> make_scene(const Trace& trace, const RunModel& model,
                                          const ViewOptions& options) {
  const Size size{static_cast<float>(options.width), static_cast<float>(options.height)};
  const std::string name = std::filesystem::path(trace.header.scenario).stem();
  return Scene::make(model, {name.empty() ? "a run" : name, trace.header.seed},
                     matrix_of(model, options), size);
}

Instant instant_of(double seconds) { return Instant() + Duration::from_seconds(seconds); }

Status ensure_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    return Error{"cannot create the directory " + directory.string() + ": " + error.message()};
  return ok();
}

}  // namespace

Status show(const Trace& trace, const ViewOptions& options) {
  if (Status display = check_display(); !display) return display;
  const Result<RunModel> model = RunModel::build(trace.events);
  if (!model) return model.error();
  const Result<Fonts> fonts = Fonts::load();
  if (!fonts) return fonts.error();
  Player player(*model, instant_of(options.start_seconds), options.speed);
  const auto make = [&](unsigned width, unsigned height) {
    ViewOptions sized = options;
    sized.width = width, sized.height = height;
    return make_scene(trace, *model, sized);
  };
  return run_window(make, player, *fonts, options.width, options.height);
}

Status render_png(const Trace& trace, const ViewOptions& options,
                  const std::filesystem::path& file) {
  const Result<RunModel> model = RunModel::build(trace.events);
  if (!model) return model.error();
  const Result<VirtualDisplay> display = VirtualDisplay::ensure();
  if (!display) return display.error();
  const Result<Fonts> fonts = Fonts::load();
  if (!fonts) return fonts.error();
  const auto scene = make_scene(trace, *model, options);
  if (!scene) return scene.error();
  Result<Picture> picture = Picture::make(*fonts, options.width, options.height);
  if (!picture) return picture.error();
  Player player(*model,
                options.at_seconds ? instant_of(*options.at_seconds) : model->telling_instant(),
                options.speed);
  player.state().still = true;
  (*scene)->draw(picture->canvas(), player.state());
  return picture->save(file);
}

Result<size_t> render_frames(const Trace& trace, const ViewOptions& options,
                             const std::filesystem::path& directory) {
  if (options.frames_per_second == 0) return Error{"frames need at least one frame per second"};
  const Result<RunModel> model = RunModel::build(trace.events);
  if (!model) return model.error();
  if (Status made = ensure_directory(directory); !made) return made.error();
  const Result<VirtualDisplay> display = VirtualDisplay::ensure();
  if (!display) return display.error();
  const Result<Fonts> fonts = Fonts::load();
  if (!fonts) return fonts.error();
  const auto scene = make_scene(trace, *model, options);
  if (!scene) return scene.error();
  Result<Picture> picture = Picture::make(*fonts, options.width, options.height);
  if (!picture) return picture.error();
  Player player(*model, instant_of(options.start_seconds), options.speed);
  player.state().playing = true;
  size_t count = 0;
  for (bool more = true; more; ++count) {
    more = player.state().playing;
    (*scene)->draw(picture->canvas(), player.state());
    if (Status saved = picture->save(directory / fmt::format("frame-{:05}.png", count)); !saved)
      return saved.error();
    player.advance(Duration::seconds(1) / options.frames_per_second);
  }
  return count;
}

Status render_matrix_png(const MatrixModel& matrix, const std::filesystem::path& file) {
  if (matrix.cells.empty()) return Error{"the matrix has no cells: there is nothing to draw"};
  const Result<VirtualDisplay> display = VirtualDisplay::ensure();
  if (!display) return display.error();
  const Result<Fonts> fonts = Fonts::load();
  if (!fonts) return fonts.error();
  constexpr unsigned kWidth = 1100, kHeight = 1000;
  Result<Picture> picture = Picture::make(*fonts, kWidth, kHeight);
  if (!picture) return picture.error();
  Canvas& canvas = picture->canvas();
  canvas.clear(kBackground);
  const std::string title = matrix.title.empty() ? "success matrix" : matrix.title;
  canvas.text({40, 24, kWidth - 80, 36}, title, {22, kText, Align::kLeft, Face::kBold});
  draw_heat_map(canvas, {40, 76, kWidth - 80, kHeight - 100}, matrix);
  return picture->save(file);
}

}  // namespace natbed::viz
