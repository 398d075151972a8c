#include "nat_models/traversal.h"

#include <algorithm>
#include <array>
#include <compare>
#include <deque>
#include <map>

#include "base/check.h"

namespace natbed {
namespace {

// Until both have received, one of the peers has learned nothing beyond the other's reflexive
// endpoint, so each owns at most three external endpoints: towards the server, towards that, and
// towards what answered.
constexpr int kMost = 4;

// A remote as a number, so that sets of remotes are bits: nobody in particular, the server, or the
// other peer's external endpoint i as kPeer + i. Scoped to its address, any of the latter is kPeer.
using Remote = uint8_t;
constexpr Remote kAnybody = 0, kServer = 1, kPeer = 2;

Remote only_what_counts(Dependence dependence, Remote remote) {
  if (dependence == Dependence::kEndpointIndependent) return kAnybody;
  if (dependence == Dependence::kAddressDependent) return std::min(remote, kPeer);
  return remote;
}

// One peer behind its NAT, if it has one. Plain values in a fixed order: states are compared and
// stored.
struct Half {
  uint8_t endpoints = 0;                   // external endpoints that exist
  std::array<Remote, kMost> serves = {};   // for whom each was made
  std::array<uint8_t, kMost> admits = {};  // by filter owner: remotes, as bits
  // By endpoint of the other: 1 + own endpoint that admitted it, or 0.
  std::array<int8_t, kMost> reply = {};
  uint8_t learned = 0;  // endpoints of the other, as bits
  bool received = false;
  auto operator<=>(const Half&) const = default;

  // The external endpoint that a packet to `remote` leaves from, after it has left.
  uint8_t send(const NatBehavior* nat, Remote remote) {
    if (!nat) return endpoints = 1, 0;
    const uint8_t from = selected(*nat, remote);
    const int owner = nat->udp.filter_scope == FilterScope::kMapping ? from : 0;
    admits[owner] |= static_cast<uint8_t>(1 << only_what_counts(nat->udp.filtering, remote));
    return from;
  }

  bool lets_in(const NatBehavior* nat, uint8_t at, Remote remote) const {
    if (!nat || nat->udp.filtering == Dependence::kEndpointIndependent) return true;
    const int owner = nat->udp.filter_scope == FilterScope::kMapping ? at : 0;
    return admits[owner] >> only_what_counts(nat->udp.filtering, remote) & 1;
  }

 private:
  uint8_t selected(const NatBehavior& nat, Remote remote) {
    const bool answers = nat.udp.reply_mapping == ReplyMapping::kAdmitting && remote >= kPeer;
    if (answers && reply[remote - kPeer] > 0)
      return static_cast<uint8_t>(reply[remote - kPeer] - 1);
    const Remote wanted = only_what_counts(nat.udp.mapping, remote);
    for (uint8_t i = 0; i < endpoints; ++i) {
      if (serves[i] == wanted) return i;
    }
    NATBED_CHECK(endpoints < kMost, "see kMost");
    serves[endpoints] = wanted;
    return endpoints++;
  }
};

struct State {
  std::array<Half, 2> halves;
  auto operator<=>(const State&) const = default;
  bool direct() const { return halves[0].received && halves[1].received; }
};

using Nats = std::array<const NatBehavior*, 2>;

// Both ask the server; each is told what it saw of the other, which is endpoint 0.
State after_stun(const Nats& nats) {
  State state;
  for (int i : {0, 1}) {
    state.halves[i].send(nats[i], kServer);
    state.halves[i].learned = 1;
  }
  return state;
}

State after(State state, const Nats& nats, TraversalStep& step) {
  Half& sender = state.halves[step.sender];
  Half& receiver = state.halves[1 - step.sender];
  const uint8_t endpoints = sender.endpoints;
  step.reflexive = step.target == 0;
  step.source = sender.send(nats[step.sender], static_cast<Remote>(kPeer + step.target));
  step.new_source = sender.endpoints > endpoints;
  const Remote remote = static_cast<Remote>(kPeer + step.source);
  step.admitted = receiver.lets_in(nats[1 - step.sender], step.target, remote);
  if (step.admitted) {
    receiver.received = true;
    receiver.learned |= static_cast<uint8_t>(1 << step.source);
    const NatBehavior* nat = nats[1 - step.sender];
    if (nat && nat->udp.reply_mapping == ReplyMapping::kAdmitting) {
      receiver.reply[step.source] = static_cast<int8_t>(1 + step.target);
    }
  }
  return state;
}

// Every state that sends can lead to, and every send between them. Direct states are not left.
class Graph {
 public:
  struct Edge {
    TraversalStep step;
    int to;
  };
  struct Node {
    State state;
    int parent = -1;
    TraversalStep how;  // from the parent
    std::vector<Edge> edges;
  };

