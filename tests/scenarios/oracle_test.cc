// The oracle against the real thing: natbed's own punching in simulated worlds.
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "nat_models/oracle/pairs.h"
#include "nat_models/profiles.h"
#include "run_lua.h"
#include "scenarios/matrix.h"

namespace natbed {
namespace {

void expect_foretold(const Proportion& seen, Traversal verdict, const std::string& what) {
  if (verdict == Traversal::kDependsOnOrder) return;
  EXPECT_EQ(seen.successes, verdict == Traversal::kAlways ? seen.trials : 0u) << what;
}

TEST(Oracle, ForetellsEveryCellOfTheMatrix) {
  const auto table = pair_table({});
  ASSERT_TRUE(table);
  for (size_t reading = 0; reading < kReadings.size(); ++reading) {
    MatrixOptions options;
    options.trials = 6;
    options.jobs = 2;
    options.seed = 7;
    options.filter_scope = kReadings[reading].filter_scope;
    options.reply_mapping = kReadings[reading].reply_mapping;
    const auto matrix = run_matrix(options);
    ASSERT_TRUE(matrix) << matrix.error().message;
    ASSERT_EQ(matrix->cells.size(), table->cells.size());
    for (size_t i = 0; i < matrix->cells.size(); ++i) {
      const MatrixCell& cell = matrix->cells[i];
      ASSERT_EQ(cell.punched.trials, 6u);
      expect_foretold(cell.punched, table->cells[i][reading], cell.a + " x " + cell.b);
    }
  }
}

// Homes behind carriers, and behind one carrier's or home's box that hairpins or not.
constexpr const char* kChains = R"(
  return natbed.sweep{
    axes = {
      { "a", { "eim-apdf", "eim-adf", "apdm-eif", "apdm-apdf" } },
      { "b", { "none", "eim-eif", "eim-apdf", "apdm-adf" } },
      { "carrier", { "eim-eif", "eim-apdf", "adm-adf", "apdm-apdf" } },
      { "place", { "of a", "of both", "none", "internal", "external" } },
    },
    trials = 3,
    run = function(net, p)
      net:server("stun"):serve("stun")
      local at_a, at_b = net, net
      if p.place == "of a" then
        at_a = net:cgnat(p.carrier)
      elseif p.place == "of both" then
        at_a, at_b = net:cgnat(p.carrier), net:cgnat(p.carrier)
      else
        at_a = net:cgnat{ p.carrier, hairpin = p.place }
        at_b = at_a
      end
      local a = at_a:nat(p.a):host("a")
      local b = (p.b == "none" and p.place == "of a") and net:host("b")
             or p.b == "none" and at_b:host("b") or at_b:nat(p.b):host("b")
      return { ok = a:connect(b, { with = "punch", timeout = 8 }).ok }
    end,
  })";

std::vector<ProtocolBehavior> box(const std::string& name) {
  if (name == "none") return {};
  return {find_profile(name)->behavior.udp};
}

Meeting meeting_at(const std::string& a, const std::string& b, const std::string& carrier,
                   const std::string& place) {
  Meeting meeting{.a = box(a), .b = box(b), .shared = {}};
  ProtocolBehavior far = box(carrier)[0];
  if (place == "of a" || place == "of both") meeting.a.push_back(far);
  if (place == "of both") meeting.b.push_back(far);
  if (place == "of a" || place == "of both") return meeting;
  far.hairpin = place == "none"       ? Hairpin::kNone
                : place == "internal" ? Hairpin::kInternalSource
                                      : Hairpin::kExternalSource;
  meeting.shared = {far};
  return meeting;
}

TEST(Oracle, ForetellsPunchingThroughChainsAndSharedBoxes) {
  const auto report = run_lua(kChains);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->cells.size(), 4u * 4 * 4 * 5);
  int yes = 0, no = 0;
  for (const Cell& cell : report->cells) {
    std::string at[4];
    for (size_t i = 0; i < 4; ++i) at[i] = to_text(cell.at[i]);
    const auto verdict = foretell(meeting_at(at[0], at[1], at[2], at[3]), {});
    ASSERT_TRUE(verdict);
    ASSERT_EQ(cell.summaries[0].key, "ok");
    expect_foretold(
        cell.summaries[0].proportion, verdict->outcome,
        at[0] + " x " + at[1] + ", carrier " + at[2] + ", " + at[3] + ": " + explain(*verdict));
    (verdict->can_be_direct() ? yes : no) += 1;
  }
  EXPECT_GT(yes, 50);
  EXPECT_GT(no, 50);
}

}  // namespace
}  // namespace natbed
