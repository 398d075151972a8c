// Every NAT kind against every other, before the translator, compared with the oracle that shares
// no code with it.
#include <gtest/gtest.h>

#include "nat_models/profiles.h"
#include "nat_models/traversal.h"
#include "tests/protocols/peer/town.h"

namespace natbed {
namespace {

using namespace literals;
using test::Town;

struct Reading {  // of what RFC 4787 leaves open
  FilterScope scope;
  ReplyMapping reply;
};

class EveryNat : public testing::TestWithParam<Reading> {
 protected:
  NatBehavior behavior(const NatProfile& kind) const {
    NatBehavior behavior = kind.behavior;
    behavior.set(&ProtocolBehavior::filter_scope, GetParam().scope);
    behavior.set(&ProtocolBehavior::reply_mapping, GetParam().reply);
    return behavior;
  }
};

TEST_P(EveryNat, IsTraversedExactlyWhereTheOracleSaysSo) {
  for (const NatProfile& x : nat_kinds()) {
    for (const NatProfile& y : nat_kinds()) {
      const NatBehavior a = behavior(x), b = behavior(y);
      Town town({.nat_a = &a, .nat_b = &b, .techniques = kDirect | kPunch});
      const bool direct = town.connect();
      const TraversalVerdict verdict = direct_path(&a, &b);
      EXPECT_EQ(direct, verdict.can_be_direct())
          << x.name << " against " << y.name << ": " << explain(verdict) << "\n"
          << town.a->why_failed("bob");
      if (!direct) continue;
      town.wire.run_for(2_s);
      EXPECT_TRUE(town.ping()) << x.name << " against " << y.name;
      EXPECT_EQ(town.way_back(), PathKind::kPunched) << x.name << " against " << y.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Readings, EveryNat,
    testing::Values(Reading{FilterScope::kInternalEndpoint, ReplyMapping::kSelected},
                    Reading{FilterScope::kInternalEndpoint, ReplyMapping::kAdmitting},
                    Reading{FilterScope::kMapping, ReplyMapping::kSelected},
                    Reading{FilterScope::kMapping, ReplyMapping::kAdmitting}));

}  // namespace
}  // namespace natbed
