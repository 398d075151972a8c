#include "nat_models/port_allocator.h"

#include "nat_models/port_search.h"

namespace natbed {
namespace {

using Window = PortSearcher::Window;

PortRange class_of(PortClasses classes, uint16_t port, PortRange otherwise) {
  switch (classes) {
    case PortClasses::kNone:
      return otherwise;
    case PortClasses::kWellKnown:
      return port < 1024 ? PortRange{1, 1023} : PortRange{1024, 65535};
    case PortClasses::kThree:
      if (port < 512) return {1, 511};
      return port < 1024 ? PortRange{512, 1023} : PortRange{1024, 65535};
    case PortClasses::kKernel:
      if (port < 512) return {1, 511};
      return port < 1024 ? PortRange{600, 1023} : PortRange{1024, 65535};
  }
  return otherwise;
}

Window window_for(const PortRules& rules, const PortRequest& request) {
  Window window{class_of(rules.classes, request.internal.port, rules.range)};
  if (is_icmp(request.protocol) && rules.classes != PortClasses::kNone) window.range = {0, 65535};
  if (rules.parity) {
    window.parity = request.internal.port % 2 == 0 ? PortSet::Parity::kEven : PortSet::Parity::kOdd;
  }
  return window;
}

bool within(std::span<const PortRange> ranges, uint16_t port) {
  if (ranges.empty()) return true;
  for (const PortRange& range : ranges) {
    if (range.contains(port)) return true;
  }
  return false;
}

// RFC 4787 §4.2.3: the port beside that of the other half of an even-odd pair of the same host.
std::optional<uint16_t> beside_neighbour(MappingTable& rows, const PortRequest& request) {
  const bool even = request.internal.port % 2 == 0;
  const V4Endpoint other{request.internal.ip,
                         static_cast<uint16_t>(request.internal.port + (even ? 1 : -1))};
  const MappingRow* row = rows.find_internal(request.protocol, other, {});
  if (!row || !rows.alive(*row, request.now) || row->external.ip() != request.external_ip) {
    return std::nullopt;
  }
  return static_cast<uint16_t>(row->external.port() + (even ? -1 : 1));
}

}  // namespace

bool PortAllocator::is_free(MappingTable& rows, const PortRequest& request, uint16_t port) {
  const V4Endpoint external{request.external_ip, port};
  const MappingRow* row = rows.find_external(request.protocol, external, request.remote);
  return !row || !rows.occupies(*row, request.now);
}

PortChoice PortAllocator::choose(const NatBehavior& behavior, MappingTable& rows, Rng& rng,
                                 const PortRequest& request, std::span<const PortRange> ranges) {
  const PortRules& rules = behavior.of(request.protocol).ports;
  PortSearcher search(&rules, &rows, &rng, &request);
  const Window window = window_for(rules, request);
  const uint16_t internal = request.internal.port;

  if (rules.contiguity) {
    const auto port = beside_neighbour(rows, request);
    if (port && within(ranges, *port) && search.usable(*port)) return {port};
  }
  const bool preserves = rules.allocation == PortAllocation::kPreserving;
  const bool may_stay = within(ranges, internal);
  if (preserves && may_stay && search.usable(internal)) return {internal};

  PortChoice choice;
  choice.clashed = preserves;
  const auto in_each = [&](auto look) {
    if (ranges.empty()) choice.port = look(window);
    for (const PortRange& range : ranges) {
      if (!choice.port) choice.port = look(Window{range, window.parity});
    }
    return choice;
  };
  const auto at_random = [&](const Window& w) { return search.random(w); };
  const auto in_sequence = [&](const Window& w) -> std::optional<uint16_t> {
    const int64_t low = w.range.low, size = w.range.size();
    if (size == 0) return std::nullopt;
    if (!last_) return search.in_steps(w, rng.between(0, size - 1), rules.step);
    int64_t others = 0;
    if (rules.cross_traffic_per_second > 0) {
      others = poisson(rng, rules.cross_traffic_per_second, request.now - last_at_, w.range.size());
    }
    const int64_t start = ((*last_ - low + rules.step * (1 + others)) % size + size) % size;
    return search.in_steps(w, start, rules.step);
  };
  switch (rules.allocation) {
    case PortAllocation::kRandom:
      return in_each(at_random);
    case PortAllocation::kSequential:
      in_each(in_sequence);
      if (choice.port) last_ = choice.port, last_at_ = request.now;
      return choice;
    case PortAllocation::kPreserving:
      break;
  }
  switch (rules.clash) {
    case PortClash::kRandom:
      return in_each(at_random);
    case PortClash::kNext:
      return in_each([&](const Window& w) {
        const int64_t from = w.range.contains(internal) ? internal - w.range.low + 1 : 0;
        return search.in_steps(w, from, 1);
      });
    case PortClash::kLowest:
      return in_each([&](const Window& w) { return search.in_steps(w, 0, 1); });
    case PortClash::kRefuse:
      break;
  }
  return choice;
}

}  // namespace natbed
