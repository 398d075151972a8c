// The differential test itself: random sequences, played to the kernel and to natbed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/differential/court.h"
#include "tests/differential/generator.h"
#include "tests/differential/shrink.h"

namespace natbed::differential {
namespace {

uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::string explain(const Case& c, const Record& kernel, const Difference& d) {
  std::string text = "The kernel and natbed disagree with these rules: " + to_string(c.rules) +
                     "\n(shrunk from " + c.origin + ")\n";
  for (size_t i = 0; i < c.sequence.size(); ++i) {
    text += "  " + std::to_string(i + 1) + ". " + to_string(c.sequence[i]) + "\n";
    if (i < d.step) text += "       both: " + kernel.outcomes[i] + "\n";
    if (i == d.step) break;
  }
  if (d.step == c.sequence.size()) text += "  the table afterwards\n";
  text += "     kernel: " + d.kernel + "\n     natbed: " + d.natbed + "\n";
  return text + "To repeat it: printf '%s' '" + to_string(c.sequence) +
         "' | differential_tests --play='" + to_string(c.rules) + "'\n";
}

// Those of `cases` for which natbed does otherwise than the kernel.
std::vector<size_t> disputed(Court& court, const std::vector<Case>& cases) {
  const std::vector<Record> records = court.play(cases);
  std::vector<size_t> found;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (difference(cases[i], records[i])) found.push_back(i);
  }
  return found;
}

// The same twice, since ports that are drawn at random may coincide with others once.
std::vector<Case> disputed_twice(Court& court, const std::vector<Case>& cases) {
  std::vector<Case> suspects, found;
  for (const size_t i : disputed(court, cases)) suspects.push_back(cases[i]);
  for (const size_t i : disputed(court, suspects)) found.push_back(suspects[i]);
  return found;
}

std::string shortest_story(Case c) {
  Court court({c.rules}, 16);
  c.sequence = shrink(c.sequence, [&](const std::vector<Sequence>& candidates) {
    std::vector<Case> cases;
    for (const Sequence& sequence : candidates) cases.push_back({c.rules, sequence, c.origin});
    const std::vector<size_t> found = disputed(court, cases);
    return found.empty() ? std::nullopt : std::optional<size_t>(found.front());
  });
  const Record record = court.play(c);
  const auto d = difference(c, record);
  return d ? explain(c, record, *d) : "A disagreement that comes and goes: " + c.origin;
}

TEST(Kernel, DoesWhatNatbedDoes) {
  constexpr size_t kShown = 5;  // disagreements that are shrunk, which takes a while
  const uint64_t seed = from_environment("NATBED_SEED", 1);
  const uint64_t count = from_environment("NATBED_SEQUENCES", 300);
  const std::vector<Rules> kinds = all_rules();
  std::vector<Case> cases;
  for (uint64_t i = 0; i < count; ++i) {
    const Rules& rules = kinds[i % kinds.size()];
    cases.push_back({rules, random_sequence(Rng(seed).fork(i), rules),
                     "NATBED_SEED=" + std::to_string(seed) + ", sequence " + std::to_string(i)});
  }
  Court court(kinds, 4);
  const std::vector<Case> disagreements = disputed_twice(court, cases);
  for (size_t i = 0; i < disagreements.size() && i < kShown; ++i) {
    ADD_FAILURE() << shortest_story(disagreements[i]);
  }
  EXPECT_TRUE(disagreements.empty()) << disagreements.size() << " of " << count << " sequences";
}

}  // namespace
}  // namespace natbed::differential
