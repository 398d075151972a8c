#include "nat_models/oracle/abstract_state.h"

#include <algorithm>

namespace natbed {
namespace {

enum Kind : uint8_t { kOpen, kReply, kLearned, kSent, kProven, kUnderWay };

constexpr uint64_t fact(Kind kind, int a, uint16_t b = 0, uint16_t c = 0, uint8_t sub = 0) {
  return uint64_t{kind} << 56 | uint64_t{sub} << 48 | uint64_t{static_cast<uint16_t>(a)} << 32 |
         uint64_t{b} << 16 | c;
}

uint64_t fact_of(const PacketUnderWay& p) {
  const auto sub = static_cast<uint8_t>(p.sender | (p.answer ? 2 : 0));
  return fact(kUnderWay, p.source, p.destination, p.about, sub);
}

PacketUnderWay packet_of(uint64_t fact) {
  const auto sub = static_cast<uint8_t>(fact >> 48);
  return {static_cast<uint8_t>(sub & 1), (sub & 2) != 0, static_cast<EndpointNumber>(fact >> 32),
          static_cast<EndpointNumber>(fact >> 16), static_cast<EndpointNumber>(fact)};
}

}  // namespace

void AbstractState::open(int box, EndpointNumber owner, RemoteKey remote) {
  add(fact(kOpen, box, owner, remote));
}
bool AbstractState::is_open(int box, EndpointNumber owner, RemoteKey remote) const {
  return has(fact(kOpen, box, owner, remote));
}

void AbstractState::set_reply(EndpointNumber internal, EndpointNumber remote,
                              EndpointNumber mapping) {
  clear_reply(internal, remote);
  add(fact(kReply, internal, remote, mapping));
}
void AbstractState::clear_reply(EndpointNumber internal, EndpointNumber remote) {
  const Place at = find_beginning(fact(kReply, internal, remote));
  if (at != facts_.end()) facts_.erase(at);
}
std::optional<EndpointNumber> AbstractState::reply(EndpointNumber internal,
                                                   EndpointNumber remote) const {
  const Place at = find_beginning(fact(kReply, internal, remote));
  if (at == facts_.end()) return std::nullopt;
  return static_cast<EndpointNumber>(*at);
}

void AbstractState::learn(int peer, EndpointNumber endpoint) {
  add(fact(kLearned, peer, endpoint));
}
std::vector<EndpointNumber> AbstractState::learned(int peer) const {
  std::vector<EndpointNumber> endpoints;
  const Fact least = fact(kLearned, peer);
  for (Place at = std::ranges::lower_bound(facts_, least);
       at != facts_.end() && *at >> 32 == least >> 32; ++at)
    endpoints.push_back(static_cast<EndpointNumber>(*at >> 16));
  return endpoints;
}
bool AbstractState::knows(int peer, EndpointNumber endpoint) const {
  return has(fact(kLearned, peer, endpoint));
}

void AbstractState::count_probe(int peer, EndpointNumber target) {
  const uint16_t so_far = probes(peer, target);
  erase(fact(kSent, peer, target, so_far));
  add(fact(kSent, peer, target, static_cast<uint16_t>(so_far + 1)));
}
uint16_t AbstractState::probes(int peer, EndpointNumber target) const {
  const Place at = find_beginning(fact(kSent, peer, target));
  return at != facts_.end() ? static_cast<uint16_t>(*at) : uint16_t{0};
}

void AbstractState::prove(int peer) { add(fact(kProven, peer)); }
bool AbstractState::proven(int peer) const { return has(fact(kProven, peer)); }

void AbstractState::put_under_way(const PacketUnderWay& packet) { add(fact_of(packet)); }
void AbstractState::take_off(const PacketUnderWay& packet) { erase(fact_of(packet)); }
std::vector<PacketUnderWay> AbstractState::under_way() const {
  std::vector<PacketUnderWay> packets;
  const Place first = std::ranges::lower_bound(facts_, fact(kUnderWay, 0));
  std::transform(first, facts_.end(), std::back_inserter(packets), packet_of);
  return packets;
}

bool AbstractState::has(Fact fact) const { return std::ranges::binary_search(facts_, fact); }
void AbstractState::add(Fact fact) {
  const auto at = std::ranges::lower_bound(facts_, fact);
  if (at == facts_.end() || *at != fact) facts_.insert(at, fact);
}
void AbstractState::erase(Fact fact) {
  const auto at = std::ranges::lower_bound(facts_, fact);
  if (at != facts_.end() && *at == fact) facts_.erase(at);
}
AbstractState::Place AbstractState::find_beginning(Fact fact) const {
  const Place at = std::ranges::lower_bound(facts_, fact);
  return at != facts_.end() && *at >> 16 == fact >> 16 ? at : facts_.end();
}

}  // namespace natbed
