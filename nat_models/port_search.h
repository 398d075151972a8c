// PortSearch: looks for one free port in one window, in each of the ways that boxes do.
#pragma once

#include <optional>

#include "base/rng.h"
#include "nat_models/port_allocator.h"

namespace natbed {

class PortSearcher {
 public:
  // Ports that count: of a range, of one parity.
  struct Window {
    PortRange range;
    PortSet::Parity parity = PortSet::Parity::kAny;
    bool contains(uint16_t port) const {
      return range.contains(port) && (parity == PortSet::Parity::kAny ||
                                      (port % 2 == 1) == (parity == PortSet::Parity::kOdd));
    }
  };

  PortSearcher(const PortRules* rules, MappingTable* rows, Rng* rng, const PortRequest* request)
      : rules_(*rules), rows_(*rows), rng_(*rng), request_(*request) {}

  // Free, and not reserved.
  bool usable(uint16_t port) const;
  // By PortRules::search.
  std::optional<uint16_t> random(const Window& window);
  // From `start` on in steps of `step`, wrapping, until all of the window was seen.
  std::optional<uint16_t> in_steps(const Window& window, int64_t start, int64_t step);

 private:
  bool reserved(uint16_t port) const;
  bool any_reserved() const;
  std::optional<uint16_t> uniform(const Window& window);
  std::optional<uint16_t> as_netfilter(const Window& window);
  // Ends the session at `port` if it is over but for waiting. Whether that was so.
  bool evict(uint16_t port);

  const PortRules& rules_;
  MappingTable& rows_;
  Rng& rng_;
  const PortRequest& request_;
};

// How many events a Poisson process of `per_second` has within `time`, at most `most`. Integers
// only, so that the draw is the same on every machine.
uint32_t poisson(Rng& rng, uint32_t per_second, Duration time, uint32_t most);

}  // namespace natbed
