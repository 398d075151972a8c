// NATBED_CHECK: a bug of ours, found while it is young.
//
// Always on, in release builds too: a simulator that goes on after a broken invariant prints wrong
// numbers, which is worse than stopping. It says the condition, the place and, inside a world, the
// simulated time. Never for hostile bytes or user errors: those have answers of their own (see
// docs/architecture.md).
#pragma once

#include "base/time.h"

namespace natbed {

// While one lives, failed checks of this thread print `*now` as the simulated time. For messages
// only: no decision may depend on it. REQUIRES: `now` outlives the scope.
class CheckClock {
 public:
  explicit CheckClock(const Instant* now);
  ~CheckClock();
  CheckClock(const CheckClock&) = delete;
  CheckClock& operator=(const CheckClock&) = delete;

 private:
  const Instant* previous_;
};

[[noreturn]] void check_failed(const char* condition, const char* file, int line, const char* why);

}  // namespace natbed

// NATBED_CHECK(condition) or NATBED_CHECK(condition, "why it must hold").
#define NATBED_CHECK(condition, ...)                                          \
  do {                                                                        \
    if (!(condition)) [[unlikely]]                                            \
      ::natbed::check_failed(#condition, __FILE__, __LINE__, "" __VA_ARGS__); \
  } while (false)
