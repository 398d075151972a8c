// Rules of a strategy: what peers know at first, what they send, what they make of what they get.
//
// Every probe that arrives is answered at once, to where it came from, and its source is learned. A
// refresh is a probe sent again. What the strategies differ in is written at Strategy.
#pragma once

#include <vector>

#include "nat_models/oracle/carrier.h"

namespace natbed {

// Something that may happen next: a peer sends a probe, or a packet on the way arrives.
struct OracleEvent {
  bool arrival = false;
  PacketUnderWay packet;  // not an arrival: `sender` probes `destination`
  auto operator<=>(const OracleEvent&) const = default;
};

// The packets of an event, as it passes boxes and gets somewhere or not.
struct OracleRecord {
  std::vector<BoxPass> out, in, answer_out;  // halves of ways
  bool admitted = false, counts = false;
  EndpointNumber seen_source = 0;          // of a packet that was admitted
  std::optional<PacketUnderWay> departed;  // the probe, or the answer to the packet that arrived
};

class StrategyRules {
 public:
  StrategyRules(Places* places, const OracleOptions& options)
      : places_(*places), options_(options) {}

  // Both asked the server and were told what it saw of the other. What it saw is kept here.
  AbstractState after_stun();
  bool direct(const AbstractState& state) const { return state.proven(0) && state.proven(1); }
  std::vector<OracleEvent> events(const AbstractState& state) const;
  AbstractState after(AbstractState state, const OracleEvent& event,
                      OracleRecord* record = nullptr) const;
  TraversalStep::Target kind_of(int peer, EndpointNumber target) const;

 private:
  void learn(AbstractState& state, int peer, EndpointNumber endpoint) const;
  void probe(AbstractState& state, const PacketUnderWay& wanted, OracleRecord& record) const;
  void take(AbstractState& state, PacketUnderWay packet, OracleRecord& record) const;

  Places& places_;
  const OracleOptions& options_;
  std::optional<EndpointNumber> reflexive_[2];
};

}  // namespace natbed
