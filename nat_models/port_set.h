// PortSet: the ports in use on one address, for choosing uniformly among those that are free.
//
// 8 KiB of bits, a cache line of them for each 512 ports, and how many are in use in each line: the
// n-th free port is found by adding up 128 numbers and reading one line.
#pragma once

#include <array>
#include <cstdint>

#include "nat_models/port_rules.h"

namespace natbed {

class PortSet {
 public:
  bool contains(uint16_t port) const { return words_[port / 64] >> (port % 64) & 1; }
  void insert(uint16_t port);  // REQUIRES: not contained
  void erase(uint16_t port);   // REQUIRES: contained

  // Which ports of a range count: all, or the even or odd ones alone.
  enum class Parity : uint8_t { kAny, kEven, kOdd };
  // How many ports of `range` are not in the set.
  uint32_t missing(PortRange range, Parity parity = Parity::kAny) const;
  // The n-th of them, counted from 0. REQUIRES: n < missing(range, parity).
  uint16_t nth_missing(PortRange range, uint32_t n, Parity parity = Parity::kAny) const;

 private:
  static constexpr uint32_t kLineWords = 8, kLinePorts = 512, kLines = 128;
  // The ports of word `i` that lie in the range, count and are not in the set.
  uint64_t missing_bits(uint32_t i, PortRange range, Parity parity) const;
  // The same of a whole line, by its number.
  uint32_t missing_in_line(uint32_t line, PortRange range, Parity parity) const;

  alignas(64) std::array<uint64_t, 1024> words_ = {};
  std::array<uint16_t, kLines> used_ = {};
};

}  // namespace natbed
