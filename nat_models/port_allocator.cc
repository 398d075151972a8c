#include "nat_models/port_allocator.h"

#include <numeric>

namespace natbed {
namespace {

// So many single looks are cheaper than keeping the set of used ports; an address that needs more
// is nearly full.
constexpr int kLooks = 16;

bool taken(MappingTable& rows, Protocol protocol, uint32_t ip, uint16_t port) {
  return rows.find_external(protocol, {ip, port}) != nullptr;
}

}  // namespace

std::optional<uint16_t> PortAllocator::choose(const NatBehavior& behavior, MappingTable& rows,
                                              Protocol protocol, uint32_t external_ip,
                                              uint16_t internal_port, Rng& rng) {
  switch (behavior.of(protocol).ports.allocation) {
    case PortAllocation::kPreserving:
      if (!taken(rows, protocol, external_ip, internal_port)) return internal_port;
      return choose_random(behavior, rows, protocol, external_ip, rng);
    case PortAllocation::kSequential:
      return choose_next(behavior, rows, protocol, external_ip, rng);
    case PortAllocation::kRandom:
      return choose_random(behavior, rows, protocol, external_ip, rng);
  }
  return std::nullopt;
}

std::optional<uint16_t> PortAllocator::choose_random(const NatBehavior& behavior,
                                                     MappingTable& rows, Protocol protocol,
                                                     uint32_t external_ip, Rng& rng) const {
  const uint16_t low = behavior.of(protocol).ports.range.low,
                 high = behavior.of(protocol).ports.range.high;
  for (int look = 0; look < kLooks; ++look) {
    const uint16_t port = static_cast<uint16_t>(rng.between(low, high));
    if (!taken(rows, protocol, external_ip, port)) return port;
  }
  const PortSet& used = rows.ports_in_use(protocol, external_ip);
  const uint32_t left = used.missing(low, high);
  if (left == 0) return std::nullopt;
  return used.nth_missing(low, high, static_cast<uint32_t>(rng.below(left)));
}

std::optional<uint16_t> PortAllocator::choose_next(const NatBehavior& behavior, MappingTable& rows,
                                                   Protocol protocol, uint32_t external_ip,
                                                   Rng& rng) {
  const int64_t low = behavior.of(protocol).ports.range.low;
  const int64_t range = behavior.of(protocol).ports.range.high - low + 1;
  const int64_t step = (behavior.of(protocol).ports.step % range + range) % range;
  const int64_t start = last_ ? (*last_ - low + step) % range : rng.between(0, range - 1);
  // Steps of `step` come back to the start after `cycle` ports; the next cycle begins one port
  // further.
  const int64_t cycle = range / std::gcd(range, step);
  const PortSet* used = nullptr;
  for (int64_t i = 0; i < range; ++i) {
    if (i == kLooks) {
      used = &rows.ports_in_use(protocol, external_ip);
      if (used->missing(behavior.of(protocol).ports.range.low,
                        behavior.of(protocol).ports.range.high) == 0)
        return std::nullopt;
    }
    const uint16_t port = static_cast<uint16_t>(low + (start + i * step + i / cycle) % range);
    if (used ? used->contains(port) : taken(rows, protocol, external_ip, port)) continue;
    last_ = port;
    return port;
  }
  return std::nullopt;
}

}  // namespace natbed
