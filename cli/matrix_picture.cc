#include "cli/matrix_picture.h"

#include "cli/settings.h"
#include "viz/view.h"

namespace natbed {

Status prepare_picture(const std::string& png) { return can_write_png(png); }

Status draw_matrix(const Matrix& matrix, const std::string& png) {
  viz::MatrixModel model;
  model.title = "How often a hole was punched, of " +
                std::to_string(matrix.cells.front().punched.trials) + " attempts per pair";
  model.subtitle = settings_text(matrix);
  for (const MatrixCell& cell : matrix.cells) {
    model.at(cell.a, cell.b) = {cell.punched.successes, cell.punched.trials, cell.oracle};
  }
  return viz::render_matrix_png(model, png);
}

}  // namespace natbed
