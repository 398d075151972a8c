#include "sim/link.h"

#include <algorithm>

#include "base/hash.h"

namespace natbed {
namespace {

__extension__ using Wide = unsigned __int128;
constexpr uint64_t kBitNanoseconds = 8'000'000'000;  // byte times at 1 bit/s

// The time to put `size_bytes` on the wire, rounded up to whole nanoseconds.
Duration wire_time(uint32_t size_bytes, uint64_t rate_bps) {
  const uint64_t bits_ns = size_bytes * kBitNanoseconds;
  return Duration::nanoseconds(static_cast<int64_t>((bits_ns + rate_bps - 1) / rate_bps));
}

// Bytes that leave in `wait` at `rate_bps`: the backlog ahead of a packet that would have to wait
// that long.
uint64_t backlog_bytes(Duration wait, uint64_t rate_bps) {
  return static_cast<uint64_t>(static_cast<Wide>(wait.ns()) * rate_bps / kBitNanoseconds);
}

uint64_t content_hash(const LinkProfile& p) {
  Hasher hasher;
  for (const uint64_t field :
       {static_cast<uint64_t>(p.propagation.ns()), static_cast<uint64_t>(p.jitter.ns()),
        uint64_t{p.keep_order}, p.loss.scaled(), p.burst.enter.scaled(), p.burst.leave.scaled(),
        p.burst.loss.scaled(), p.rate_bps, uint64_t{p.queue_bytes}, uint64_t{p.mtu_bytes}}) {
    hasher.add(field);
  }
  return hasher.value();
}

}  // namespace

LinkRef LinkTable::add(const LinkProfile& profile, const Rng& stream) {
  LinkRef link{intern(profile)};
  if (needs_state(profile)) {
    link.state = static_cast<uint32_t>(states_.size());
    states_.push_back({stream, {}, {}});
  }
  return link;
}

uint32_t LinkTable::intern(const LinkProfile& profile) {
  const uint64_t hash = content_hash(profile);
  uint32_t index = by_content_.find(hash, [&](uint32_t i) { return profiles_[i] == profile; });
  if (index == FlatIndex::kNone) {
    index = static_cast<uint32_t>(profiles_.size());
    profiles_.push_back(profile);
    by_content_.add(hash, index);
  }
  return index;
}

Passage LinkTable::pass_with_state(const LinkProfile& profile, State& state, uint32_t size_bytes,
                                   Instant in) {
  Passage passage{in};
  if (profile.rate_bps != 0) {
    const Instant start = std::max(in, state.free_at);
    if (backlog_bytes(start - in, profile.rate_bps) + size_bytes > profile.queue_bytes) {
      return {in, DropReason::kQueueFull};
    }
    passage.out = state.free_at = start + wire_time(size_bytes, profile.rate_bps);
  }
  passage.out = passage.out + profile.propagation;
  if (!profile.burst.enter.never()) {
    if (state.rng.chance(state.bad ? profile.burst.leave : profile.burst.enter))
      state.bad = !state.bad;
  }
  if (state.rng.chance(state.bad ? profile.burst.loss : profile.loss))
    passage.drop = DropReason::kLoss;
  if (profile.jitter > Duration::zero()) {
    passage.out = passage.out + Duration::nanoseconds(state.rng.between(0, profile.jitter.ns()));
  }
  if (profile.keep_order) passage.out = state.last_out = std::max(passage.out, state.last_out);
  return passage;
}

void LinkTable::clear() {
  profiles_.clear();
  states_.clear();
  by_content_.clear();
}

}  // namespace natbed
