// AddressPlan: which address the next box gets, as a person would number a laboratory.
//
// The public core is the benchmarking range of RFC 2544, which no real network routes: boxes and
// servers count up from 198.18.0.1 in 198.18.0.0/16, and a public router gets a /24 of
// 198.19.0.0/16 to hand on. Homes are 192.168.x.0/24 with x counting up, so that two homes seldom
// share addresses, as in life; carriers are 100.64.0.0/10 (RFC 6598). The first address inside is
// the box's own. Addresses are not given back.
#pragma once

#include <cstdint>
#include <optional>

#include "base/address.h"

namespace natbed {

// A block of IPv4 addresses that are given out one by one, each once.
class AddressBlock {
 public:
  AddressBlock() = default;
  // REQUIRES: 8 <= length <= 30. The network's own address and its broadcast address are left out.
  constexpr AddressBlock(uint32_t prefix, int length)
      : prefix_(prefix),
        length_(length),
        next_(prefix + 1),
        end_(prefix + (1u << (32 - length)) - 1) {}

  std::optional<IpAddress> next();  // empty when the block is used up
  bool contains(IpAddress ip) const;
  IpAddress prefix() const { return IpAddress::v4(prefix_); }
  int length() const { return length_; }
  bool empty() const { return length_ == 0; }

 private:
  uint32_t prefix_ = 0;
  int length_ = 0;
  uint32_t next_ = 0, end_ = 0;
};

class AddressPlan {
 public:
  AddressBlock core() const { return {v4(198, 18, 0, 0), 16}; }
  AddressBlock carrier() const { return {v4(100, 64, 0, 0), 10}; }
  AddressBlock next_home() { return {v4(192, 168, homes_++ % 256, 0), 24}; }
  // A /24 of public addresses behind a router; empty when all 256 are given out.
  AddressBlock next_public() {
    if (public_ == 256) return {};
    return {v4(198, 19, public_++, 0), 24};
  }

 private:
  static constexpr uint32_t v4(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return a << 24 | b << 16 | c << 8 | d;
  }
  uint32_t homes_ = 1;  // 192.168.1.0/24 is what most people have
  uint32_t public_ = 0;
};

}  // namespace natbed
