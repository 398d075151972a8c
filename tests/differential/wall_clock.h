// The kernel's clock: its rows age whether a test looks or not, so here, and nowhere else in natbed, a
// test waits for time to pass.
#pragma once

#include "base/time.h"

namespace natbed::differential {

// Since some fixed moment; it never goes back.
Instant wall_clock();

// Returns at once if `when` is past.
void wait_until(Instant when);

}  // namespace natbed::differential
