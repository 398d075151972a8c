#include "viz/stage.h"

namespace natbed::viz {
namespace {

SceneTitle title_of(const Trace& trace) {
  const std::string name = std::filesystem::path(trace.header.scenario).stem();
  return {name.empty() ? "a run" : name, trace.header.seed};
}

std::optional<MatrixModel> matrix_of(const RunModel& model, const ViewOptions& options) {
  if (options.matrix) return options.matrix;
  std::vector<std::string> records;
  for (const Saying& record : model.records()) records.push_back(record.text);
  return matrix_from_records(records);
}

}  // namespace

Stage::Stage(RunModel model, const Trace& trace, const ViewOptions& options)
    : model_(std::move(model)),
      title_(title_of(trace)),
      matrix_(matrix_of(model_, options)),
      player_(model_, Instant() + Duration::from_seconds(options.start_seconds), options.speed) {}

Result<std::unique_ptr<Stage>> Stage::set(const Trace& trace, const ViewOptions& options) {
  Result<RunModel> model = RunModel::build(trace.events);
  if (!model) return model.error();
  return std::unique_ptr<Stage>(new Stage(*std::move(model), trace, options));
}

Result<std::unique_ptr<Scene>> Stage::scene(unsigned width, unsigned height) const {
  return Scene::make(model_, title_, matrix_,
                     {static_cast<float>(width), static_cast<float>(height)});
}

}  // namespace natbed::viz
