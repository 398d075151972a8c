// Each step of the oracle's world, made in the same order by real Nats: walks through its states,
// and the endless rounds that it calls traps.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "nat_models/oracle/graph.h"
#include "nat_models/oracle/pairs.h"
#include "nat_models/profiles.h"
#include "tests/nat_models/oracle/street.h"

namespace natbed::test {
namespace {

constexpr size_t kAll = 10'000;  // the oracle's limit counts, not the street's

// A state of the oracle's world and a street of real Nats that have seen the same.
class Mirror {
 public:
  Mirror(const Meeting& meeting, const OracleOptions& options)
      : options_(options),
        places(meeting),
        rules(&places, options_),
        state(rules.after_stun()),
        street_(meeting, options.with, 1, kAll) {
    for (int peer : {0, 1}) real_[Places::host(peer)] = street_.own(peer);
    for (int peer : {0, 1}) {
      for (const EndpointNumber known : state.learned(peer)) {
        if (rules.kind_of(peer, known) == TraversalStep::Target::kReflexive)
          real_[known] = *street_.reflexive(1 - peer);
      }
    }
  }
  Mirror(const Mirror&) = delete;

  // Whether the same happened in both.
  bool step(const OracleEvent& event) {
    OracleRecord record;
    state = rules.after(state, event, &record);
    const bool same = event.arrival ? arrives(event.packet, record) : departs(event.packet, record);
    return same && street_.direct() == rules.direct(state);
  }
  bool direct() const { return street_.direct(); }

 private:
  OracleOptions options_;

 public:
  Places places;
  StrategyRules rules;
  AbstractState state;

 private:
  // Through as many boxes as the oracle says, up to where it lets packets wait.
  bool leaves(Street::Flying flying, size_t boxes, const std::optional<PacketUnderWay>& departed) {
    std::optional<Street::Flying> none;
    for (size_t i = 0; i < boxes; ++i) {
      const bool on = street_.advance(flying, none) == Street::Hop::kOn;
      if (on != (departed || i + 1 < boxes)) return false;
    }
    if (departed) flying_.insert_or_assign(*departed, flying);
    return true;
  }
  bool departs(const PacketUnderWay& wanted, const OracleRecord& record) {
    return leaves(street_.probe(wanted.sender, real_.at(wanted.destination)), record.out.size(),
                  record.departed);
  }
  bool arrives(const PacketUnderWay& packet, const OracleRecord& record) {
    Street::Flying flying = flying_.at(packet);
    flying_.erase(packet);
    std::optional<Street::Flying> answer;
    Street::Hop hop = Street::Hop::kOn;
    while (hop == Street::Hop::kOn) hop = street_.advance(flying, answer);
    if ((hop == Street::Hop::kArrived) != record.admitted) return false;
    if (!record.admitted) return true;
    const auto [seen, fresh] = real_.emplace(record.seen_source, flying.packet.source);
    if (seen->second != flying.packet.source) return false;
    return !answer || leaves(*answer, record.answer_out.size(), record.departed);
  }

