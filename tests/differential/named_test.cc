// What makes masquerade something other than a cone, step by step, with both judges' words written
// down: published NAT models get these wrong.
#include <gtest/gtest.h>

#include "tests/differential/court.h"

namespace natbed::differential {
namespace {

// Plays `steps` to the kernel and to natbed under `rules`; both must say `outcomes`.
void expect_both(std::string_view rules, std::string_view steps,
                 const std::vector<std::string>& outcomes) {
  const auto parsed = parse_rules(rules);
  const auto sequence = parse_sequence(steps);
  ASSERT_TRUE(parsed.has_value() && sequence.has_value()) << rules << ": " << steps;
  const Case c{*parsed, *sequence, "named"};
  Court court({c.rules}, 1);
  const Record kernel = court.play(c);
  EXPECT_EQ(kernel.outcomes, outcomes) << "the kernel, " << rules;
  const auto d = difference(c, kernel);
  EXPECT_FALSE(d.has_value()) << rules << ", step " << d->step + 1 << ": kernel " << d->kernel
                              << ", natbed " << d->natbed;
}

constexpr std::string_view kEarly =
    "r1:4000 > x:30001 udp; h1:30001 > r1:4000 udp; r1:4000 > x#2 udp";

TEST(Kernel, AnEarlyPacketPoisonsTheMappingIfTheBoxAnswersIt) {
  expect_both("masquerade, input accept", kEarly,
              {"out: x > r1 error 3/3 about udp r1:4000 > x:(30001) ttl 64",
               "out: x:(new, 1024-65535) > r1:4000 udp", "in: r1:4000 > h1:30001 udp"});
}

TEST(Kernel, AnEarlyPacketDoesNoHarmIfTheBoxDropsOrRejectsIt) {
  const std::string kept = "out: x:(30001) > r1:4000 udp", back = "in: r1:4000 > h1:30001 udp";
  expect_both("masquerade, input drop", kEarly, {"nothing comes out", kept, back});
  expect_both("masquerade, input reject", kEarly,
              {"out: x > r1 error 3/3 about udp r1:4000 > x:(30001) ttl 64", kept, back});
}

TEST(Kernel, OnePortServesTwoHostsUntilTheyMeetAtADestination) {
  expect_both("masquerade, input drop",
              "h1:30001 > r1:4000 udp; h2:30001 > r2:4000 udp; h2:30001 > r1:4000 udp;"
              "r1:4000 > x#1 udp; r2:4000 > x#2 udp; r3:4000 > x#1 udp",
              {"out: x:(30001) > r1:4000 udp", "out: x:(30001) > r2:4000 udp",
               "out: x:(new, 1024-65535) > r1:4000 udp", "in: r1:4000 > h1:30001 udp",
               "in: r2:4000 > h2:30001 udp", "nothing comes out"});
}

TEST(Kernel, SynsThatCrossMayBeRepeated) {
  expect_both("masquerade, input drop",
              "h1:30001 > r3:4000 syn; r3:4000 > x#1 syn; h1:30001 > r3:4000 syn",
              {"out: x:(30001) > r3:4000 syn", "in: r3:4000 > h1:30001 syn",
               "out: x:(30001) > r3:4000 syn"});
}

}  // namespace
}  // namespace natbed::differential
