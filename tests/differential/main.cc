// The Linux kernel as judge of natbed's NAT: the same packets go through both.
//
// The whole program first moves into a network namespace of its own; where it may not, it refuses
// to run a single test. With --play=RULES it plays the steps that it reads from standard input and
// says what both made of them.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/differential/show.h"
#include "tests/support/isolation.h"

// A packet and the sentinel behind it stay in order only in the queue of one CPU.
void stay_on_one_cpu() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(std::max(0, sched_getcpu())), &one);
  sched_setaffinity(0, sizeof one, &one);
}

// Timers of seconds are measured: beside other work a test must be awake on time. Where it may not
// go first, it plays late sequences again.
void go_first() { (void)setpriority(PRIO_PROCESS, 0, -20); }

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
  const natbed::Status isolated = natbed::testing_support::enter_isolation();
  if (!isolated) {
    std::fprintf(stderr, "differential tests refuse to run: %s\n",
                 isolated.error().message.c_str());
    return std::getenv("CI") ? 1 : 77;  // 77: ctest counts it as skipped
  }
  stay_on_one_cpu();
  go_first();
  constexpr std::string_view kPlay = "--play=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kPlay))
      return natbed::differential::show(argument.substr(kPlay.size()), stdin, stdout);
  }
  return RUN_ALL_TESTS();
}
