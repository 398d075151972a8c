#include "tests/differential/netns.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "tests/support/program.h"

namespace natbed::differential {

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = other.fd_;
    other.fd_ = -1;
  }
  return *this;
}

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

Namespace Namespace::current() {
  return Namespace(Descriptor(
      checked(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "cannot open a namespace")));
}

Namespace Namespace::make() {
  const Namespace home = current();
  checked(unshare(CLONE_NEWNET), "cannot make a network namespace");
  Namespace made = current();
  home.enter();
  return made;
}

void Namespace::enter() const {
  checked(setns(fd_.get(), CLONE_NEWNET), "cannot enter a network namespace");
}

std::string Namespace::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_.get());
}

void run_script(const std::string& script) {
  const auto result = testing_support::run_program({"sh", "-ec", script});
  if (result.status == 0) return;
  throw std::runtime_error("this script failed with status " + std::to_string(result.status) +
                           ":\n" + script + "\n" + result.err);
}

}  // namespace natbed::differential
