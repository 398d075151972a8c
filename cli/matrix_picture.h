// The grid of `natbed matrix` as a picture, where the window's library was built in.
#pragma once

#include <string>

#include "base/result.h"
#include "scenarios/matrix.h"

namespace natbed {

// Whether draw_matrix() will be able to write there; to be asked before the grid is run.
Status prepare_picture(const std::string& png);
Status draw_matrix(const Matrix& matrix, const std::string& png);

}  // namespace natbed
