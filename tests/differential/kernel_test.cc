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
  Court court(4);
  const std::vector<Record> runs = court.play(cases);
  size_t disagreements = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (!difference(cases[i], runs[i])) continue;
    Case c = cases[i];
    const auto shows = [&](const Sequence& shorter) {
      const Case now{c.rules, shorter, c.origin};
      return difference(now, court.play(now)).has_value();
    };
    if (!shows(c.sequence)) continue;  // a rare coincidence of random ports
    if (++disagreements > kShown) continue;
    c.sequence = shrink(c.sequence, shows);
    const Record again = court.play(c);
    const auto d = difference(c, again);
    ADD_FAILURE() << (d ? explain(c, again, *d) : "lost while shrinking: " + c.origin);
  }
  EXPECT_EQ(disagreements, 0u) << "of " << count << " sequences";
}

}  // namespace
}  // namespace natbed::differential