  explicit Graph(const Nats& nats) {
    add(after_stun(nats), -1, {});
    for (int at = 0; at < static_cast<int>(nodes.size()); ++at) {
      if (!nodes[at].state.direct()) expand(at, nats);
    }
    find_reachable();
  }

  // Whether a run can go from either to the other, and so for ever between them.
  bool connected_both_ways(int a, int b) const { return reach_[a][b] && reach_[b][a]; }

  std::deque<Node> nodes;  // in the order of their distance from the start

 private:
  int add(const State& state, int parent, const TraversalStep& how) {
    const auto [found, fresh] = index_.emplace(state, static_cast<int>(nodes.size()));
    if (fresh) nodes.push_back({state, parent, how, {}});
    return found->second;
  }
  void expand(int at, const Nats& nats) {
    for (uint8_t sender = 0; sender < 2; ++sender) {
      for (uint8_t target = 0; target < kMost; ++target) {
        if (!(nodes[at].state.halves[sender].learned >> target & 1)) continue;
        TraversalStep step{.sender = sender, .target = target};
        const State next = after(nodes[at].state, nats, step);
        nodes[at].edges.push_back({step, add(next, at, step)});
      }
    }
  }
  void find_reachable() {
    const size_t n = nodes.size();
    reach_.assign(n, std::vector<bool>(n, false));
    for (size_t start = 0; start < n; ++start) {
      std::deque<int> open = {static_cast<int>(start)};
      reach_[start][start] = true;
      for (; !open.empty(); open.pop_front()) {
        for (const Edge& edge : nodes[open.front()].edges) {
          if (!reach_[start][edge.to]) reach_[start][edge.to] = true, open.push_back(edge.to);
        }
      }
    }
  }
  std::map<State, int> index_;
  std::vector<std::vector<bool>> reach_;  // [from][to]
};

// The sends of a run that never gets through although each send that is possible is made again and
// again, from among the states connected with `at`; empty if every such run gets through. What can
// be sent only grows, so it is the same in all of them.
std::vector<TraversalStep> endless_sends(const Graph& graph, int at) {
  std::vector<TraversalStep> sends;
  if (graph.nodes[at].state.direct()) return sends;
  for (const Graph::Edge& wanted : graph.nodes[at].edges) {
    const size_t before = sends.size();
    for (int other = 0; other < static_cast<int>(graph.nodes.size()); ++other) {
      if (!graph.connected_both_ways(at, other)) continue;
      for (const Graph::Edge& edge : graph.nodes[other].edges) {
        const bool same =
            edge.step.sender == wanted.step.sender && edge.step.target == wanted.step.target;
        if (!same || !graph.connected_both_ways(at, edge.to)) continue;
        if (sends.size() == before) sends.push_back(edge.step);
      }
    }
    if (sends.size() == before) return {};  // this send leads out: a fair run cannot stay
  }
  return sends;
}

}  // namespace

TraversalVerdict direct_path(const NatBehavior* a, const NatBehavior* b) {
  const Graph graph({a, b});
  TraversalVerdict verdict;
  verdict.states = static_cast<uint32_t>(graph.nodes.size());
  int direct = -1;
  for (int at = 0; at < static_cast<int>(graph.nodes.size()); ++at) {
    if (direct < 0 && graph.nodes[at].state.direct()) direct = at;
    if (verdict.repeats.empty()) verdict.repeats = endless_sends(graph, at);
  }
  for (int at = direct; at > 0; at = graph.nodes[at].parent)
    verdict.witness.push_back(graph.nodes[at].how);
  std::ranges::reverse(verdict.witness);
  if (direct >= 0) {
    verdict.outcome = verdict.repeats.empty() ? Traversal::kAlways : Traversal::kDependsOnOrder;
  }
  return verdict;
}

const char* to_string(Traversal outcome) {
  switch (outcome) {
    case Traversal::kAlways:
      return "always";
    case Traversal::kDependsOnOrder:
      return "depends on order";
    case Traversal::kNever:
      return "never";
  }
  return "?";
}

std::string to_string(const TraversalStep& step) {
  const char* const names[] = {"a", "b"};
  const std::string sender = names[step.sender], other = names[1 - step.sender];
  std::string text = sender + " sends to ";
  text +=
      step.reflexive ? "what the server saw of " + other : "where " + other + "'s packet came from";
  if (step.new_source) text += ", from a new port";
  return text + (step.admitted ? ": arrives" : ": filtered");
}

std::string explain(const TraversalVerdict& verdict) {
  const bool direct = verdict.can_be_direct();
  std::string text = direct ? "" : "nothing new can happen, this repeats: ";
  const std::vector<TraversalStep>& steps = direct ? verdict.witness : verdict.repeats;
  for (size_t i = 0; i < steps.size(); ++i) text += (i > 0 ? "; " : "") + to_string(steps[i]);
  return text;
}

}  // namespace natbed
