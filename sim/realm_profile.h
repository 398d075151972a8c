// RealmProfile: one address realm, in which any interface reaches any other: the public core, a
// carrier's inside, a LAN.
//
// The delay from interface a to b is by_region[a.region][b.region] (if given) plus a part drawn
// once for the pair, uniform over [latency_low, latency_high]. The draw is a hash of the two
// interfaces' names and the world's seed, the same in both directions; adding a node never changes
// the delays of others. A LAN has latency_low == latency_high. An explicit matrix is a region per
// interface.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "base/trace_event.h"

namespace natbed {

struct RealmProfile {
  RealmKind kind = RealmKind::kLan;
  Duration latency_low, latency_high;  // one-way
  std::vector<Duration>
      by_region;  // row-major square matrix, [from][to], one-way; may be asymmetric

  static RealmProfile core(Duration low, Duration high) {
    return {RealmKind::kCore, low, high, {}};
  }
  static RealmProfile carrier(Duration latency) {
    return {RealmKind::kCarrier, latency, latency, {}};
  }
  static RealmProfile lan(Duration latency) { return {RealmKind::kLan, latency, latency, {}}; }
};

}  // namespace natbed
