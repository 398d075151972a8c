// LinkProfile: what one direction of one attachment does to packets. Each direction by itself, as
// on real access links.
//
// Everything is integer: delays in nanoseconds, rates in bit/s, probabilities as fractions of 2^32.
// A profile is shared by all links that are alike (the world interns it), so give as many as you
// like.
#pragma once

#include <cstdint>

#include "base/rng.h"
#include "base/time.h"

namespace natbed {

// Bursty loss: the two-state Markov chain of Gilbert (1960) and Elliott (1963). Before each packet
// the chain may change state; in the bad state packets are lost with `loss`, in the good state with
// LinkProfile::loss. The share of time in the bad state is enter / (enter + leave), and a burst
// lasts 1 / leave packets on average.
struct BurstLoss {
  Probability enter = {};                    // good to bad, per packet; never() turns bursts off
  Probability leave = Probability::of(0.5);  // bad to good, per packet
  Probability loss = Probability::of(1);     // in the bad state

  bool operator==(const BurstLoss&) const = default;
};

struct LinkProfile {
  Duration propagation = {};
  Duration jitter = {};     // extra delay, uniform over [0, jitter], drawn per packet
  bool keep_order = false;  // else jitter may let a packet overtake an earlier one
  Probability loss = {};    // independent of everything
  BurstLoss burst = {};
  uint64_t rate_bps = 0;  // bit/s; 0: no limit and no queue
  // Backlog, including the packet being sent, beyond which the tail drops.
  uint32_t queue_bytes = 64 * 1024;
  uint32_t mtu_bytes =
      kEthernetMtu;  // IP packet size; larger ones are cut (RFC 791) or, with DF, refused

  static constexpr uint32_t kEthernetMtu = 1500;  // RFC 894
  bool operator==(const LinkProfile&) const = default;
};

// One attachment, seen from the node: `up` leads into the realm, `down` out of it to the node.
struct Link {
  LinkProfile up, down;
  uint16_t region = 0;  // row of RealmProfile::by_region
};

}  // namespace natbed
