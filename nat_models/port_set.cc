#include "nat_models/port_set.h"

#include <bit>

#include "base/check.h"

namespace natbed {

uint64_t PortSet::missing_bits(uint32_t i, uint16_t low, uint16_t high) const {
  uint64_t bits = ~words_[i];
  if (i == low / 64) bits &= ~uint64_t{0} << (low % 64);
  if (i == high / 64) bits &= ~uint64_t{0} >> (63 - high % 64);
  return bits;
}

uint32_t PortSet::missing(uint16_t low, uint16_t high) const {
  int count = 0;
  for (uint32_t i = low / 64; i <= high / 64u; ++i)
    count += std::popcount(missing_bits(i, low, high));
  return static_cast<uint32_t>(count);
}

uint16_t PortSet::nth_missing(uint16_t low, uint16_t high, uint32_t n) const {
  for (uint32_t i = low / 64; i <= high / 64u; ++i) {
    uint64_t bits = missing_bits(i, low, high);
    const uint32_t here = static_cast<uint32_t>(std::popcount(bits));
    if (n >= here) {
      n -= here;
      continue;
    }
    for (; n > 0; --n) bits &= bits - 1;
    return static_cast<uint16_t>(i * 64 + static_cast<uint32_t>(std::countr_zero(bits)));
  }
  NATBED_CHECK(false, "n is not below missing()");
  return 0;
}

}  // namespace natbed
