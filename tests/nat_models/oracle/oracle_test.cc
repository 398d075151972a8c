// The oracle against streets of real Nats: random orders, all short orders, chains, hairpins.
#include <gtest/gtest.h>

#include <string>

#include "nat_models/oracle/pairs.h"
#include "nat_models/profiles.h"
#include "tests/nat_models/oracle/street.h"

namespace natbed::test {
namespace {

ProtocolBehavior profile(const char* name) { return find_profile(name)->behavior.udp; }

Result<TraversalVerdict> verdict_of(const Meeting& meeting, Strategy with) {
  OracleOptions options;
  options.with = with;
  return foretell(meeting, options);
}

std::string words(const ProtocolBehavior& box) {
  const char* const kDependence[] = {"ei", "ad", "apd"};
  const char* const kHairpin[] = {"none", "internal", "external"};
  return std::string(kDependence[static_cast<int>(box.mapping)]) + "m-" +
         kDependence[static_cast<int>(box.filtering)] + "f scope " +
         std::to_string(static_cast<int>(box.filter_scope)) + " reply " +
         std::to_string(static_cast<int>(box.reply_mapping)) + " hairpin " +
         kHairpin[static_cast<int>(box.hairpin)];
}

std::string words(const Meeting& meeting, Strategy with) {
  std::string text = with == Strategy::kIce ? "ice" : "punch";
  for (size_t i = 0; i < meeting.boxes(); ++i) text += "; " + words(meeting.box(i));
  return text;
}

// Every seed does what the verdict says; where it depends on the order, any may do either. Peers
// that learn ever new ports need many steps.
void expect_agreement(const Meeting& meeting, Strategy with, int seeds) {
  const Result<TraversalVerdict> verdict = verdict_of(meeting, with);
  ASSERT_TRUE(verdict) << words(meeting, with) << ": " << verdict.error().message;
  if (verdict->outcome == Traversal::kDependsOnOrder) return;
  const bool always = verdict->outcome == Traversal::kAlways;
  for (int seed = 1; seed <= seeds; ++seed) {
    ASSERT_EQ(meet_at_random(meeting, with, static_cast<uint64_t>(seed), always ? 4000 : 400),
              always)
        << words(meeting, with) << ", seed " << seed << ": " << explain(*verdict);
  }
}

template <class Use>
void each_pair(Use use) {
  for (const Reading& reading : kReadings) {
    for (const auto& a : nat_kinds()) {
      for (const auto& b : nat_kinds()) use(pair_of(a.behavior.udp, b.behavior.udp, reading));
    }
  }
}

constexpr Strategy kBoth[] = {Strategy::kPunch, Strategy::kIce};

TEST(Oracle, EqualsTheSimulationForEveryPairStrategyAndReading) {
  int pairs = 0;
  each_pair([&](const Meeting& meeting) {
    for (const Strategy with : kBoth) expect_agreement(meeting, with, 12);
    ++pairs;
  });
  EXPECT_EQ(pairs, 4 * 81);
}

// All orders of up to five exchanges over real Nats: none gets through where the oracle says never,
// and where there is a way, one as short as the witness is found.
TEST(Oracle, EqualsAllShortOrdersOverRealNats) {
  each_pair([&](const Meeting& meeting) {
    for (const Strategy with : kBoth) {
      const auto verdict = verdict_of(meeting, with);
      ASSERT_TRUE(verdict);
      size_t exchanges = 4;
      if (verdict->can_be_direct()) {
        exchanges = static_cast<size_t>(
            std::ranges::count_if(verdict->witness, [](const auto& s) { return !s.answer; }));
      }
      ASSERT_EQ(some_order_meets(meeting, with, exchanges), verdict->can_be_direct())
          << words(meeting, with) << ": " << explain(*verdict);
    }
  });
}

// The witness, step by step: what it says is let in is let in, and at the end there is a path.
TEST(Oracle, WitnessesHappenOnRealNats) {
  int played = 0;
  each_pair([&](const Meeting& meeting) {
    for (const Strategy with : kBoth) {
      const auto verdict = verdict_of(meeting, with);
      ASSERT_TRUE(verdict);
      if (!verdict->can_be_direct()) continue;
      Street street(meeting, with, 1);
      // In the order of learning, as the street has them.
      std::vector<uint16_t> learned[2];
      for (const TraversalStep& step : verdict->witness) {
        std::vector<uint16_t>& known = learned[step.sender];
        const bool news = std::ranges::find(known, step.target) == known.end();
        if (step.answer) {
          if (news && step.known_as == TraversalStep::Target::kLearned)
            known.push_back(step.target);
          continue;
        }
        Endpoint to = street.learned(step.sender)[0];
        if (step.known_as == TraversalStep::Target::kReflexive)
          to = street.learned(step.sender)[with == Strategy::kIce ? 1 : 0];
        if (step.known_as == TraversalStep::Target::kLearned) {
          ASSERT_FALSE(news) << "a target that nobody was seen to learn";
          const auto i = static_cast<size_t>(std::ranges::find(known, step.target) - known.begin());
          to = street.learned(step.sender)[i + (with == Strategy::kIce ? 2 : 1)];
        }
        ASSERT_EQ(street.exchange(step.sender, to), step.admitted)
            << words(meeting, with) << ": " << to_string(step);
      }
      ASSERT_TRUE(street.direct()) << words(meeting, with) << ": " << explain(*verdict);
      ++played;
    }
  });
  EXPECT_GT(played, 300);
}

// Four boxes that differ in what matters, in all chains of two against all of one and two.
TEST(Oracle, EqualsTheSimulationForChainsOfTwo) {
  for (const Reading& reading : kReadings) {
    std::vector<ProtocolBehavior> boxes;
    for (const char* name :
         {"eim-eif", "eim-adf", "eim-apdf", "adm-eif", "apdm-adf", "apdm-apdf"}) {
      boxes.push_back(profile(name));
      boxes.back().filter_scope = reading.filter_scope;
      boxes.back().reply_mapping = reading.reply_mapping;
    }
    for (const auto& home : boxes) {
      for (const auto& carrier : boxes) {
        for (const auto& other : boxes) {
          for (const Strategy with : kBoth) {
            expect_agreement({.a = {home, carrier}, .b = {other}, .shared = {}}, with, 3);
            expect_agreement({.a = {home, carrier}, .b = {other, home}, .shared = {}}, with, 2);
          }
        }
      }
    }
  }
}

TEST(Oracle, EqualsTheSimulationForAHomeBehindACarrier) {
  const ProtocolBehavior home = profile("port-restricted"), carrier = profile("cgnat");
  for (const auto& other : nat_kinds()) {
    for (const Strategy with : kBoth) {
      expect_agreement({.a = {home, carrier}, .b = {other.behavior.udp}, .shared = {}}, with, 20);
      expect_agreement({.a = {home, carrier}, .b = {other.behavior.udp, carrier}, .shared = {}},
                       with, 20);
    }
  }
}

// Both behind one carrier's box, or in one home, that hairpins or not.
TEST(Oracle, EqualsTheSimulationBehindASharedBox) {
  const std::vector<ProtocolBehavior> homes = {profile("eim-eif"), profile("eim-apdf"),
                                               profile("apdm-eif"), profile("apdm-apdf")};
  for (const Reading& reading : kReadings) {
    for (const auto& kind : nat_kinds()) {
      for (const Hairpin hairpin :
           {Hairpin::kNone, Hairpin::kInternalSource, Hairpin::kExternalSource}) {
        ProtocolBehavior shared = kind.behavior.udp;
        shared.hairpin = hairpin;
        shared.filter_scope = reading.filter_scope;
        shared.reply_mapping = reading.reply_mapping;
        for (const Strategy with : kBoth) {
          expect_agreement({.a = {}, .b = {}, .shared = {shared}}, with, 6);
          for (size_t i = 0; i < homes.size(); ++i) {
            expect_agreement({.a = {homes[i]}, .b = {}, .shared = {shared}}, with, 4);
            for (size_t j = i; j < homes.size(); ++j)
              expect_agreement({.a = {homes[i]}, .b = {homes[j]}, .shared = {shared}}, with, 4);
          }
        }
      }
    }
  }
}

// A home's box that both share, behind a carrier's that both share: either may hairpin.
TEST(Oracle, EqualsTheSimulationBehindTwoSharedBoxes) {
  for (const Hairpin inner : {Hairpin::kNone, Hairpin::kInternalSource, Hairpin::kExternalSource}) {
    for (const Hairpin outer :
         {Hairpin::kNone, Hairpin::kInternalSource, Hairpin::kExternalSource}) {
      for (const char* kind : {"eim-eif", "eim-apdf", "adm-adf", "apdm-apdf"}) {
        ProtocolBehavior home = profile(kind), carrier = profile("cgnat");
        home.hairpin = inner;
        carrier.hairpin = outer;
        for (const Strategy with : kBoth) {
          expect_agreement({.a = {}, .b = {}, .shared = {home, carrier}}, with, 8);
          expect_agreement({.a = {profile("eim-apdf")}, .b = {}, .shared = {home, carrier}}, with,
                           8);
        }
      }
    }
  }
}

}  // namespace
}  // namespace natbed::test
