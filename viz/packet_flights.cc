#include "viz/packet_flights.h"

#include <algorithm>

namespace natbed::viz {
namespace {

// The elements of `all`, sorted by `when`, that fall into [from, to).
template <class T, class Member>
std::span<const T> between(const std::vector<T>& all, Member when, Instant from, Instant to) {
  const auto first = std::ranges::lower_bound(all, from, {}, when);
  const auto last = std::ranges::lower_bound(all, std::max(from, to), {}, when);
  return {first, last};
}

}  // namespace

void PacketFlights::on_event(const TraceEvent& event) {
  if (event.kind == TraceKind::kSent) {
    last_hop_[event.packet] = hops_.size();
    hops_.push_back({event.at, std::max(event.at, event.until), event.node, event.other,
                     event.protocol, event.traffic, event.size, event.packet, event.source,
                     event.destination});
    return;
  }
  if (event.kind != TraceKind::kDropped) return;
  Drop drop{event.at,       event.node,    NodeId(),     NodeId(),     event.reason,
            event.protocol, event.traffic, event.packet, event.source, event.destination};
  const auto known = last_hop_.find(event.packet);
  if (known != last_hop_.end()) {
    Hop& hop = hops_[known->second];
    // Told by its sender while still on the way: the link lost it.
    if (hop.from == event.node && hop.start <= event.at && event.at < hop.end) {
      hop.lost = true;
      drop.from = hop.from;
      drop.towards = hop.to;
    }
  }
  drops_.push_back(drop);
}

void PacketFlights::finish() {
  for (const Hop& hop : hops_) index_.add(hop.start, hop.end);
  last_hop_.clear();
}

std::span<const Hop> PacketFlights::hops_between(Instant from, Instant to) const {
  return between(hops_, &Hop::start, from, to);
}

std::span<const Drop> PacketFlights::drops_between(Instant from, Instant to) const {
  return between(drops_, &Drop::at, from, to);
}

}  // namespace natbed::viz
