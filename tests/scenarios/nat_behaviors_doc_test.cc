// docs/nat_behaviors.md says which pairs can be direct: every number and cell is computed again.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "nat_models/oracle/pairs.h"
#include "nat_models/profiles.h"

namespace natbed {
namespace {

// Of "## Which pairs can be direct", the part under this sub-heading; the part before the first one
// if it is empty.
std::string part(const std::string& heading) {
  std::ostringstream whole;
  whole
      << std::ifstream(std::filesystem::path(NATBED_SOURCE_DIR) / "docs/nat_behaviors.md").rdbuf();
  const std::string text = whole.str();
  size_t from = text.find("\n## Which pairs can be direct\n");
  EXPECT_NE(from, std::string::npos);
  if (!heading.empty()) from = text.find("\n### " + heading + "\n", from);
  EXPECT_NE(from, std::string::npos) << heading;
  if (from == std::string::npos) return {};
  return text.substr(from, text.find("\n##", from + 1) - from);
}

void expect_line(const std::string& text, const std::string& line) {
  EXPECT_NE(text.find("\n" + line + "\n"), std::string::npos)
      << "docs/nat_behaviors.md lacks the line\n"
      << line;
}

PairTable table_with(Strategy with, uint8_t probes = 0) {
  OracleOptions options;
  options.with = with;
  options.probes = probes;
  auto table = pair_table(options);
  EXPECT_TRUE(table);
  return *table;
}

void expect_grid(const std::string& text, const PairTable& table) {
  expect_line(text, fmt::format("| | {} |", fmt::join(table.kinds, " | ")));
  for (size_t a = 0; a < table.kinds.size(); ++a) {
    std::string row = fmt::format("| **{}** |", table.kinds[a]);
    for (size_t b = 0; b < table.kinds.size(); ++b)
      row += fmt::format(" {} |", cell_text(table.at(a, b)));
    expect_line(text, row);
  }
}

int cells_that_say(const PairTable& table, const std::string& word) {
  int pairs = 0;
  for (size_t a = 0; a < table.kinds.size(); ++a) {
    for (size_t b = a; b < table.kinds.size(); ++b) pairs += cell_text(table.at(a, b)) == word;
  }
  return pairs;
}

TEST(NatBehaviorsDoc, GridsAreTheOracles) {
  expect_grid(part("Punching"), table_with(Strategy::kPunch));
  expect_grid(part("ICE"), table_with(Strategy::kIce));
}

TEST(NatBehaviorsDoc, CountsAreTheOracles) {
  const PairTable punch = table_with(Strategy::kPunch), ice = table_with(Strategy::kIce);
  for (size_t i = 0; i < kReadings.size(); ++i) {
    const bool internal = kReadings[i].filter_scope == FilterScope::kInternalEndpoint;
    const bool selected = kReadings[i].reply_mapping == ReplyMapping::kSelected;
    expect_line(
        part(""),
        fmt::format("| {} | {} | {} | {} | {} |", i + 1, internal ? "internal endpoint" : "mapping",
                    selected ? "selected" : "admitting", punch.count(i, Traversal::kAlways),
                    ice.count(i, Traversal::kAlways)));
    for (const PairTable* table : {&punch, &ice})
      EXPECT_EQ(table->count(i, Traversal::kDependsOnOrder), 0) << "no pair depends on the order";
  }
  const std::string text = part("Punching");
  EXPECT_NE(text.find(fmt::format(
                "{} pairs are direct whatever the reading, {} are not, and {} are "
                "open",
                cells_that_say(punch, "yes"), cells_that_say(punch, "no"), punch.open())),
            std::string::npos);
  for (const char* cell : {"1 2", "2 4", "2"}) {
    EXPECT_NE(text.find(fmt::format("**`{}`**, {} pairs", cell, cells_that_say(punch, cell))),
              std::string::npos)
        << cell;
  }
  EXPECT_NE(part("ICE").find(fmt::format("{} pairs are open for ICE", ice.open())),
            std::string::npos);
}

TEST(NatBehaviorsDoc, RoundsAreTheOracles) {
  const std::string text = part("One round");
  const PairTable turns = one_round_table();
  const PairTable once = table_with(Strategy::kPunch, 1), twice = table_with(Strategy::kPunch, 2);
  for (size_t i = 0; i < kReadings.size(); ++i) {
    const auto counts = [&](const PairTable& table) {
      return fmt::format("{} | {} | {}", table.count(i, Traversal::kAlways),
                         table.count(i, Traversal::kDependsOnOrder),
                         table.count(i, Traversal::kNever));
    };
    expect_line(text, fmt::format("| {} | {} |", i + 1, counts(turns)));
    expect_line(text, fmt::format("| {} | {} | {} |", i + 1, counts(once), counts(twice)));
  }
}

// Whose rules these are, and that they hold pair for pair, is in tests/nat_models/oracle.
TEST(NatBehaviorsDoc, ComparisonsCountAsTheOracleDoes) {
  const PairTable punch = table_with(Strategy::kPunch), turns = one_round_table();
  const std::string text =
      std::regex_replace(part("What others publish"), std::regex(R"(\s+)"), " ");
  for (const size_t reading : {size_t{1}, size_t{4}}) {
    const std::string claim = fmt::format("{} pairs. That is reading {}",
                                          punch.count(reading - 1, Traversal::kAlways), reading);
    EXPECT_NE(text.find(claim), std::string::npos) << claim;
  }
  const std::string counts = fmt::format(
      "counted {} pairs with selected and {} with admitting reply mapping. Both are confirmed, and "
      "hold for filters that belong to mappings (readings 3 and 4); by the letter of §5 it is {} "
      "and "
      "{}. It also found {} pairs that one round leaves to who sends first: confirmed for selected "
      "reply mapping, under either filter scope; with admitting it is {}.",
      punch.count(2, Traversal::kAlways), punch.count(3, Traversal::kAlways),
      punch.count(0, Traversal::kAlways), punch.count(1, Traversal::kAlways),
      turns.count(2, Traversal::kDependsOnOrder), turns.count(3, Traversal::kDependsOnOrder));
  EXPECT_NE(text.find(counts), std::string::npos) << counts;
}

std::vector<ProtocolBehavior> chain_of(const std::string& names) {
  std::vector<ProtocolBehavior> boxes;
  std::istringstream each(names);
  for (std::string name; std::getline(each, name, '+');) {
    const NatProfile* profile = find_profile(name);
    EXPECT_TRUE(profile) << name;
    if (profile && profile->is_nat) boxes.push_back(profile->behavior.udp);
  }
  return boxes;
}

TEST(NatBehaviorsDoc, ChainsAreTheOracles) {
  const std::string text = part("Chains, and boxes that both share");
  const std::regex row(
      R"(\n\| ([a-z+-]+) \| ([a-z+-]+) \| ([a-z+-]+) \| ([a-z ]+) \| ([a-z ]+) \|(?=\n))");
  int rows = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
    const Meeting meeting{
        .a = chain_of((*it)[1]), .b = chain_of((*it)[2]), .shared = chain_of((*it)[3])};
    for (const Strategy with : {Strategy::kPunch, Strategy::kIce}) {
      OracleOptions options;
      options.with = with;
      const auto verdict = foretell(meeting, options);
      ASSERT_TRUE(verdict);
      EXPECT_EQ((*it)[with == Strategy::kPunch ? 4 : 5], to_string(verdict->outcome)) << (*it)[0];
    }
    ++rows;
  }
  EXPECT_GE(rows, 16);
}

}  // namespace
}  // namespace natbed
