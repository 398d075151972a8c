#include "live/entropy.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace natbed {

uint64_t entropy() {
  uint64_t value = 0;
  if (getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value)) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return value;
}

}  // namespace natbed
