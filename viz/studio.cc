#include "viz/studio.h"

namespace natbed::viz {

Studio::Studio(std::unique_ptr<Stage> stage, std::unique_ptr<Scene> scene, Picture picture)
    : stage_(std::move(stage)), scene_(std::move(scene)), picture_(std::move(picture)) {}

Result<Studio> Studio::open(const Trace& trace, const ViewOptions& options) {
  auto stage = Stage::set(trace, options);
  if (!stage) return stage.error();
  auto scene = (*stage)->scene(options.width, options.height);
  if (!scene) return scene.error();
  Result<Picture> picture = Picture::make(options.width, options.height);
  if (!picture) return picture.error();
  return Studio(*std::move(stage), *std::move(scene), *std::move(picture));
}

Status Studio::shoot(const std::filesystem::path& file) {
  scene_->draw(picture_.canvas(), player().state());
  return picture_.save(file);
}

}  // namespace natbed::viz
