// MatrixModel: how often every pair of NATs succeeded, as rows, columns and cells, for the heat
// map.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace natbed::viz {

struct MatrixCell {
  uint64_t successes = 0, trials = 0;
  std::optional<bool> foretold;  // the oracle's verdict, if there is one
  double rate() const {
    return trials == 0 ? 0 : static_cast<double>(successes) / static_cast<double>(trials);
  }
  bool agrees() const { return !foretold || successes == (*foretold ? trials : 0); }
};

struct MatrixModel {
  std::string title, subtitle;
  std::vector<std::string> rows, columns;
  std::vector<MatrixCell> cells;  // row by row

  const MatrixCell& cell(size_t row, size_t column) const {
    return cells[row * columns.size() + column];
  }
  // The cell of these names; rows and columns are added, in the order in which they first come.
  MatrixCell& at(std::string_view row, std::string_view column);
};

// From results as scripts record them: JSON objects with texts "a" and "b", a boolean "ok" and
// perhaps a boolean "oracle". Others are passed over; none if nothing was a cell.
std::optional<MatrixModel> matrix_from_records(std::span<const std::string> records);
// From the text of a sweep's summary.json: the first two axes are rows and columns, `key` is the
// recorded proportion.
Result<MatrixModel> matrix_from_summary(std::string_view json, std::string_view key = "ok");

}  // namespace natbed::viz
