#include "tests/support/random_behavior.h"

namespace natbed::test {
namespace {

uint16_t port(Rng& rng) { return static_cast<uint16_t>(rng.below(65536)); }

PortRange range(Rng& rng) {
  const uint16_t a = port(rng), b = port(rng);
  return {std::min(a, b), std::max(a, b)};
}

int64_t time(Rng& rng) {
  constexpr int64_t kMillisecond = 1'000'000;
  return rng.between(1, 500'000) * kMillisecond;
}

AxisValue random_value(const NatAxis& axis, Rng& rng) {
  AxisValue value;
  switch (axis.kind) {
    case AxisKind::kWord:
      value.number = static_cast<int64_t>(rng.below(axis.words.size()));
      break;
    case AxisKind::kFlag:
      value.number = static_cast<int64_t>(rng.below(2));
      break;
    case AxisKind::kCount:
      value.number = rng.between(axis.low, axis.high);
      break;
    case AxisKind::kTime:
      value.number = time(rng);
      break;
    case AxisKind::kAddress:
      value.number = rng.between(1, 0xFFFFFFFF);
      break;
    case AxisKind::kPorts:
      for (int64_t i = 0, n = rng.between(axis.low, axis.high); i < n; ++i)
        value.ports.push_back(range(rng));
      break;
    case AxisKind::kPortTimes:
      for (int64_t i = 0, n = rng.between(axis.low, axis.high); i < n; ++i) {
        value.port_times.push_back({range(rng), Duration::nanoseconds(time(rng))});
      }
      break;
    case AxisKind::kNetworks:
      for (int64_t i = 0, n = rng.between(axis.low, axis.high); i < n; ++i) {
        value.networks.push_back(
            {static_cast<uint32_t>(rng.next()), static_cast<uint8_t>(rng.between(1, 32))});
      }
      break;
  }
  return value;
}

}  // namespace

void set_at_random(NatBehavior& behavior, const NatAxis& axis, Rng& rng) {
  if (!axis.per_protocol || rng.below(2) == 0)
    return set_axis(behavior, axis, random_value(axis, rng));
  for (const Protocol protocol : kNatProtocols)
    axis.set(behavior, protocol, random_value(axis, rng));
}

NatBehavior random_behavior(Rng& rng) {
  while (true) {
    NatBehavior behavior;
    for (const NatAxis& axis : nat_axes()) {
      if (rng.below(4) == 0) set_at_random(behavior, axis, rng);
    }
    if (validate(behavior)) return behavior;
  }
}

}  // namespace natbed::test
