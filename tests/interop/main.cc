// Tests in which natbed's own machines meet other people's programs. The whole test program first
// moves into a network namespace of its own; where it may not, it refuses to run a single test.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/support/isolation.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
  const natbed::Status isolated = natbed::testing_support::enter_isolation();
  if (!isolated) {
    std::fprintf(stderr, "interop tests refuse to run: %s\n", isolated.error().message.c_str());
    return std::getenv("CI") ? 1 : 77;  // 77: ctest counts it as skipped
  }
  return RUN_ALL_TESTS();
}
