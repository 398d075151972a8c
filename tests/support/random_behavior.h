// Random settings of a NAT, over the table of axes: for property tests and for the prober.
#pragma once

#include "base/rng.h"
#include "nat_models/axes.h"

namespace natbed::test {

// Sets one axis, of all protocols together or of each apart, to a value within its bounds.
void set_at_random(NatBehavior& behavior, const NatAxis& axis, Rng& rng);
// Some axes changed at random, the others at their defaults; validate() has nothing against it.
NatBehavior random_behavior(Rng& rng);

}  // namespace natbed::test
