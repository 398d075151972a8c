// The ladder of ways between two peers, over real servers and before real NAT boxes.
#include "protocols/peer/peer.h"

#include <gtest/gtest.h>

#include "nat_models/presets.h"
#include "tests/protocols/peer/town.h"

namespace natbed {
namespace {

using namespace literals;
using test::Town;
using Kind = MachineEvent::Kind;

const NatBehavior& kind(std::string_view name) { return find_preset(name)->behavior; }

TEST(Peer, ReachesAPublicPeerDirectly) {
  Town town({});
  ASSERT_TRUE(town.connect());
  town.wire.run_for(1_s);
  EXPECT_EQ(town.way(), PathKind::kDirect);
  EXPECT_EQ(town.way_back(), PathKind::kDirect);
  EXPECT_TRUE(town.ping());
  EXPECT_EQ(town.wire.first(town.alice, Kind::kEchoed)->event.round_trip, 40_ms);
  EXPECT_EQ(town.a->path("bob").round_trip, 40_ms);
}

TEST(Peer, PunchesThroughTwoPortRestrictedNats) {
  Town town({.nat_a = &kind("port-restricted"), .nat_b = &kind("port-restricted")});
  ASSERT_TRUE(town.connect());
  town.wire.run_for(1_s);
  EXPECT_EQ(town.way(), PathKind::kPunched);
  EXPECT_EQ(town.way_back(), PathKind::kPunched);
  EXPECT_TRUE(town.ping());
}

TEST(Peer, RelaysBetweenTwoSymmetricNats) {
  Town town({.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .relays = 2});
  ASSERT_TRUE(town.connect());
  town.wire.run_for(1_s);
  EXPECT_EQ(town.way(), PathKind::kRelayed);
  EXPECT_EQ(town.way_back(), PathKind::kRelayed);
  EXPECT_TRUE(town.ping());
  EXPECT_EQ(town.wire.first(town.alice, Kind::kEchoed)->event.round_trip, 80_ms);
  EXPECT_EQ(town.a->path("bob").route.relays[0], Name("relay-0"));
}

}  // namespace
}  // namespace natbed
