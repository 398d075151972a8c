// MachineId: one machine of one world, for as long as the world lasts: numbers are not used again.
#pragma once

#include "base/id.h"

namespace natbed {

using MachineId = Id<struct MachineTag>;

}  // namespace natbed
