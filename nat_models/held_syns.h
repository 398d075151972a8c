// HeldSyns: unsolicited SYNs that a box answers only after six seconds (RFC 5382 REQ-4), because the
// host inside may be about to open the same connection.
//
// The SYN itself is dropped at once; what waits is the answer. So many at most: the oldest is
// forgotten, without an answer, when there is no room (RFC 5382 §4.3 lets a box drop silently).
#pragma once

#include <deque>
#include <optional>

#include "base/packet.h"
#include "base/time.h"

namespace natbed {

class HeldSyns {
 public:
  static constexpr size_t kMost = 256;

  void add(const Packet& syn, Instant now) {
    if (waiting_.size() == kMost) waiting_.pop_front();
    waiting_.push_back({syn, now + Duration::seconds(6)});
  }
  Instant deadline() const { return waiting_.empty() ? Instant::never() : waiting_.front().due; }
  std::optional<Packet> take(Instant now) {
    if (deadline() > now) return std::nullopt;
    const Packet syn = waiting_.front().syn;
    waiting_.pop_front();
    return syn;
  }

 private:
  struct Waiting {
    Packet syn;
    Instant due;
  };
  std::deque<Waiting> waiting_;  // in the order of their instants: all wait equally long
};

}  // namespace natbed
