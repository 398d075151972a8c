// PortAllocator: which external port a new mapping gets (RFC 4787 §4.2, RFC 6056), by PortRules.
//
// All choices stay exact when ports run short: a random one is uniform over those that are free, a
// sequence visits every port of the range before it gives up. Only netfilter's search may miss free
// ports, as it does.
#pragma once

#include <optional>
#include <span>

#include "base/rng.h"
#include "nat_models/mapping_table.h"

namespace natbed {

// What a port is wanted for.
struct PortRequest {
  Protocol protocol = Protocol::kUdp;
  V4Endpoint internal;
  V4Endpoint remote;  // of a session (PortRules::overload), else blank
  uint32_t external_ip = 0;
  Instant now;
  bool tracked_syn = false;  // for a connection that begins in a box that tracks them strictly
};

struct PortChoice {
  std::optional<uint16_t> port;  // nothing: all that it may be are in use
  bool clashed = false;          // the internal port was to be kept, and is somebody else's
};

class PortAllocator {
 public:
  // `ranges`: the only ports that count, if there are any.
  PortChoice choose(const NatBehavior& behavior, MappingTable& rows, Rng& rng,
                    const PortRequest& request, std::span<const PortRange> ranges);
  // Whether nobody has, or rests on, that port.
  static bool is_free(MappingTable& rows, const PortRequest& request, uint16_t port);
  // A box that restarts starts its sequence anew.
  void restart() { last_.reset(); }

 private:
  std::optional<uint16_t> last_;  // kSequential: the last port given out, whatever the protocol
  Instant last_at_;
};

}  // namespace natbed
