#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace natbed {
namespace {
thread_local const Instant* current_time = nullptr;
}

CheckClock::CheckClock(const Instant* now) : previous_(current_time) { current_time = now; }
CheckClock::~CheckClock() { current_time = previous_; }

void check_failed(const char* condition, const char* file, int line, const char* why) {
  const std::string time = current_time ? to_string(*current_time) : "outside any world";
  std::fprintf(stderr, "natbed: internal check failed: %s%s%s\n  at %s:%d, simulated time %s\n",
               condition, *why ? ": " : "", why, file, line, time.c_str());
  std::abort();
}

}  // namespace natbed
