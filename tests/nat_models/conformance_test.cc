// What the checks find at right boxes, that none of them is one that cannot fail, and that the
// documents tell of all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/nat_models/mutants.h"

namespace natbed::test {
namespace {

using conformance::Finding;
using conformance::Outcome;

Finding check_at(Kind kind, const NatBehavior& behavior, std::string_view id) {
  const conformance::NatMaker maker(behavior);
  const auto subject = conformance::subject_for(maker, behavior, kind != Kind::kHome);
  const auto* requirement = conformance::find_requirement(id);
  EXPECT_NE(requirement, nullptr) << id;
  return requirement ? conformance::check(*requirement, subject) : Finding();
}

TEST(Conformance, ARightBoxPassesEveryMust) {
  for (const Kind kind : {Kind::kHome, Kind::kCarrier, Kind::kPlan}) {
    int passed = 0;
    for (const auto& requirement : conformance::requirements()) {
      const Finding finding = check_at(kind, conformant(kind), requirement.id);
      EXPECT_FALSE(finding.sentence.empty()) << requirement.id;
      if (!is_binding(requirement.level)) continue;
      passed += finding.outcome == Outcome::kPass;
      EXPECT_NE(finding.outcome, Outcome::kFail) << requirement.id << ": " << finding.sentence;
    }
    EXPECT_GT(passed, 35);
  }
}

// A right home lets nobody say that it should have done better either.
TEST(Conformance, ARightHomePassesEveryShould) {
  for (const auto& requirement : conformance::requirements()) {
    const Finding finding = check_at(Kind::kHome, conformant_home(), requirement.id);
    EXPECT_NE(finding.outcome, Outcome::kFail) << requirement.id << ": " << finding.sentence;
  }
}

TEST(Conformance, EveryCheckCanFail) {
  std::set<std::string> noticing;
  for (const auto* mutants : {&axis_mutants(), &packet_mutants()}) {
    for (const Mutant& mutant : *mutants) {
      noticing.insert(mutant.noticed_by.begin(), mutant.noticed_by.end());
    }
  }
  noticing.insert("6888-REQ-1");  // CarriersMeetTheOtherRfcs
  for (const auto& requirement : conformance::requirements()) {
    const bool noticed = noticing.contains(std::string(requirement.id));
    EXPECT_EQ(requirement.check != nullptr, noticed)
        << requirement.id << ": no wrong box makes this check say something else";
    EXPECT_EQ(requirement.check == nullptr, !requirement.beyond_packets.empty()) << requirement.id;
  }
}

TEST(Conformance, CarriersMeetTheOtherRfcs) {
  NatBehavior b = conformant_carrier();
  EXPECT_EQ(check_at(Kind::kCarrier, b, "6888-REQ-1").outcome, Outcome::kPass);
  b.timers.udp = 60_s;
  const Finding finding = check_at(Kind::kCarrier, b, "6888-REQ-1");
  EXPECT_EQ(finding.outcome, Outcome::kFail);
  EXPECT_EQ(finding.sentence, "fails 4787-REQ-5");
}

TEST(Conformance, CarriersRulesAreNotForHomes) {
  EXPECT_EQ(check_at(Kind::kHome, conformant_home(), "6888-REQ-4").outcome,
            Outcome::kNotApplicable);
}

TEST(Conformance, MeasuresTheWorkedExampleOfRfc7422) {  // §2.3
  const Finding finding = check_at(Kind::kPlan, deterministic_example(), "7422-2-split");
  EXPECT_EQ(finding.outcome, Outcome::kPass);
  EXPECT_EQ(finding.sentence, "each of 14 hosts has 4032 ports");
  const auto says = [&](const std::string& text) {
    return std::ranges::any_of(finding.packets, [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  };
  for (int n = 0; n < 14; ++n) {
    const int low = 1024 + 4032 * n;
    const std::string line = "198.51.100." + std::to_string(n + 1) + " has 192.0.2.1 ports " +
                             std::to_string(low) + " to " + std::to_string(low + 4031);
    EXPECT_TRUE(says(line)) << line;
  }
  EXPECT_EQ(check_at(Kind::kPlan, deterministic_example(), "7422-2-overflow").sentence,
            "a host gets up to 1008 more ports, which are nobody's");
}

TEST(Conformance, ShowsThePacketsThatProveIt) {
  NatBehavior b = conformant_home();
  b.udp.mapping = Dependence::kAddressDependent;
  const Finding finding = check_at(Kind::kHome, b, "4787-REQ-1");
  EXPECT_EQ(finding.outcome, Outcome::kFail);
  EXPECT_EQ(finding.sentence, "the mapping is address-dependent");
  ASSERT_EQ(finding.packets.size(), 6u);
  EXPECT_EQ(finding.packets[0],
            "    0.000 s  inside   in   192.168.1.2:5000 → 203.0.113.1:3478 udp");
  EXPECT_EQ(finding.packets[1], "    0.000 s  outside  out  192.0.2.1:5000 → 203.0.113.1:3478 udp");
}

TEST(Conformance, DoesTheSameEveryTime) {
  for (const std::string_view id : {"4787-REQ-11", "5382-REQ-5", "6888-REQ-8"}) {
    const Finding one = check_at(Kind::kCarrier, conformant_carrier(), id);
    const Finding other = check_at(Kind::kCarrier, conformant_carrier(), id);
    EXPECT_EQ(one.sentence, other.sentence);
    EXPECT_EQ(one.packets, other.packets);
  }
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(std::string(NATBED_SOURCE_DIR "/") + path).rdbuf();
  return text.str();
}

// One row a requirement in docs/rfc, with its level, and "out of scope" exactly where nothing is checked.
TEST(Conformance, TheDocumentsTellOfEveryRequirement) {
  size_t rows = 0;
  for (const auto& requirement : conformance::requirements()) {
    const std::string id(requirement.id);
    const std::string text = text_of("docs/rfc/" + id.substr(0, 4) + ".md");
    const std::string start = "\n| " + id + " | " + to_string(requirement.level) + " | ";
    const size_t at = text.find(start);
    ASSERT_NE(at, std::string::npos) << "docs/rfc has no row that begins with" << start;
    const std::string row = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    EXPECT_EQ(row.find("| out of scope |") != std::string::npos, requirement.check == nullptr)
        << row;
    ++rows;
  }
  size_t written = 0;
  for (const char* rfc : {"4787", "5382", "5508", "6888", "7857", "7422"}) {
    const std::string text = text_of(std::string("docs/rfc/") + rfc + ".md");
    const std::string start = std::string("\n| ") + rfc + "-";
    for (size_t at = text.find(start); at != std::string::npos; at = text.find(start, at + 1)) {
      ++written;
    }
  }
  EXPECT_EQ(written, rows) << "a row about a requirement that is none";
}

// The lines that the requirement table of the field has for these RFCs.
TEST(Conformance, KnowsAllLinesOfTheRfcs) {
  std::map<std::string, int> lines;
  for (const auto& requirement : conformance::requirements()) {
    ++lines[std::string(requirement.id.substr(0, 4))];
  }
  const std::map<std::string, int> expected = {{"4787", 26}, {"5382", 16}, {"5508", 27},
                                               {"6888", 26}, {"7857", 14}, {"7422", 6}};
  EXPECT_EQ(lines, expected);
}

}  // namespace
}  // namespace natbed::test
