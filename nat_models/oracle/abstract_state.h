// AbstractState: all that can still matter in the oracle's world, as a set of facts.
//
// A sorted vector of numbers, so that states are compared and stored cheaply whatever the chains
// look like. Facts are only ever added, but for packets that arrive and for answers that get
// another mapping; where no box has ReplyMapping::kAdmitting, more facts never forbid what fewer
// allowed, and so the end cannot depend on the order.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "nat_models/oracle/places.h"

namespace natbed {

// A packet on the way: it has left the boxes of its sender, but for one that will turn it around.
struct PacketUnderWay {
  uint8_t sender = 0;
  bool answer = false;
  EndpointNumber source = 0, destination = 0;
  EndpointNumber about = 0;  // what the probe was sent to, which this is or which this answers
  auto operator<=>(const PacketUnderWay&) const = default;
};

class AbstractState {
 public:
  // The filter of `box` that belongs to `owner` admits that remote.
  void open(int box, EndpointNumber owner, RemoteKey remote) {
    add(fact(kOpen, static_cast<uint16_t>(box), owner, remote));
  }
  bool is_open(int box, EndpointNumber owner, RemoteKey remote) const {
    return has(fact(kOpen, static_cast<uint16_t>(box), owner, remote));
  }

  // What `internal` sends to `remote` leaves through this mapping, not the one that is selected.
  void set_reply(EndpointNumber internal, EndpointNumber remote, EndpointNumber mapping) {
    clear_reply(internal, remote);
    add(fact(kReply, internal, remote, mapping));
  }
  void clear_reply(EndpointNumber internal, EndpointNumber remote) {
    if (const auto at = find_reply(internal, remote); at != facts_.end()) facts_.erase(at);
  }
  std::optional<EndpointNumber> reply(EndpointNumber internal, EndpointNumber remote) const {
    const auto at = const_cast<AbstractState*>(this)->find_reply(internal, remote);
    if (at == facts_.end()) return std::nullopt;
    return static_cast<EndpointNumber>(*at);
  }

  void learn(int peer, EndpointNumber endpoint) {
    add(fact(kLearned, static_cast<uint16_t>(peer), endpoint));
  }
  std::vector<EndpointNumber> learned(int peer) const {
    std::vector<EndpointNumber> endpoints;
    each(kLearned, static_cast<uint16_t>(peer),
         [&](Fact f) { endpoints.push_back(static_cast<EndpointNumber>(f >> 16)); });
    return endpoints;
  }
  bool knows(int peer, EndpointNumber endpoint) const {
    return has(fact(kLearned, static_cast<uint16_t>(peer), endpoint));
  }

  void count_probe(int peer, EndpointNumber target, uint16_t so_far) {
    erase(fact(kSent, static_cast<uint16_t>(peer), target, so_far));
    add(fact(kSent, static_cast<uint16_t>(peer), target, static_cast<uint16_t>(so_far + 1)));
  }
  uint16_t probes(int peer, EndpointNumber target) const {
    const auto at =
        std::ranges::lower_bound(facts_, fact(kSent, static_cast<uint16_t>(peer), target));
    const bool there =
        at != facts_.end() && *at >> 16 == fact(kSent, static_cast<uint16_t>(peer), target) >> 16;
    return there ? static_cast<uint16_t>(*at) : uint16_t{0};
  }

  // It has an answer that proves a path, as its strategy wants it.
  void prove(int peer) { add(fact(kProven, static_cast<uint16_t>(peer))); }
  bool proven(int peer) const { return has(fact(kProven, static_cast<uint16_t>(peer))); }

  void put_under_way(const PacketUnderWay& packet) { add(fact_of(packet)); }
  void take_off(const PacketUnderWay& packet) { erase(fact_of(packet)); }
  std::vector<PacketUnderWay> under_way() const;

  auto operator<=>(const AbstractState&) const = default;

 private:
  // kind (8 bits) | sub-kind (8) | three numbers (16 each)
  using Fact = uint64_t;
  enum Kind : uint8_t { kOpen, kReply, kLearned, kSent, kProven, kUnderWay };
  static constexpr Fact fact(Kind kind, uint16_t a, uint16_t b = 0, uint16_t c = 0,
                             uint8_t sub = 0) {
    return Fact{kind} << 56 | Fact{sub} << 48 | Fact{a} << 32 | Fact{b} << 16 | c;
  }
  static Fact fact_of(const PacketUnderWay& p) {
    const auto sub = static_cast<uint8_t>(p.sender | (p.answer ? 2 : 0));
    return fact(kUnderWay, p.source, p.destination, p.about, sub);
  }
  bool has(Fact f) const { return std::ranges::binary_search(facts_, f); }
  void add(Fact f) {
    const auto at = std::ranges::lower_bound(facts_, f);
    if (at == facts_.end() || *at != f) facts_.insert(at, f);
  }
  void erase(Fact f) {
    const auto at = std::ranges::lower_bound(facts_, f);
    if (at != facts_.end() && *at == f) facts_.erase(at);
  }
  std::vector<Fact>::iterator find_reply(EndpointNumber internal, EndpointNumber remote) {
    const Fact least = fact(kReply, internal, remote);
    const auto at = std::ranges::lower_bound(facts_, least);
    return at != facts_.end() && *at >> 16 == least >> 16 ? at : facts_.end();
  }
  template <class F>
  void each(Kind kind, uint16_t a, F f) const {
    const Fact least = fact(kind, a);
    for (auto at = std::ranges::lower_bound(facts_, least);
         at != facts_.end() && *at >> 32 == least >> 32; ++at)
      f(*at);
  }

  std::vector<Fact> facts_;  // ascending
};

}  // namespace natbed
