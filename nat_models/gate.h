// Gate: packets that a box does not even look at: too many of them, or from somebody it has had
// enough of (NatLimits::packets_per_second, NatBehavior::blacklist).
#pragma once

#include "nat_models/flow_table.h"
#include "nat_models/nat_timers.h"

namespace natbed {

class Gate {
 public:
  // Whether one more packet may pass within this second; counts it if so.
  bool has_room(uint32_t packets_per_second, Instant now) {
    const int64_t second = now.ns() / Duration::seconds(1).ns();
    if (second != second_) second_ = second, passed_ = 0;
    if (passed_ >= packets_per_second) return false;
    ++passed_;
    return true;
  }
  void ban(uint32_t ip, Instant until, Instant now) {
    if (Instant* known = banned_.find(key(ip))) {
      *known = until;
      return;
    }
    banned_.put(key(ip), until, [&](const auto& flow) { return flow.value <= now; });
  }
  // Until when; an instant not after `now` if it is not.
  Instant banned_until(uint32_t ip) {
    const Instant* until = banned_.find(key(ip));
    return until ? *until : Instant();
  }

 private:
  static FlowKey key(uint32_t ip) { return {uint64_t{1} << 32 | ip, 0}; }
  FlowTable<Instant, 0> banned_;
  int64_t second_ = -1;
  uint32_t passed_ = 0;
};

}  // namespace natbed
