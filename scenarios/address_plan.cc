#include "scenarios/address_plan.h"

namespace natbed {

std::optional<IpAddress> AddressBlock::next() {
  if (next_ >= end_) return std::nullopt;
  return IpAddress::v4(next_++);
}

bool AddressBlock::contains(IpAddress ip) const {
  if (empty() || !ip.is_v4()) return false;
  const uint32_t mask = ~uint32_t{0} << (32 - length_);
  return (ip.v4_value() & mask) == prefix_;
}

}  // namespace natbed
