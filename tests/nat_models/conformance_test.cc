// What the checks find at right boxes, and that none of them is one that cannot fail.
#include <gtest/gtest.h>

#include "tests/nat_models/mutants.h"

namespace natbed::test {
namespace {

using conformance::Outcome;

TEST(Conformance, ARightBoxPassesEveryMust) {
  for (const Kind kind : {Kind::kHome, Kind::kCarrier}) {
    const NatBehavior behavior = conformant(kind);
    const conformance::NatMaker maker(behavior);
    const auto subject = conformance::subject_for(maker, behavior, kind == Kind::kCarrier);
    for (const auto& requirement : conformance::requirements()) {
      const auto finding = conformance::check(requirement, subject);
      EXPECT_FALSE(finding.sentence.empty()) << requirement.id;
      if (!is_binding(requirement.level)) continue;
      EXPECT_NE(finding.outcome, Outcome::kFail) << requirement.id << ": " << finding.sentence;
    }
  }
}

}  // namespace
}  // namespace natbed::test
