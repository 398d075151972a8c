#include "tests/support/isolation.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/program.h"

namespace natbed::testing_support {
namespace {

TEST(Isolation, HoldsWhereTheseTestsRun) {
  const Status status = check_isolation();
  EXPECT_TRUE(status) << status.error().message;
}

// In a child, in one more namespace, so that nothing of it reaches the other tests. No packet is
// sent: the check only looks at interfaces.
TEST(Isolation, RefusesANamespaceWithAnOutsideInterface) {
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNET) != 0) _exit(10);
    if (run_program({"ip", "link", "add", "outside0", "type", "veth", "peer", "name", "outside1"})
            .status != 0)
      _exit(11);
    if (!check_isolation())
      _exit(12);  // an interface that is down and has no address leads nowhere
    if (run_program({"ip", "link", "set", "outside0", "up"}).status != 0) _exit(13);
    const Status refused = check_isolation();
    const bool named = !refused && refused.error().message.find("outside0") != std::string::npos;
    _exit(named ? 0 : 14);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace natbed::testing_support
