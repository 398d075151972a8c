// Allocation: one client's address on the relay, whom it lets in (permissions), and its short cuts
// (channels).
//
// Whatever has expired behaves as absent from that very instant, whether or not anybody cleaned up;
// its place is taken by the next. A client talks to few peers, so both tables are short and are
// searched from front to back.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/id.h"
#include "base/time.h"
#include "protocols/stun/message.h"
#include "protocols/turn/constants.h"

namespace natbed {

struct Allocation {
  enum class State : uint8_t { kFree, kOpening, kOpen };
  struct Permission {
    IpAddress peer;
    Instant expires_at;
  };
  struct Channel {
    Endpoint peer;
    uint16_t number;
    Instant expires_at;
  };
  // Peers of one allocation that may be served at a time; ours, so that a client cannot fill the
  // memory.
  static constexpr size_t kMaxPeers = 256;

  State state = State::kFree;
  uint8_t openings = 0;  // ports tried for it
  bool even_port = false;
  bool wants_v6_too = false;  // ADDITIONAL-ADDRESS-FAMILY, answered with ADDRESS-ERROR-CODE
  uint32_t user = 0;
  Endpoint client, relayed;
  Instant expires_at = Instant::never();
  Duration lifetime;           // granted
  TransactionId allocated_by;  // tells a retransmitted Allocate from a second one
  std::vector<Permission> permissions;
  std::vector<Channel> channels;

  bool permits(Instant now, const IpAddress& peer) const;
  // Installs or refreshes. false: there is no room for another.
  bool permit(Instant now, const IpAddress& peer);
  // The live channel with that number or to that peer; null if there is none.
  const Channel* channel(Instant now, uint16_t number) const;
  const Channel* channel(Instant now, const Endpoint& peer) const;
  // Binds or refreshes. REQUIRES: neither end is bound to another (RFC 8656 §12.2). false: no room.
  bool bind(Instant now, uint16_t number, const Endpoint& peer);
};

}  // namespace natbed
