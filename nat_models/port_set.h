// PortSet: a set of port numbers as 8 KiB of bits, for choosing uniformly among the few ports that
// are left.
#pragma once

#include <array>
#include <cstdint>

namespace natbed {

class PortSet {
 public:
  bool contains(uint16_t port) const { return words_[port / 64] >> (port % 64) & 1; }
  void insert(uint16_t port) { words_[port / 64] |= uint64_t{1} << (port % 64); }
  void erase(uint16_t port) { words_[port / 64] &= ~(uint64_t{1} << (port % 64)); }

  // How many ports of [low, high] are not in the set.
  uint32_t missing(uint16_t low, uint16_t high) const;
  // The n-th of them, counted from 0. REQUIRES: n < missing(low, high).
  uint16_t nth_missing(uint16_t low, uint16_t high, uint32_t n) const;

 private:
  // The ports of word `i` that lie in [low, high] and are not in the set.
  uint64_t missing_bits(uint32_t i, uint16_t low, uint16_t high) const;
  std::array<uint64_t, 1024> words_ = {};
};

}  // namespace natbed
