// The oracle's answers about every pair of kinds, against what is published, and against rules that
// the answers must obey whatever they are.
#include "nat_models/oracle/pairs.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "nat_models/oracle/remedy.h"
#include "nat_models/oracle/strategy.h"
#include "nat_models/profiles.h"
#include "tests/nat_models/oracle/street.h"

namespace natbed::test {
namespace {

constexpr size_t kInternalSelected = 0, kInternalAdmitting = 1, kMappingSelected = 2,
                 kMappingAdmitting = 3;  // of kReadings

OracleOptions options_for(Strategy with) {
  OracleOptions options;
  options.with = with;
  return options;
}

Traversal outcome(const Meeting& meeting, const OracleOptions& options) {
  const auto verdict = foretell(meeting, options);
  EXPECT_TRUE(verdict) << verdict.error().message;
  return verdict ? verdict->outcome : Traversal::kNever;
}

using Pairs = std::set<std::string>;

Pairs direct_pairs(const PairTable& table, size_t reading) {
  Pairs pairs;
  for (size_t a = 0; a < 9; ++a) {
    for (size_t b = a; b < 9; ++b) {
      if (table.at(a, b)[reading] != Traversal::kNever)
        pairs.insert(std::string(table.kinds[a]) + " " + std::string(table.kinds[b]));
    }
  }
  return pairs;
}

template <class Rule>
Pairs pairs_by(Rule rule) {
  Pairs pairs;
  for (size_t a = 0; a < 9; ++a) {
    for (size_t b = a; b < 9; ++b) {
      if (rule(nat_kinds()[a].behavior.udp, nat_kinds()[b].behavior.udp))
        pairs.insert(std::string(nat_kinds()[a].name) + " " + std::string(nat_kinds()[b].name));
    }
  }
  return pairs;
}

Pairs minus(const Pairs& a, const Pairs& b) {
  Pairs rest;
  std::ranges::set_difference(a, b, std::inserter(rest, rest.end()));
  return rest;
}

// Of the 45 unordered pairs. 25 and 31 are what an earlier state simulation of RFC 4787 with
// retries and learned sources gave: there, as in boxes with sessions, filters belong to mappings.
TEST(OraclePairs, CountsThePairsThatPunchingOpens) {
  const auto table = pair_table(options_for(Strategy::kPunch));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->count(kInternalSelected, Traversal::kAlways), 28);
  EXPECT_EQ(table->count(kInternalAdmitting, Traversal::kAlways), 42);
  EXPECT_EQ(table->count(kMappingSelected, Traversal::kAlways), 25);
  EXPECT_EQ(table->count(kMappingAdmitting, Traversal::kAlways), 31);
  for (size_t i = 0; i < kReadings.size(); ++i)
    EXPECT_EQ(table->count(i, Traversal::kDependsOnOrder), 0);
  EXPECT_EQ(table->open(), 17);
}

// ICE wants the answer from where the check went. Two NATs that map by endpoint and do not filter by
// endpoint show each other ever new ports, unless answers leave where the check came in.
TEST(OraclePairs, CountsThePairsThatIceOpens) {
  const auto ice = pair_table(options_for(Strategy::kIce));
  const auto punch = pair_table(options_for(Strategy::kPunch));
  ASSERT_TRUE(ice && punch);
  EXPECT_EQ(minus(direct_pairs(*punch, kInternalSelected), direct_pairs(*ice, kInternalSelected)),
            (Pairs{"apdm-eif apdm-eif", "apdm-eif apdm-adf", "apdm-adf apdm-adf"}));
  EXPECT_EQ(minus(direct_pairs(*punch, kMappingSelected), direct_pairs(*ice, kMappingSelected)),
            (Pairs{"apdm-eif apdm-eif", "apdm-eif apdm-adf"}));
  EXPECT_EQ(direct_pairs(*punch, kInternalAdmitting), direct_pairs(*ice, kInternalAdmitting));
  EXPECT_EQ(direct_pairs(*punch, kMappingAdmitting), direct_pairs(*ice, kMappingAdmitting));
  for (size_t i = 0; i < kReadings.size(); ++i) {
    EXPECT_EQ(ice->count(i, Traversal::kDependsOnOrder), 0);
    EXPECT_TRUE(minus(direct_pairs(*ice, i), direct_pairs(*punch, i)).empty());
  }
}

bool symmetric(const ProtocolBehavior& box) { return box.mapping != kEndpointIndependent; }

// Firezone's rule: no path if one side maps by destination and the other filters by port.
bool firezone(const ProtocolBehavior& a, const ProtocolBehavior& b) {
  const auto by_port = [](const ProtocolBehavior& box) {
    return box.filtering == kAddressAndPortDependent;
  };
  return !(symmetric(a) && by_port(b)) && !(symmetric(b) && by_port(a));
}

// eduP2P's rule: a path if one side does not filter, or both map alike for all, or one maps alike for
// all and filters by address.
bool edup2p(const ProtocolBehavior& a, const ProtocolBehavior& b) {
  const auto open = [](const ProtocolBehavior& box) {
    return box.filtering == kEndpointIndependent;
  };
  const auto restricted = [](const ProtocolBehavior& box) {
    return !symmetric(box) && box.filtering == kAddressDependent;
  };
  return open(a) || open(b) || (!symmetric(a) && !symmetric(b)) || restricted(a) || restricted(b);
}

// Each of the two published rules is exact under one reading of the RFC. That they differ on nine
// pairs is a matter of reading, not of a mistake.
TEST(OraclePairs, PublishedRulesAreReadingsOfTheRfc) {
  const auto table = pair_table(options_for(Strategy::kPunch));
  ASSERT_TRUE(table);
  const Pairs theirs = pairs_by(firezone), others = pairs_by(edup2p);
  EXPECT_EQ(theirs, direct_pairs(*table, kInternalSelected));
  EXPECT_EQ(others, direct_pairs(*table, kMappingAdmitting));
  EXPECT_EQ(minus(theirs, others).size() + minus(others, theirs).size(), 9u);
  EXPECT_EQ(minus(theirs, direct_pairs(*table, kMappingSelected)),
            (Pairs{"adm-adf adm-adf", "adm-adf apdm-adf", "apdm-adf apdm-adf"}));
  EXPECT_EQ(minus(others, direct_pairs(*table, kMappingSelected)).size(), 6u);
}

// One round by turns over real Nats: who goes first sends one probe, the other one to each endpoint
// that it has learned by then. Answers are not sent.
bool round_on_real_nats(const Meeting& meeting, int first) {
  Street street(meeting, Strategy::kPunch, 1);
  for (const int peer : {first, 1 - first}) {
    const std::vector<Endpoint> known = street.learned(peer);
    std::optional<Street::Flying> answer;
    for (const Endpoint& to : known) street.carry(street.probe(peer, to), answer);
  }
  return street.heard(0) && street.heard(1);
}

TEST(OraclePairs, OneRoundIsDecidedByWhoGoesFirstInTwelvePairs) {
  const PairTable table = one_round_table();
  for (const size_t reading : {kInternalSelected, kMappingSelected})
    EXPECT_EQ(table.count(reading, Traversal::kDependsOnOrder), 12);
  for (const size_t reading : {kInternalAdmitting, kMappingAdmitting})
    EXPECT_EQ(table.count(reading, Traversal::kDependsOnOrder), 18);
  for (size_t i = 0; i < kReadings.size(); ++i) EXPECT_EQ(table.count(i, Traversal::kAlways), 6);
  for (size_t a = 0; a < 9; ++a) {
    for (size_t b = 0; b < 9; ++b) {
      for (size_t i = 0; i < kReadings.size(); ++i) {
        const Meeting meeting =
            pair_of(nat_kinds()[a].behavior.udp, nat_kinds()[b].behavior.udp, kReadings[i]);
        const int ways = round_on_real_nats(meeting, 0) + round_on_real_nats(meeting, 1);
        const Traversal expected = ways == 2   ? Traversal::kAlways
                                   : ways == 1 ? Traversal::kDependsOnOrder
                                               : Traversal::kNever;
        EXPECT_EQ(table.at(a, b)[i], expected) << a << " x " << b << " reading " << i + 1;
      }
    }
  }
}

template <class Use>
void each_pair(Use use) {
  for (const Reading& reading : kReadings) {
    for (const auto& a : nat_kinds()) {
      for (const auto& b : nat_kinds()) {
        for (const Strategy with : {Strategy::kPunch, Strategy::kIce})
          use(pair_of(a.behavior.udp, b.behavior.udp, reading), options_for(with));
      }
    }
  }
}

TEST(OraclePairs, NamesOfThePeersDoNotMatter) {
  each_pair([](const Meeting& meeting, const OracleOptions& options) {
    const Meeting swapped{.a = meeting.b, .b = meeting.a, .shared = {}};
    EXPECT_EQ(outcome(meeting, options), outcome(swapped, options));
    for (uint8_t probes : {uint8_t{1}, uint8_t{2}}) {
      OracleOptions few = options;
      few.probes = probes;
      few.remembered = 3;
      few.in_flight = 1;
      EXPECT_EQ(outcome(meeting, few), outcome(swapped, few));
    }
  });
}

// One to one and open: such a box renames endpoints and does nothing else, wherever it stands.
TEST(OraclePairs, ABoxThatNeitherMapsNorFiltersByRemoteChangesNothing) {
  const ProtocolBehavior renames = find_profile("eim-eif")->behavior.udp;
  each_pair([&](const Meeting& meeting, const OracleOptions& options) {
    const Traversal alone = outcome(meeting, options);
    EXPECT_EQ(outcome({.a = {renames, meeting.a[0]}, .b = meeting.b, .shared = {}}, options),
              alone);
    EXPECT_EQ(outcome({.a = {meeting.a[0], renames}, .b = meeting.b, .shared = {}}, options),
              alone);
    EXPECT_EQ(
        outcome({.a = meeting.a, .b = {meeting.b[0], renames, renames}, .shared = {}}, options),
        alone);
  });
}

// What bounds the search bounds no answer.
TEST(OraclePairs, MorePacketsOnTheWayOrRememberedEndpointsChangeNoVerdict) {
  each_pair([](const Meeting& meeting, const OracleOptions& options) {
    const Traversal verdict = outcome(meeting, options);
    for (uint8_t in_flight : {uint8_t{1}, uint8_t{3}}) {
      OracleOptions other = options;
      other.in_flight = in_flight;
      EXPECT_EQ(outcome(meeting, other), verdict);
    }
    for (uint8_t remembered : {uint8_t{3}, uint8_t{5}, uint8_t{6}}) {
      OracleOptions other = options;
      other.remembered = remembered;
      EXPECT_EQ(outcome(meeting, other), verdict);
    }
  });
}

// The oracle takes a short cut where no box answers through the admitting mapping, because there
// the order cannot matter. It is a theorem (more facts never forbid anything); this is its check.
TEST(OraclePairs, OrderMattersOnlyWhereAnswersMayLeaveThroughAnotherMapping) {
  for (const auto& a : nat_kinds()) {
    for (const auto& b : nat_kinds()) {
      for (const Reading& reading : kReadings) {
        if (reading.reply_mapping == ReplyMapping::kAdmitting) continue;
        // A box of no effect that lets the short cut go.
        ProtocolBehavior renames = find_profile("eim-eif")->behavior.udp;
        renames.reply_mapping = ReplyMapping::kAdmitting;
        Meeting meeting = pair_of(a.behavior.udp, b.behavior.udp, reading);
        const Traversal short_cut = outcome(meeting, {});
        meeting.a.push_back(renames);
        EXPECT_EQ(outcome(meeting, {}), short_cut);
      }
    }
  }
}

TEST(OraclePairs, MoreProbesNeverOpenFewerPairs) {
  OracleOptions one, two;
  one.probes = 1;
  two.probes = 2;
  const auto once = pair_table(one), twice = pair_table(two), always = pair_table({});
  ASSERT_TRUE(once && twice && always);
  for (size_t i = 0; i < kReadings.size(); ++i) {
    EXPECT_TRUE(minus(direct_pairs(*once, i), direct_pairs(*twice, i)).empty());
    EXPECT_EQ(direct_pairs(*twice, i), direct_pairs(*always, i));
    EXPECT_GT(once->count(i, Traversal::kDependsOnOrder), 10);
  }
}

// An exchange from here, with nothing else on the way, gives `peer` an answer that counts.
bool can_refresh(const StrategyRules& rules, const AbstractState& now, uint8_t peer) {
  for (const EndpointNumber target : now.learned(peer)) {
    AbstractState state = rules.after(now, {false, {.sender = peer, .destination = target}});
    OracleRecord record;
    while (!state.under_way().empty()) {
      record = {};
      state = rules.after(state, {true, state.under_way()[0]}, &record);
    }
    if (record.counts) return true;
  }
  return false;
}

// The graph ends where a path is found. A refresh is a probe sent again: whatever is sent after
// that, in any order, each peer still has a path that answers.
TEST(OraclePairs, APathOnceFoundCanBeRefreshedAtAnyLaterMoment) {
  int moments = 0;
  each_pair([&](const Meeting& meeting, const OracleOptions& its) {
    OracleOptions options = its;
    options.remembered = 3;
    Places places(meeting);
    StrategyRules rules(&places, options);
    std::set<AbstractState> seen = {rules.after_stun()};
    std::vector<AbstractState> open = {*seen.begin()};
    while (!open.empty()) {
      const AbstractState state = open.back();
      open.pop_back();
      if (rules.direct(state) && state.under_way().empty()) {
        ASSERT_TRUE(can_refresh(rules, state, 0) && can_refresh(rules, state, 1));
        ++moments;
      }
      for (const OracleEvent& event : rules.events(state)) {
        AbstractState next = rules.after(state, event);
        if (seen.insert(next).second) open.push_back(std::move(next));
      }
    }
  });
  EXPECT_GT(moments, 500);
}

TEST(OraclePairs, RemediesWork) {
  int tried = 0;
  each_pair([&](const Meeting& meeting, const OracleOptions& options) {
    if (outcome(meeting, options) == Traversal::kAlways) return;
    for (const auto& cure : remedies(meeting, options)) {
      EXPECT_LE(cure.size(), 2u);
      const std::string text = to_string(cure[0], meeting, {"a's box", "b's box"});
      EXPECT_NE(text.find(" instead of "), std::string::npos) << text;
      EXPECT_TRUE(meet_at_random(with_changes(meeting, cure), options.with, 1, 4000)) << text;
      ++tried;
    }
  });
  EXPECT_GT(tried, 100);
}

TEST(OraclePairs, TheLeastRemedyOfAPortRestrictedHomeAgainstASymmetricOneIsItsFilter) {
  const Meeting meeting{.a = {find_profile("port-restricted")->behavior.udp},
                        .b = {find_profile("symmetric")->behavior.udp},
                        .shared = {}};
  const auto cures = remedies(meeting, {});
  ASSERT_EQ(cures.size(), 1u);
  ASSERT_EQ(cures[0].size(), 1u);
  EXPECT_EQ(to_string(cures[0][0], meeting, {"a's home", "b's office"}),
            "filtering of a's home: address-dependent instead of address-and-port-dependent");
}

TEST(OraclePairs, CellsAreWrittenAsReadings) {
  using enum Traversal;
  EXPECT_EQ(cell_text({kAlways, kAlways, kAlways, kAlways}), "yes");
  EXPECT_EQ(cell_text({kNever, kNever, kNever, kNever}), "no");
  EXPECT_EQ(cell_text({kNever, kAlways, kNever, kDependsOnOrder}), "2 4?");
  EXPECT_EQ(cell_text({kDependsOnOrder, kDependsOnOrder, kDependsOnOrder, kDependsOnOrder}),
            "1? 2? 3? 4?");
}

}  // namespace
}  // namespace natbed::test
