// Retelling: events of the oracle's graph, played once more and written down as steps for people.
#pragma once

#include <set>
#include <vector>

#include "nat_models/oracle/strategy.h"

namespace natbed {

class Retelling {
 public:
  // `places` and `rules` outlive it.
  Retelling(Places* places, const StrategyRules* rules, AbstractState from, bool old_ports = false);

  void play(const OracleEvent& event);
  // The probe, its arrival, and that of the answer, one after the other.
  void play_exchange(const OracleEvent& probe);
  std::vector<TraversalStep> take() { return std::move(steps_); }

 private:
  void begin(const OracleRecord& record, TraversalStep step);

  Places& places_;
  const StrategyRules& rules_;
  AbstractState state_;
  std::vector<TraversalStep> steps_;
  std::optional<PacketUnderWay> last_;  // of the last step, if it is still under way
  bool old_ports_;                      // no mapping is news
  std::set<EndpointNumber> used_;       // mappings that are none
};

// Numbers the mappings of each box in the order in which the verdict's steps name them.
void number_ports(TraversalVerdict& verdict, const Places& places);

}  // namespace natbed
