// OracleGraph: every state that events can lead to, and every event between them.
//
// Direct states are not left. A run is fair if whoever can send does so again and again, and
// whatever is on the way arrives; a trap is where a fair run can stay for ever without success.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "nat_models/oracle/strategy.h"

namespace natbed {

class OracleGraph {
 public:
  struct Edge {
    OracleEvent event;
    int to;
  };
  struct Node {
    const AbstractState* state;
    int parent = -1;
    OracleEvent how;  // from the parent
    std::vector<Edge> edges;
    bool direct = false;
  };

  // Stops early if there is more than `most_states`; then complete() is false.
  OracleGraph(const StrategyRules& rules, const AbstractState& start, uint32_t most_states,
              const Places& places);
  bool complete() const { return complete_; }
  // The events of the shortest way from the start.
  std::vector<OracleEvent> way_to(int node) const;
  std::vector<OracleEvent> way_to_direct() const { return way_to(direct_); }  // or empty
  bool reaches_direct() const { return direct_ >= 0; }
  // The states of the first trap; empty: every fair run gets through.
  std::vector<int> trap() const;

  std::deque<Node> nodes;  // in the order of their distance from the start

 private:
  int add(const AbstractState& state, int parent, const OracleEvent& how);
  bool holds_fair_runs(const std::vector<int>& component, const std::vector<int>& of) const;

  std::map<AbstractState, int> index_;
  int direct_ = -1;
  bool complete_ = true;
};

}  // namespace natbed
