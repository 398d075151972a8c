// The success matrix as a heat map: a colour and a percentage per pair, and a mark where the oracle
// disagrees.
#pragma once

#include "viz/canvas.h"
#include "viz/matrix_model.h"

namespace natbed::viz {

void draw_heat_map(Canvas& canvas, const Rect& box, const MatrixModel& matrix);

// With its title above.
void draw_matrix_page(Canvas& canvas, const Rect& box, const MatrixModel& matrix);

// Red at 0, through amber, to green at 1.
Color heat_color(double rate);

}  // namespace natbed::viz
