#include "nat_models/port_set.h"

#include <bit>

#include "base/check.h"

namespace natbed {

void PortSet::insert(uint16_t port) {
  words_[port / 64] |= uint64_t{1} << (port % 64);
  ++used_[port / kLinePorts];
}

void PortSet::erase(uint16_t port) {
  words_[port / 64] &= ~(uint64_t{1} << (port % 64));
  --used_[port / kLinePorts];
}

uint64_t PortSet::missing_bits(uint32_t i, PortRange range, Parity parity) const {
  constexpr uint64_t kEvens = 0x5555555555555555;
  uint64_t bits = ~words_[i];
  if (i == range.low / 64) bits &= ~uint64_t{0} << (range.low % 64);
  if (i == range.high / 64) bits &= ~uint64_t{0} >> (63 - range.high % 64);
  if (parity == Parity::kEven) bits &= kEvens;
  if (parity == Parity::kOdd) bits &= ~kEvens;
  return bits;
}

uint32_t PortSet::missing_in_line(uint32_t line, PortRange range, Parity parity) const {
  const bool whole = range.low <= line * kLinePorts && range.high >= (line + 1) * kLinePorts - 1;
  if (whole && parity == Parity::kAny) return kLinePorts - used_[line];
  int count = 0;
  for (uint32_t i = line * kLineWords; i < (line + 1) * kLineWords; ++i) {
    if (i < range.low / 64 || i > range.high / 64) continue;
    count += std::popcount(missing_bits(i, range, parity));
  }
  return static_cast<uint32_t>(count);
}

uint32_t PortSet::missing(PortRange range, Parity parity) const {
  uint32_t count = 0;
  if (range.empty()) return 0;
  for (uint32_t line = range.low / kLinePorts; line <= range.high / kLinePorts; ++line) {
    count += missing_in_line(line, range, parity);
  }
  return count;
}

uint16_t PortSet::nth_missing(PortRange range, uint32_t n, Parity parity) const {
  uint32_t line = range.low / kLinePorts;
  for (;; ++line) {
    NATBED_CHECK(line <= range.high / kLinePorts, "n is not below missing()");
    const uint32_t here = missing_in_line(line, range, parity);
    if (n < here) break;
    n -= here;
  }
  for (uint32_t i = line * kLineWords; i < (line + 1) * kLineWords; ++i) {
    if (i < range.low / 64 || i > range.high / 64) continue;
    uint64_t bits = missing_bits(i, range, parity);
    const uint32_t here = static_cast<uint32_t>(std::popcount(bits));
    if (n >= here) {
      n -= here;
      continue;
    }
    for (; n > 0; --n) bits &= bits - 1;
    return static_cast<uint16_t>(i * 64 + static_cast<uint32_t>(std::countr_zero(bits)));
  }
  NATBED_CHECK(false, "the count of a line is wrong");
  return 0;
}

}  // namespace natbed
