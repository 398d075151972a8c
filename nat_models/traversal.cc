#include "nat_models/traversal.h"

#include <algorithm>

#include "base/check.h"
#include "nat_models/oracle/graph.h"
#include "nat_models/oracle/retelling.h"

namespace natbed {
namespace {

// Without such a box, more facts never forbid what fewer allowed: all orders lead to one end, and
// packets that cross lead to no other.
bool order_may_matter(const Meeting& meeting) {
  for (size_t i = 0; i < meeting.boxes(); ++i) {
    if (meeting.box(i).reply_mapping == ReplyMapping::kAdmitting) return true;
  }
  return false;
}

class Inquiry {
 public:
  Inquiry(const Meeting& meeting, const OracleOptions& options)
      : options_(options),
        places_(meeting),
        rules_(&places_, options_),
        start_(rules_.after_stun()),
        graph_(rules_, start_, options.most_states, places_) {}

  bool complete() const { return graph_.complete(); }

  TraversalVerdict verdict() {
    TraversalVerdict verdict;
    verdict.states = static_cast<uint32_t>(graph_.nodes.size());
    const std::vector<int> trap = graph_.trap();
    if (graph_.reaches_direct())
      verdict.outcome = trap.empty() ? Traversal::kAlways : Traversal::kDependsOnOrder;
    verdict.witness = story(graph_.way_to_direct());
    if (!trap.empty()) verdict.astray = story(graph_.way_to(trap.front()));
    verdict.repeats = repeats(trap);
    number_ports(verdict, places_);
    return verdict;
  }

 private:
  std::vector<TraversalStep> story(const std::vector<OracleEvent>& events) {
    Retelling story(&places_, &rules_, start_);
    for (const OracleEvent& event : events) story.play(event);
    return story.take();
  }

  // Each probe that a fair run in the trap repeats, told from a moment when nothing is on the way.
  std::vector<TraversalStep> repeats(const std::vector<int>& trap) {
    std::vector<TraversalStep> steps;
    std::set<OracleEvent> told;
    for (const int at : trap) {
      const OracleGraph::Node& node = graph_.nodes[at];
      if (!node.state->under_way().empty()) continue;
      for (const OracleGraph::Edge& edge : node.edges) {
        if (!std::ranges::binary_search(trap, edge.to) || !told.insert(edge.event).second) continue;
        Retelling story(&places_, &rules_, *node.state, true);
        story.play_exchange(edge.event);
        std::ranges::move(story.take(), std::back_inserter(steps));
      }
    }
    return steps;
  }

  OracleOptions options_;
  Places places_;
  StrategyRules rules_;
  AbstractState start_;
  OracleGraph graph_;
};

}  // namespace

Result<TraversalVerdict> foretell(const Meeting& meeting, const OracleOptions& options) {
  NATBED_CHECK(options.in_flight > 0 && options.remembered > 0);
  const Error too_many{"the oracle gave up after " + std::to_string(options.most_states) +
                       " states: fewer boxes make fewer, and so do fewer probes where these are "
                       "limited"};
  OracleOptions in_turn = options;
  in_turn.in_flight = 1;
  Inquiry simple(meeting, in_turn);
  if (!simple.complete()) return too_many;
  TraversalVerdict verdict = simple.verdict();
  const bool same = options.probes == 0 && !order_may_matter(meeting);
  if (options.in_flight == 1 || same) return verdict;

  Inquiry crossing(meeting, options);
  if (!crossing.complete()) return too_many;
  TraversalVerdict full = crossing.verdict();
  // The simpler story is told, if there is one; its endpoints have numbers of their own.
  if (full.outcome == verdict.outcome) {
    verdict.states = full.states;
    return verdict;
  }
  return full;
}

namespace {

bool round_begun_by(uint8_t first, const Meeting& meeting) {
  const OracleOptions options;
  Places places(meeting);
  StrategyRules rules(&places, options);
  AbstractState state = rules.after_stun();
  bool heard[2] = {false, false};
  for (const uint8_t peer : {first, static_cast<uint8_t>(1 - first)}) {
    for (const EndpointNumber target : state.learned(peer)) {
      state = rules.after(state, {false, {.sender = peer, .destination = target}});
      OracleRecord record;
      for (const PacketUnderWay& probe : state.under_way())
        state = rules.after(state, {true, probe}, &record);
      heard[1 - peer] |= record.admitted;
      for (const PacketUnderWay& answer : state.under_way()) state.take_off(answer);
    }
  }
  return heard[0] && heard[1];
}

}  // namespace

Traversal one_round(const Meeting& meeting) {
  const bool a_first = round_begun_by(0, meeting), b_first = round_begun_by(1, meeting);
  if (a_first != b_first) return Traversal::kDependsOnOrder;
  return a_first ? Traversal::kAlways : Traversal::kNever;
}

TraversalVerdict direct_path(const NatBehavior* a, const NatBehavior* b) {
  Meeting meeting;
  if (a) meeting.a.push_back(a->udp);
  if (b) meeting.b.push_back(b->udp);
  Result<TraversalVerdict> verdict = foretell(meeting, {});
  NATBED_CHECK(verdict.has_value(), "two boxes have few states");
  return std::move(*verdict);
}

}  // namespace natbed
