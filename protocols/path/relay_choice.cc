#include "protocols/path/relay_choice.h"

#include <algorithm>

#include "base/check.h"
#include "protocols/path/overlay.h"

namespace natbed {

RelayChoice::Relay& RelayChoice::relay(const Name& name) {
  const auto place = std::ranges::lower_bound(relays_, name, {}, &Relay::name);
  if (place != relays_.end() && place->name == name) return *place;
  Relay added;
  added.name = name;
  added.drawn = config_.policy != RelayPolicy::kRandomK;  // else it waits for the next draw
  return *relays_.insert(place, added);
}

const RelayChoice::Relay* RelayChoice::find(const Name& name) const {
  const auto place = std::ranges::lower_bound(relays_, name, {}, &Relay::name);
  return place != relays_.end() && place->name == name ? &*place : nullptr;
}

void RelayChoice::measured_by_us(const Name& name, Duration round_trip) {
  Relay& measured = relay(name);
  measured.ours = round_trip;
  measured.measured = true;
  measured.dead = false;
}

void RelayChoice::measured_by_peer(const Name& name, Duration round_trip) {
  Relay& measured = relay(name);
  measured.theirs = round_trip;
  measured.measured_by_peer = true;
}

void RelayChoice::measured_between(const Name& a, const Name& b, Duration round_trip) {
  const auto same = [&](const Link& link) {
    return (link.a == a && link.b == b) || (link.a == b && link.b == a);
  };
  const auto known = std::ranges::find_if(links_, same);
  if (known != links_.end()) {
    known->round_trip = round_trip;
  } else {
    links_.push_back({a, b, round_trip});
  }
}

void RelayChoice::forget_peer() {
  for (Relay& r : relays_) r.measured_by_peer = false;
  release();
}

void RelayChoice::declare_dead(const Name& name) { relay(name).dead = true; }

bool RelayChoice::alive(const Name& name) const {
  const Relay* known = find(name);
  return known && known->usable();
}

std::optional<RelayRoute> RelayChoice::choose() {
  if (current_ && !holds(*current_)) current_.reset();
  if (config_.policy == RelayPolicy::kRandomK && !current_) draw();
  const std::optional<RelayRoute> found = best(std::nullopt);
  if (!current_ || !found) {
    current_ = found;
  } else {
    const Duration old = score(*current_);
    const Duration relative = old * config_.min_gain_numerator / config_.min_gain_denominator;
    const Duration gain = old - score(*found);
    if (gain > Duration::zero() && gain >= std::max(config_.min_gain, relative)) current_ = found;
  }
  if (current_) current_->round_trip = expected(*current_);
  backup_ = current_ ? best(current_) : std::nullopt;
  return current_;
}

// SOSR's step: `random_k` of the usable relays, each set of them as likely as any other.
void RelayChoice::draw() {
  uint64_t usable = static_cast<uint64_t>(std::ranges::count_if(relays_, &Relay::usable));
  uint64_t wanted = std::min<uint64_t>(config_.random_k, usable);
  for (Relay& r : relays_) {
    r.drawn = r.usable() && rng_.below(usable) < wanted;
    if (r.drawn) --wanted;
    if (r.usable()) --usable;
  }
}

// Vertices: the relays in the order of their names (so that ties go to the first name), then we,
// then the peer.
std::optional<RelayRoute> RelayChoice::best(const std::optional<RelayRoute>& apart_from) const {
  const auto count = static_cast<uint32_t>(relays_.size());
  const uint32_t us = count, peer = count + 1;
  const auto allowed = [&](const Relay& r) {
    const bool taken = apart_from && std::ranges::count(apart_from->names(), r.name) != 0;
    return r.usable() && r.drawn && !taken;
  };
  std::vector<OverlayEdge> edges;
  for (uint32_t i = 0; i < count; ++i) {
    if (!allowed(relays_[i])) continue;
    const bool nearest = config_.policy == RelayPolicy::kNearest;
    edges.push_back({us, i, relays_[i].ours});
    edges.push_back({i, peer, nearest ? Duration::zero() : their_part(relays_[i])});
  }
  for (const Link& link : links_) {
    const Relay* a = find(link.a);
    const Relay* b = find(link.b);
    if (!a || !b || !allowed(*a) || !allowed(*b)) continue;
    edges.push_back({static_cast<uint32_t>(a - relays_.data()),
                     static_cast<uint32_t>(b - relays_.data()), link.round_trip});
  }
  const uint32_t most = std::clamp<uint32_t>(config_.max_relays, 1, RelayRoute::kMaxRelays);
  const auto way = shortest_way(count + 2, edges, us, peer, most);
  if (!way) return std::nullopt;
  RelayRoute route;
  for (const uint32_t vertex : way->between) route.relays[route.size++] = relays_[vertex].name;
  route.round_trip = expected(route);
  return route;
}

bool RelayChoice::holds(const RelayRoute& route) const {
  return std::ranges::all_of(route.names(), [&](const Name& name) { return alive(name); });
}

Duration RelayChoice::expected(const RelayRoute& route) const {
  const Relay* first = find(route.relays[0]);
  const Relay* last = find(route.relays[route.size - 1]);
  NATBED_CHECK(first && last, "routes are made of known relays");
  Duration sum = first->ours + their_part(*last);
  for (size_t i = 0; i + 1 < route.size; ++i) {
    const auto joins = [&](const Link& link) {
      return (link.a == route.relays[i] && link.b == route.relays[i + 1]) ||
             (link.b == route.relays[i] && link.a == route.relays[i + 1]);
    };
    sum += std::ranges::find_if(links_, joins)->round_trip;
  }
  return sum;
}

Duration RelayChoice::score(const RelayRoute& route) const {
  return config_.policy == RelayPolicy::kNearest ? find(route.relays[0])->ours : expected(route);
}

const char* to_string(RelayPolicy policy) {
  switch (policy) {
    case RelayPolicy::kMinSum:
      return "min-sum";
    case RelayPolicy::kNearest:
      return "nearest";
    case RelayPolicy::kRandomK:
      return "random-k";
  }
  return "?";
}

}  // namespace natbed
