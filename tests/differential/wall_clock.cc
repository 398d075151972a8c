#include "tests/differential/wall_clock.h"

#include <chrono>
#include <thread>

namespace natbed::differential {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

Instant wall_clock() {
  return Instant::from_ns(nanoseconds(Clock::now().time_since_epoch()).count());
}

void wait_until(Instant when) {
  std::this_thread::sleep_until(
      Clock::time_point(std::chrono::duration_cast<Clock::duration>(nanoseconds(when.ns()))));
}

}  // namespace natbed::differential
