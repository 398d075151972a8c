#include "protocols/punch/remotes.h"

#include <algorithm>
#include <tuple>

namespace natbed {

Remote* Remotes::learn(const Endpoint& endpoint, CandidateKind kind) {
  const auto known = std::ranges::find(all(), endpoint, &Remote::endpoint);
  if (known != all().end()) return &*known;
  if (count_ == kMost || !endpoint.valid()) return nullptr;
  Remote& remote = all_[count_++];
  remote.endpoint = endpoint;
  remote.kind = kind;
  return &remote;
}

bool Remotes::proven(const Endpoint& endpoint) const {
  const auto known = std::ranges::find(all(), endpoint, &Remote::endpoint);
  return known != all().end() && (known->heard || known->answered);
}

bool Remotes::any_heard() const { return std::ranges::any_of(all(), &Remote::heard); }

bool Remotes::valid(const Remote& remote) const {
  return remote.answered && (remote.symmetric ? remote.heard : any_heard());
}

std::optional<size_t> Remotes::best_valid() const {
  const auto rank = [](const Remote& r) { return std::tuple(!r.symmetric, r.kind, r.round_trip); };
  const Remote* best = nullptr;
  for (const Remote& remote : all()) {
    if (valid(remote) && (!best || rank(remote) < rank(*best))) best = &remote;
  }
  return best ? std::optional(index_of(*best)) : std::nullopt;
}

}  // namespace natbed
