#include "nat_models/oracle/graph.h"

#include <algorithm>
#include <set>

namespace natbed {
namespace {

// Strongly connected components (Tarjan), without recursion: graphs are deep.
class Components {
 public:
  explicit Components(const std::deque<OracleGraph::Node>& nodes)
      : of(nodes.size(), -1), nodes_(nodes), seen_(nodes.size(), -1), low_(nodes.size(), 0) {
    for (int start = 0; start < static_cast<int>(nodes.size()); ++start) {
      if (seen_[start] < 0) search(start);
    }
  }
  std::vector<int> of;  // by node
  std::vector<std::vector<int>> all;

 private:
  void search(int start) {
    std::vector<std::pair<int, size_t>> path;  // a node, and its next edge
    open(start, path);
    while (!path.empty()) {
      auto& [node, next] = path.back();
      if (next < nodes_[node].edges.size()) {
        const int to = nodes_[node].edges[next++].to;
        if (seen_[to] < 0) {
          open(to, path);
        } else if (of[to] < 0) {
          low_[node] = std::min(low_[node], seen_[to]);
        }
        continue;
      }
      const int done = node;
      path.pop_back();
      if (!path.empty()) low_[path.back().first] = std::min(low_[path.back().first], low_[done]);
      if (low_[done] == seen_[done]) close(done);
    }
  }
  void open(int node, std::vector<std::pair<int, size_t>>& path) {
    seen_[node] = low_[node] = count_++;
    stack_.push_back(node);
    path.emplace_back(node, 0);
  }
  void close(int root) {
    std::vector<int>& component = all.emplace_back();
    int node;
    do {
      node = stack_.back();
      stack_.pop_back();
      of[node] = static_cast<int>(all.size()) - 1;
      component.push_back(node);
    } while (node != root);
  }

  const std::deque<OracleGraph::Node>& nodes_;
  std::vector<int> seen_, low_, stack_;
  int count_ = 0;
};

}  // namespace

OracleGraph::OracleGraph(const StrategyRules& rules, const AbstractState& start,
                         uint32_t most_states, const Places& places) {
  add(start, -1, {});
  for (int at = 0; at < static_cast<int>(nodes.size()); ++at) {
    if (nodes.size() > most_states || places.full()) {
      complete_ = false;
      return;
    }
    if (rules.direct(*nodes[at].state)) {
      nodes[at].direct = true;  // and so alone in its component
      if (direct_ < 0) direct_ = at;
      continue;
    }
    for (const OracleEvent& event : rules.events(*nodes[at].state)) {
      const int to = add(rules.after(*nodes[at].state, event), at, event);
      nodes[at].edges.push_back({event, to});
    }
  }
}

int OracleGraph::add(const AbstractState& state, int parent, const OracleEvent& how) {
  const auto [found, fresh] = index_.emplace(state, static_cast<int>(nodes.size()));
  if (fresh) nodes.push_back({&found->first, parent, how, {}});
  return found->second;
}

std::vector<OracleEvent> OracleGraph::way_to(int node) const {
  std::vector<OracleEvent> way;
  for (int at = node; at > 0; at = nodes[at].parent) way.push_back(nodes[at].how);
  std::ranges::reverse(way);
  return way;
}

// Whether each event that can happen in the component can do so without leaving it. What can be
// sent only grows, and what is on the way stays so until it arrives: a fair run within one
// component has to take each of these again and again.
bool OracleGraph::holds_fair_runs(const std::vector<int>& component,
                                  const std::vector<int>& of) const {
  std::set<OracleEvent> possible, staying;
  for (const int at : component) {
    for (const Edge& edge : nodes[at].edges) {
      possible.insert(edge.event);
      if (of[edge.to] == of[at]) staying.insert(edge.event);
    }
  }
  return possible == staying;
}

std::vector<int> OracleGraph::trap() const {
  const Components components(nodes);
  std::vector<int> first;
  for (const std::vector<int>& component : components.all) {
    if (nodes[component[0]].direct || !holds_fair_runs(component, components.of)) continue;
    std::vector<int> states = component;
    std::ranges::sort(states);
    if (first.empty() || states[0] < first[0]) first = std::move(states);
  }
  return first;
}

}  // namespace natbed
