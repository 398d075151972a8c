#include "viz/matrix_model.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace natbed::viz {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// 0 ≤ successes ≤ trials, from {"successes": …, "trials": …}.
bool read_proportion(const Json& json, MatrixCell& cell) {
  const bool complete = json.is_object() && json.contains("successes") && json.contains("trials") &&
                        json["successes"].is_number_unsigned() &&
                        json["trials"].is_number_unsigned();
  if (!complete) return false;
  cell.successes = json["successes"].get<uint64_t>();
  cell.trials = json["trials"].get<uint64_t>();
  return cell.successes <= cell.trials;
}

}  // namespace

MatrixCell& MatrixModel::at(std::string_view row, std::string_view column) {
  const auto index_in = [](std::vector<std::string>& names, std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<size_t>(found - names.begin());
    names.emplace_back(name);
    return names.size() - 1;
  };
  const size_t width = columns.size();
  const size_t r = index_in(rows, row), c = index_in(columns, column);
  if (columns.size() != width || cells.size() != rows.size() * columns.size()) {
    std::vector<MatrixCell> wider(rows.size() * columns.size());
    for (size_t i = 0; i < cells.size(); ++i)
      wider[i / width * columns.size() + i % width] = cells[i];
    cells = std::move(wider);
  }
  return cells[r * columns.size() + c];
}

std::optional<MatrixModel> matrix_from_records(std::span<const std::string> records) {
  MatrixModel matrix;
  for (const std::string& text : records) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("a") || !json.contains("b") || !json.contains("ok"))
      continue;
    if (!json["a"].is_string() || !json["b"].is_string() || !json["ok"].is_boolean()) continue;
    MatrixCell& cell = matrix.at(text_of(json["a"]), text_of(json["b"]));
    ++cell.trials;
    cell.successes += json["ok"].get<bool>();
    if (json.contains("oracle") && json["oracle"].is_boolean())
      cell.foretold = json["oracle"].get<bool>();
  }
  if (matrix.cells.empty()) return std::nullopt;
  return matrix;
}

Result<MatrixModel> matrix_from_summary(std::string_view text, std::string_view key) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("axes") || !json["axes"].is_object() ||
      !json.contains("cells")) {
    return Error{"expected the summary.json of a sweep, an object with \"axes\" and \"cells\""};
  }
  if (json["axes"].size() < 2)
    return Error{"a heat map needs a sweep over two axes; this one has fewer"};
  const std::string row_axis = json["axes"].begin().key(),
                    column_axis = std::next(json["axes"].begin()).key();
  MatrixModel matrix;
  matrix.title = row_axis + " (rows) against " + column_axis + " (columns)";
  for (const Json& cell : json["cells"]) {
    // Of a run that was broken off: it never came here.
    if (cell.is_object() && cell.contains("trials") && cell["trials"] == 0) continue;
    MatrixCell found;
    const bool readable = cell.is_object() && cell.contains("at") && cell["at"].is_object() &&
                          cell["at"].contains(row_axis) && cell["at"].contains(column_axis) &&
                          cell.contains("results") && cell["results"].contains(key) &&
                          read_proportion(cell["results"][std::string(key)], found);
    if (!readable)
      return Error{"a cell of the sweep has no proportion \"" + std::string(key) + "\""};
    // Further axes are summed up: the map shows the pair, whatever else was varied.
    MatrixCell& sum = matrix.at(text_of(cell["at"][row_axis]), text_of(cell["at"][column_axis]));
    sum.successes += found.successes;
    sum.trials += found.trials;
    if (MatrixCell oracle;
        cell["results"].contains("oracle") && read_proportion(cell["results"]["oracle"], oracle)) {
      sum.foretold = oracle.successes > 0;
    }
  }
  return matrix;
}

}  // namespace natbed::viz
