#include "tests/support/isolation.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace natbed::testing_support {
namespace {

std::string reason() { return std::strerror(errno); }

Status bring_loopback_up() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error{"no socket to configure lo with: " + reason()};
  ifreq request = {};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const int failed = ioctl(fd, SIOCSIFFLAGS, &request);
  const std::string why = reason();
  close(fd);
  if (failed) return Error{"cannot bring lo up: " + why};
  return ok();
}

void write_text(const char* path, const std::string& text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const ssize_t written = write(fd, text.data(), text.size());
  close(fd);
}

}  // namespace

Status check_isolation() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return Error{"cannot list the interfaces: " + reason()};
  std::string outside;
  for (const ifaddrs* i = list; i; i = i->ifa_next) {
    if (i->ifa_flags & IFF_LOOPBACK) continue;
    const int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;
    if ((i->ifa_flags & IFF_UP) || family == AF_INET || family == AF_INET6) outside = i->ifa_name;
  }
  freeifaddrs(list);
  if (!outside.empty()) {
    return Error{"this network namespace has the interface " + outside +
                 ", which may lead outside; expected a namespace with loopback only"};
  }
  return ok();
}

Status enter_isolation() {
  if (geteuid() == 0) {
    if (unshare(CLONE_NEWNET) != 0) return Error{"no network namespace: " + reason()};
  } else {
    const uid_t uid = getuid();
    const gid_t gid = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
      return Error{"no network namespace without root: " + reason()};
    }
    write_text("/proc/self/setgroups", "deny");
    write_text("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
    write_text("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
  }
  if (Status up = bring_loopback_up(); !up) return up;
  return check_isolation();
}

}  // namespace natbed::testing_support
