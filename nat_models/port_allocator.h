// PortAllocator: which external port a new mapping gets (RFC 4787 §4.2).
//
// One port of one address belongs to one row at a time, whatever the remotes (RFC 4787 REQ-3
// forbids overloading). All choices stay exact when ports run short: a random one is uniform over
// those that are free, a sequence visits every port of the range before it gives up.
#pragma once

#include <optional>

#include "base/rng.h"
#include "nat_models/mapping_table.h"

namespace natbed {

class PortAllocator {
 public:
  // A port on `external_ip` for a row of `internal_port`, or nothing if the range is used up.
  // REQUIRES: ended rows were reclaimed.
  std::optional<uint16_t> choose(const NatBehavior& behavior, MappingTable& rows, Protocol protocol,
                                 uint32_t external_ip, uint16_t internal_port, Rng& rng);
  // A box that restarts starts its sequence anew.
  void restart() { last_.reset(); }

 private:
  std::optional<uint16_t> choose_random(const NatBehavior& behavior, MappingTable& rows,
                                        Protocol protocol, uint32_t external_ip, Rng& rng) const;
  std::optional<uint16_t> choose_next(const NatBehavior& behavior, MappingTable& rows,
                                      Protocol protocol, uint32_t external_ip, Rng& rng);
  std::optional<uint16_t> last_;  // kSequential: the last port given out, whatever the protocol
};

}  // namespace natbed
