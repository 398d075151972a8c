// What the oracle says of one box a side: by hand, in numbers, and in words.
#include "nat_models/traversal.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "nat_models/profiles.h"
#include "tests/nat_models/oracle/street.h"

namespace natbed::test {
namespace {

std::vector<NatBehavior> kinds(FilterScope scope, ReplyMapping reply) {
  std::vector<NatBehavior> all;
  for (const auto& kind : nat_kinds()) {
    all.push_back(kind.behavior);
    all.back().set(&ProtocolBehavior::filter_scope, scope);
    all.back().set(&ProtocolBehavior::reply_mapping, reply);
  }
  return all;
}

// 36 behaviours: nine kinds, both filter scopes, both reply mappings.
std::vector<NatBehavior> all_kinds() {
  std::vector<NatBehavior> all;
  for (FilterScope scope : {FilterScope::kInternalEndpoint, FilterScope::kMapping}) {
    for (ReplyMapping reply : {ReplyMapping::kSelected, ReplyMapping::kAdmitting}) {
      for (const NatBehavior& kind : kinds(scope, reply)) all.push_back(kind);
    }
  }
  return all;
}

std::string name_of(size_t i) {
  return std::string(nat_kinds()[i % 9].name) + " scope " + std::to_string(i / 18) + " reply " +
         std::to_string(i / 9 % 2);
}

// Also where the two sides are read differently.
TEST(Traversal, EqualsTheSimulationInEveryCellAndNeverDependsOnOrder) {
  const std::vector<NatBehavior> all = all_kinds();
  ASSERT_EQ(all.size(), 36u);
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = 0; j < all.size(); ++j) {
      const TraversalVerdict verdict = direct_path(&all[i], &all[j]);
      ASSERT_NE(verdict.outcome, Traversal::kDependsOnOrder) << name_of(i) << " x " << name_of(j);
      const Meeting meeting{.a = {all[i].udp}, .b = {all[j].udp}, .shared = {}};
      for (uint64_t seed = 1; seed <= 8; ++seed) {
        ASSERT_EQ(meet_at_random(meeting, Strategy::kPunch, seed, 400), verdict.can_be_direct())
            << name_of(i) << " x " << name_of(j) << ", seed " << seed << ": " << explain(verdict);
      }
    }
  }
}

TEST(Traversal, EqualsTheSimulationWithoutANatOnOneSide) {
  for (const NatBehavior& kind : all_kinds()) {
    EXPECT_EQ(direct_path(&kind, nullptr).outcome, Traversal::kAlways);
    EXPECT_EQ(direct_path(nullptr, &kind).outcome, Traversal::kAlways);
    const Meeting a{.a = {kind.udp}, .b = {}, .shared = {}},
        b{.a = {}, .b = {kind.udp}, .shared = {}};
    EXPECT_TRUE(meet_at_random(a, Strategy::kPunch, 1, 400));
    EXPECT_TRUE(meet_at_random(b, Strategy::kPunch, 1, 400));
  }
  EXPECT_EQ(direct_path(nullptr, nullptr).outcome, Traversal::kAlways);
}

// The six pairs that flip: an endpoint-independent filter on a symmetric NAT lets a stranger in,
// and the answer helps only if it leaves where the stranger came in.
TEST(Traversal, FlipsSixPairsWhenAnswersLeaveThroughTheAdmittingMapping) {
  const auto selected = kinds(FilterScope::kMapping, ReplyMapping::kSelected);
  const auto admitting = kinds(FilterScope::kMapping, ReplyMapping::kAdmitting);
  int flipped = 0;
  for (size_t i = 0; i < 9; ++i) {
    for (size_t j = i; j < 9; ++j) {
      if (direct_path(&selected[i], &selected[j]).can_be_direct()) continue;
      if (!direct_path(&admitting[i], &admitting[j]).can_be_direct()) continue;
      ++flipped;
      const auto open_symmetric = [](const NatBehavior& nat) {
        return nat.udp.mapping != kEndpointIndependent && nat.udp.filtering == kEndpointIndependent;
      };
      EXPECT_TRUE(open_symmetric(admitting[i]) || open_symmetric(admitting[j])) << i << " x " << j;
    }
  }
  EXPECT_EQ(flipped, 6);
}

TEST(Traversal, IsSymmetric) {
  const std::vector<NatBehavior> all = all_kinds();
  for (const NatBehavior& a : all) {
    for (const NatBehavior& b : all) {
      EXPECT_EQ(direct_path(&a, &b).outcome, direct_path(&b, &a).outcome);
    }
  }
}

TEST(Traversal, ShowsTheSendsThatOpenThePath) {
  const NatBehavior& home = find_profile("port-restricted")->behavior;
  const TraversalVerdict verdict = direct_path(&home, &home);
  EXPECT_EQ(verdict.outcome, Traversal::kAlways);
  EXPECT_EQ(explain(verdict),
            "a sends to what the server saw of b: filtered; b sends to what the server saw of a: "
            "arrives; "
            "a sends to what the server saw of b: arrives");
  EXPECT_TRUE(verdict.repeats.empty());
  EXPECT_TRUE(verdict.astray.empty());
}

TEST(Traversal, NamesTheDropsThatRepeat) {
  const NatBehavior& symmetric = find_profile("symmetric")->behavior;
  const TraversalVerdict verdict = direct_path(&symmetric, &symmetric);
  EXPECT_EQ(verdict.outcome, Traversal::kNever);
  EXPECT_TRUE(verdict.witness.empty());
  EXPECT_EQ(explain(verdict),
            "nothing new can happen, this repeats: a sends to what the server saw of b: filtered; "
            "b sends to what the server saw of a: filtered");
}

TEST(Traversal, LearnsFromPacketsWherePeersReallyAre) {
  const NatBehavior& symmetric = find_profile("symmetric")->behavior;
  const NatBehavior& restricted = find_profile("restricted")->behavior;
  const TraversalVerdict verdict = direct_path(&restricted, &symmetric);
  EXPECT_EQ(verdict.outcome, Traversal::kAlways);
  EXPECT_EQ(explain(verdict),
            "a sends to what the server saw of b: filtered; "
            "b sends to what the server saw of a, from a new port: arrives; "
            "a sends to where b's packet came from: arrives");
}

}  // namespace
}  // namespace natbed::test
