#include "viz/heat_map.h"

#include <fmt/format.h>

#include <algorithm>

namespace natbed::viz {
namespace {

constexpr Color kCold{124, 44, 58}, kWarm{176, 128, 48}, kGood{38, 142, 98};

struct Grid {
  Rect box;  // of the cells
  float cell = 0;
  Rect cell_at(size_t row, size_t column) const {
    return {box.x + static_cast<float>(column) * cell, box.y + static_cast<float>(row) * cell, cell,
            cell};
  }
};

float widest(Canvas& canvas, const std::vector<std::string>& names, float size) {
  float width = 0;
  for (const std::string& name : names) width = std::max(width, canvas.measure(name, {size}));
  return width;
}

void draw_cell(Canvas& canvas, const Rect& box, const MatrixCell& cell) {
  const Rect tile = box.inset(std::max(1.0f, box.width * 0.02f));
  if (cell.trials == 0) {
    canvas.rounded(tile, 3, kTrack);
    return;
  }
  canvas.rounded(tile, 3, heat_color(cell.rate()));
  const float size = std::clamp(box.width * 0.3f, 8.0f, 22.0f);
  canvas.text(tile, fmt::format("{:.0f}", 100 * cell.rate()),
              {size, kText, Align::kCentre, Face::kBold});
  if (!cell.foretold) return;
  // The oracle's verdict in the corner: filled means reachable.
  const float r = std::clamp(box.width * 0.06f, 2.0f, 5.0f);
  const Point corner = {tile.right() - r - 3, tile.y + r + 3};
  if (*cell.foretold) {
    canvas.disc(corner, r, kText);
  } else {
    canvas.ring(corner, r, 1.2f, kText.faded(0.8f));
  }
  if (!cell.agrees()) canvas.outline(tile, 3, 2.5f, kDropped);
}

// Column names are too long to stand side by side: they are numbered, and the rows carry name and
// number.
void draw_names(Canvas& canvas, const Grid& grid, const MatrixModel& matrix, const Rect& names,
                float size) {
  const bool same = matrix.rows == matrix.columns;
  for (size_t row = 0; row < matrix.rows.size(); ++row) {
    const Rect line{names.x, grid.cell_at(row, 0).y, names.width - 10, grid.cell};
    const std::string number = same ? fmt::format("  {}", row + 1) : std::string();
    canvas.text(line, matrix.rows[row] + number, {size, kText, Align::kRight});
  }
  for (size_t column = 0; column < matrix.columns.size(); ++column) {
    const Rect cell = grid.cell_at(0, column);
    const Rect head{cell.x, cell.y - size - 12, cell.width, size + 8};
    canvas.text(head, same ? fmt::format("{}", column + 1) : matrix.columns[column],
                {size, kDim, Align::kCentre});
  }
}

void draw_key(Canvas& canvas, const Rect& box, const MatrixModel& matrix, float size) {
  const float line = size + 8;
  constexpr int kSteps = 40;
  const float width = std::min(box.width * 0.4f, 240.0f);
  for (int i = 0; i < kSteps; ++i) {
    const float k = static_cast<float>(i) / (kSteps - 1);
    canvas.rect({box.x + 26 + width / kSteps * static_cast<float>(i), box.y + line * 0.2f,
                 width / kSteps + 0.5f, line * 0.55f},
                heat_color(k));
  }
  canvas.text({box.x, box.y, 24, line}, "0", {size, kDim, Align::kLeft});
  canvas.text({box.x + 34 + width, box.y, box.width - width - 34, line},
              "100 % of trials succeeded", {size, kDim});
  const bool oracle =
      std::ranges::any_of(matrix.cells, [](const MatrixCell& c) { return c.foretold.has_value(); });
  if (!oracle) return;
  const float y = box.y + line * 1.7f;
  canvas.disc({box.x + 6, y}, 4, kText);
  canvas.text({box.x + 18, y - line / 2, box.width / 2, line}, "oracle: reachable", {size, kDim});
  const float second = box.x + 18 + canvas.measure("oracle: reachable", {size}) + 28;
  canvas.ring({second, y}, 4, 1.4f, kText);
  canvas.text({second + 12, y - line / 2, box.width / 2, line}, "oracle: not reachable",
              {size, kDim});
  const size_t agreeing =
      static_cast<size_t>(std::ranges::count_if(matrix.cells, &MatrixCell::agrees));
  canvas.text(
      {box.x, y + line * 0.6f, box.width, line},
      fmt::format("{} of {} cells agree with the oracle", agreeing, matrix.cells.size()),
      {size, agreeing == matrix.cells.size() ? kGood : kDropped, Align::kLeft, Face::kBold});
}

}  // namespace

Color heat_color(double rate) {
  const float k = static_cast<float>(std::clamp(rate, 0.0, 1.0));
  return k < 0.5f ? mix(kCold, kWarm, k * 2) : mix(kWarm, kGood, k * 2 - 1);
}

void draw_heat_map(Canvas& canvas, const Rect& box, const MatrixModel& matrix) {
  if (matrix.cells.empty()) return;
  const float size = std::clamp(box.width / 62, 10.0f, 17.0f);
  const float names_width =
      std::min(widest(canvas, matrix.rows, size) + size * 3.2f, box.width * 0.4f);
  const float key_height = (size + 8) * 3.4f;
  Grid grid;
  const float wide = (box.width - names_width) / static_cast<float>(matrix.columns.size());
  const float high =
      (box.height - key_height - size * 2.4f) / static_cast<float>(matrix.rows.size());
  grid.cell = std::min(wide, high);
  const Rect names{box.x, box.y, names_width, box.height};
  grid.box = {box.x + names_width, box.y + size * 2,
              grid.cell * static_cast<float>(matrix.columns.size()),
              grid.cell * static_cast<float>(matrix.rows.size())};
  draw_names(canvas, grid, matrix, names, size);
  for (size_t row = 0; row < matrix.rows.size(); ++row) {
    for (size_t column = 0; column < matrix.columns.size(); ++column) {
      draw_cell(canvas, grid.cell_at(row, column), matrix.cell(row, column));
    }
  }
  draw_key(canvas, {box.x + 4, grid.box.bottom() + 16, box.width - 8, key_height}, matrix, size);
}

void draw_matrix_page(Canvas& canvas, const Rect& box, const MatrixModel& matrix) {
  constexpr float kTitle = 36, kSubtitle = 20;  // pixels
  const float below = kTitle + 16 + (matrix.subtitle.empty() ? 0 : kSubtitle);
  canvas.text({box.x, box.y, box.width, kTitle},
              matrix.title.empty() ? "success matrix" : matrix.title,
              {22, kText, Align::kLeft, Face::kBold});
  canvas.text({box.x, box.y + kTitle, box.width, kSubtitle}, matrix.subtitle,
              {16, kDim, Align::kLeft, Face::kRegular});
  draw_heat_map(canvas, {box.x, box.y + below, box.width, box.height - below}, matrix);
}

}  // namespace natbed::viz
