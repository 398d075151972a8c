// Links: what becomes of a packet in one direction of one attachment, in closed form.
//
// A rate-limited link is a "virtual queue": the instant at which the last accepted byte will have
// left says everything about the backlog, so a link needs no queue and no events of its own. State
// (random stream, backlog, burst) exists only for directions whose profile asks for it; equal
// profiles are kept once.
#pragma once

#include <cstdint>
#include <vector>

#include "base/drop_reason.h"
#include "base/rng.h"
#include "base/time.h"
#include "sim/flat_index.h"
#include "sim/link_profile.h"

namespace natbed {

// One direction of one attachment, as an interface keeps it.
struct LinkRef {
  uint32_t profile = 0;
  uint32_t state = FlatIndex::kNone;
};

// Of a packet: when it comes out at the far end, and whether it was lost on the way there.
struct Passage {
  Instant out;
  DropReason drop = DropReason::kNone;
};

class LinkTable {
 public:
  LinkRef add(const LinkProfile& profile, const Rng& stream);

  // Sends `size_bytes` into the link at `in`. REQUIRES: for one link, `in` does not go back if
  // needs_order(). A packet that is refused at the entrance (kQueueFull, kTooBig) has out == in.
  Passage pass(LinkRef link, uint32_t size_bytes, Instant in) {
    const LinkProfile& profile = profiles_[link.profile];
    if (size_bytes > profile.mtu_bytes) return {in, DropReason::kTooBig};
    if (link.state == FlatIndex::kNone) return {in + profile.propagation};
    return pass_with_state(profile, states_[link.state], size_bytes, in);
  }
  // Whether the outcome depends on the order in which packets come in, so that each must be passed
  // at its time.
  bool needs_order(LinkRef link) const {
    return link.state != FlatIndex::kNone && needs_order(profiles_[link.profile]);
  }
  const LinkProfile& profile(LinkRef link) const { return profiles_[link.profile]; }
  void clear();

 private:
  struct State {
    Rng rng;
    Instant free_at;   // when the last accepted byte has left
    Instant last_out;  // of an earlier packet; for keep_order
    bool bad = false;  // Gilbert-Elliott
  };
  static bool needs_order(const LinkProfile& p) {
    return p.rate_bps != 0 || p.keep_order || !p.burst.enter.never();
  }
  static bool needs_state(const LinkProfile& p) {
    return needs_order(p) || p.jitter > Duration::zero() || !p.loss.never();
  }
  static Passage pass_with_state(const LinkProfile& profile, State& state, uint32_t size_bytes,
                                 Instant in);
  uint32_t intern(const LinkProfile& profile);

  std::vector<LinkProfile> profiles_;
  std::vector<State> states_;
  FlatIndex by_content_;
};

}  // namespace natbed
