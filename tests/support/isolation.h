// A network namespace of one's own, for tests that run servers or other people's programs.
//
// Such a test may not even start where a packet could leave the machine. enter_isolation() moves
// the process into a fresh namespace that has a loopback interface and nothing else;
// check_isolation() says why the present one is not such a place. Programs that the test starts
// inherit the namespace.
#pragma once

#include <string>

#include "base/result.h"

namespace natbed::testing_support {

// An Error naming the interface, if any interface but the loopback one is up or has an address.
// Sends nothing.
Status check_isolation();

// REQUIRES: one thread. As root, or through a user namespace where the kernel lets users have one.
// An Error says what was refused; then the tests must skip, or fail in CI.
Status enter_isolation();

}  // namespace natbed::testing_support
