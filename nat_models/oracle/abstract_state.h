// AbstractState: all that can still matter in the oracle's world, as a set of facts.
//
// A sorted vector of numbers, so that states are compared and stored cheaply whatever the chains
// look like. Facts are only ever added, but for packets that arrive and for answers that get
// another mapping; where no box has ReplyMapping::kAdmitting, more facts never forbid what fewer
// allowed, and so the end cannot depend on the order.
#pragma once

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
  void open(int box, EndpointNumber owner, RemoteKey remote);
  bool is_open(int box, EndpointNumber owner, RemoteKey remote) const;

  // What `internal` sends to `remote` leaves through this mapping, not the one that is selected.
  void set_reply(EndpointNumber internal, EndpointNumber remote, EndpointNumber mapping);
  void clear_reply(EndpointNumber internal, EndpointNumber remote);
  std::optional<EndpointNumber> reply(EndpointNumber internal, EndpointNumber remote) const;

  // The endpoints of the other that a peer sends to, ascending.
  void learn(int peer, EndpointNumber endpoint);
  std::vector<EndpointNumber> learned(int peer) const;
  bool knows(int peer, EndpointNumber endpoint) const;

  // Kept only where probes are limited.
  void count_probe(int peer, EndpointNumber target);
  uint16_t probes(int peer, EndpointNumber target) const;

  // It has an answer that proves a path, as its strategy wants it.
  void prove(int peer);
  bool proven(int peer) const;

  void put_under_way(const PacketUnderWay& packet);
  void take_off(const PacketUnderWay& packet);
  std::vector<PacketUnderWay> under_way() const;

  auto operator<=>(const AbstractState&) const = default;

 private:
  // kind (8 bits) | sub-kind (8) | three numbers (16 each)
  using Fact = uint64_t;
  using Place = std::vector<Fact>::const_iterator;
  bool has(Fact fact) const;
  void add(Fact fact);
  void erase(Fact fact);
  // The first fact that begins as `fact` does, but for its last number; or the end.
  Place find_beginning(Fact fact) const;

  std::vector<Fact> facts_;  // ascending
};

}  // namespace natbed
