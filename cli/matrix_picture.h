// The grid of `natbed matrix` as a picture, where the window's library was built in.
#pragma once

#include <string>

#include "base/result.h"
#include "scenarios/matrix.h"

namespace natbed {

Status draw_matrix(const Matrix& matrix, const std::string& png);

}  // namespace natbed
