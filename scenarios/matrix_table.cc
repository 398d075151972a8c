#include <fmt/format.h>

#include <algorithm>

#include "scenarios/matrix.h"
#include "scenarios/report_table.h"
#include "scenarios/results_writer.h"

namespace natbed {
namespace {

// "100 =": percent that punched, and whether the oracle says the same ("=") or not ("!").
std::string cell_text(const MatrixCell& cell) {
  return fmt::format("{:>3.0f} {}", 100 * cell.punched.value(), cell.agrees() ? '=' : '!');
}

// What went wrong where, with the way to see it again.
std::string disagreements(const Matrix& matrix) {
  std::string text;
  for (size_t i = 0; i < matrix.cells.size(); ++i) {
    const MatrixCell& cell = matrix.cells[i];
    if (cell.agrees()) continue;
    const auto& trials = matrix.report.trials;
    const auto odd = std::ranges::find_if(trials, [&](const Trial& trial) {
      return trial.cell == i && *trial.records[0].find("ok") != Value(cell.oracle);
    });
    text += fmt::format("{} against {}: the oracle says {}, {} of {} trials punched\n  again: {}\n",
                        cell.a, cell.b, cell.oracle ? "yes" : "no", cell.punched.successes,
                        cell.punched.trials, repeat_command(matrix.report, odd->cell, odd->seed));
  }
  return text;
}

}  // namespace

std::string settings_text(const Matrix& matrix) {
  std::string text = fmt::format("seed {}", matrix.report.seed);
  for (const auto& [name, value] : matrix.report.set) text += fmt::format(", {}={}", name, value);
  return text;
}

std::string matrix_table(const Matrix& matrix) {
  const size_t width = matrix.kinds.size();
  std::vector<std::vector<std::string>> rows(1);
  rows[0].emplace_back("");
  for (const std::string& kind : matrix.kinds) rows[0].push_back(kind);
  for (size_t a = 0; a < width; ++a) {
    rows.push_back({matrix.kinds[a]});
    for (size_t b = 0; b < width; ++b)
      rows.back().push_back(cell_text(matrix.cells[a * width + b]));
  }
  std::string text = fmt::format(
      "percent of {} trials that punched a hole, {}; = the oracle says the same, ! it does not\n\n",
      matrix.cells.empty() ? 0 : matrix.cells[0].punched.trials, settings_text(matrix));
  text += aligned(rows) + "\n" + disagreements(matrix);
  return text + fmt::format("{} of {} cells agree with the oracle\n", matrix.agreeing(),
                            matrix.cells.size());
}

std::string matrix_json(const Matrix& matrix) {
  std::string text = fmt::format("{{\n  \"seed\": {},\n  \"agreeing\": {},\n  \"cells\": [\n",
                                 matrix.report.seed, matrix.agreeing());
  for (size_t i = 0; i < matrix.cells.size(); ++i) {
    const MatrixCell& cell = matrix.cells[i];
    const Interval interval = cell.punched.wilson95();
    text += fmt::format(
        R"(    {{"a":{},"b":{},"successes":{},"trials":{},"proportion":{},"wilson95":[{},{}],)"
        R"("oracle":{},"agrees":{}}}{})",
        json_string(cell.a), json_string(cell.b), cell.punched.successes, cell.punched.trials,
        cell.punched.value(), interval.low, interval.high, cell.oracle, cell.agrees(),
        i + 1 < matrix.cells.size() ? ",\n" : "\n");
  }
  return text + "  ]\n}\n";
}

}  // namespace natbed