  Street street_;
  std::map<EndpointNumber, Endpoint> real_;
  std::map<PacketUnderWay, Street::Flying> flying_;
};

void expect_same_walk(const Meeting& meeting, Strategy with, uint64_t seed,
                      const std::string& what) {
  OracleOptions options;
  options.with = with;
  options.in_flight = 3;
  Mirror mirror(meeting, options);
  Rng rng(seed);
  for (int i = 0; i < 80; ++i) {
    const std::vector<OracleEvent> events = mirror.rules.events(mirror.state);
    if (events.empty()) return;
    ASSERT_TRUE(mirror.step(events[rng.below(events.size())]))
        << what << ", seed " << seed << ", step " << i;
  }
}

constexpr Strategy kBoth[] = {Strategy::kPunch, Strategy::kIce};

TEST(OracleMirror, WalksThroughTheWorldOfAPairHappenOnRealNats) {
  for (const Reading& reading : kReadings) {
    for (const auto& a : nat_kinds()) {
      for (const auto& b : nat_kinds()) {
        for (const Strategy with : kBoth) {
          for (uint64_t seed = 1; seed <= 3; ++seed)
            expect_same_walk(pair_of(a.behavior.udp, b.behavior.udp, reading), with, seed,
                             std::string(a.name) + " x " + std::string(b.name));
        }
      }
    }
  }
}

ProtocolBehavior random_box(Rng& rng) {
  ProtocolBehavior box = nat_kinds()[rng.below(9)].behavior.udp;
  box.filter_scope = static_cast<FilterScope>(rng.below(2));
  box.reply_mapping = static_cast<ReplyMapping>(rng.below(2));
  box.hairpin = static_cast<Hairpin>(rng.below(3));
  if (rng.below(16) == 0) box.crossing = static_cast<Crossing>(1 + rng.below(2));
  return box;
}

TEST(OracleMirror, WalksThroughTheWorldsOfRandomMeetingsHappenOnRealNats) {
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    Rng rng = Rng(seed).fork("meeting");
    Meeting meeting;
    for (std::vector<ProtocolBehavior>* side : {&meeting.a, &meeting.b, &meeting.shared}) {
      for (uint64_t boxes = rng.below(4); boxes > 0; --boxes) side->push_back(random_box(rng));
    }
    const std::string what = std::to_string(meeting.a.size()) + " + " +
                             std::to_string(meeting.b.size()) + " + " +
                             std::to_string(meeting.shared.size()) + " boxes";
    expect_same_walk(meeting, kBoth[seed % 2], seed, what);
    if (HasFatalFailure()) return;
  }
}

// Events that visit every event of a trap and come back to where they began.
std::vector<OracleEvent> tour(const OracleGraph& graph, const std::vector<int>& trap) {
  std::vector<OracleEvent> way;
  int here = trap.front();
  // The shortest way within the trap to a node that `is_it`, then on by what it returns.
  const auto go = [&](auto is_it) {
    std::map<int, std::pair<int, OracleEvent>> from;
    std::deque<int> open = {here};
    from[here] = {-1, {}};
    for (; !is_it(open.front()); open.pop_front()) {
      for (const OracleGraph::Edge& edge : graph.nodes[open.front()].edges) {
        if (!std::ranges::binary_search(trap, edge.to) || from.contains(edge.to)) continue;
        from[edge.to] = {open.front(), edge.event};
        open.push_back(edge.to);
      }
    }
    std::vector<OracleEvent> back;
    for (int at = open.front(); at != here; at = from[at].first) back.push_back(from[at].second);
    way.insert(way.end(), back.rbegin(), back.rend());
    here = open.front();
  };
  std::set<OracleEvent> done;
  for (const int at : trap) {
    for (const OracleGraph::Edge& edge : graph.nodes[at].edges) {
      if (!std::ranges::binary_search(trap, edge.to) || !done.insert(edge.event).second) continue;
      go([&](int node) { return node == at; });
      way.push_back(edge.event);
      here = edge.to;
    }
  }
  go([&](int node) { return node == trap.front(); });
  return way;
}

// Both happen on real Nats: the witness leads to a path, and the tour of the trap never does,
// although everybody sends everything in it and everything arrives.
void expect_both_ways(const Meeting& meeting, const OracleOptions& options) {
  Mirror lucky(meeting, options), lost(meeting, options);
  const OracleGraph graph(lost.rules, lost.state, options.most_states, lost.places);
  ASSERT_TRUE(graph.complete());
  ASSERT_TRUE(graph.reaches_direct());
  // The mirror of the witness has numbers of its own: it explores the same graph.
  const OracleGraph again(lucky.rules, lucky.state, options.most_states, lucky.places);
  for (const OracleEvent& event : again.way_to_direct()) ASSERT_TRUE(lucky.step(event));
  EXPECT_TRUE(lucky.direct());

  const std::vector<int> trap = graph.trap();
  ASSERT_FALSE(trap.empty());
  for (const OracleEvent& event : graph.way_to(trap.front())) ASSERT_TRUE(lost.step(event));
  const std::vector<OracleEvent> round = tour(graph, trap);
  ASSERT_GT(round.size(), 8u);
  for (int i = 0; i < 100; ++i) {
    for (const OracleEvent& event : round) ASSERT_TRUE(lost.step(event)) << "round " << i;
    ASSERT_FALSE(lost.direct()) << "round " << i;
  }
}

// One of the few where repeated probes may miss for ever: behind a carrier that maps by address,
// turns around and answers where it was asked, each answer that crosses a probe is led astray.
TEST(OracleMirror, WhereTheOrderDecidesBothEndsHappenOnRealNats) {
  ProtocolBehavior carrier = find_profile("adm-eif")->behavior.udp;
  carrier.hairpin = Hairpin::kExternalSource;
  carrier.reply_mapping = ReplyMapping::kAdmitting;
  OracleOptions options;
  options.with = Strategy::kIce;
  for (const char* other : {"adm-eif", "adm-adf"}) {
    const Meeting meeting{.a = {find_profile("eim-eif")->behavior.udp},
                          .b = {find_profile(other)->behavior.udp},
                          .shared = {carrier}};
    const auto verdict = foretell(meeting, options);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->outcome, Traversal::kDependsOnOrder);
    EXPECT_FALSE(verdict->witness.empty() || verdict->astray.empty() || verdict->repeats.empty());
    expect_both_ways(meeting, options);
  }
}

}  // namespace
}  // namespace natbed::test
