#include "viz/run_model.h"

#include <gtest/gtest.h>

#include "tests/viz/sample_runs.h"

namespace natbed::viz {
namespace {

using test::at_ms;
using test::RunBuilder;
using test::TwoHomes;

RunModel model_of(const RunBuilder& run) { return RunModel::build(run.events()).value(); }

TEST(RunModel, RefusesATraceWithoutNodes) {
  const auto model = RunModel::build({});
  ASSERT_FALSE(model.has_value());
  EXPECT_NE(model.error().message.find("nothing to show"), std::string::npos);
}

TEST(RunModel, RefusesAPacketFromANodeThatNobodyIntroduced) {
  TwoHomes two;
  two.run.send(at_ms(2500), {NodeId(77), two.alice}, Duration::milliseconds(1), Traffic::kData);
  const auto model = RunModel::build(two.run.events());
  ASSERT_FALSE(model.has_value());
  EXPECT_NE(model.error().message.find("node 77"), std::string::npos) << model.error().message;
}

TEST(RunModel, RefusesTimeThatRunsBackwards) {
  const TwoHomes two;  // owns the events' texts
  std::vector<TraceEvent> events = two.run.events();
  std::swap(events.front().at, events.back().at);
  EXPECT_FALSE(RunModel::build(events).has_value());
}

TEST(RunModel, RefusesAnInterfaceInAnUnknownRealm) {
  TwoHomes two;
  two.run.attach(two.alice, RealmId(9), "10.0.0.1");
  EXPECT_FALSE(RunModel::build(two.run.events()).has_value());
}

TEST(RunModel, KnowsWhichPacketsAreUnderWay) {
  const TwoHomes two;
  const RunModel model = model_of(two.run);
  std::vector<Hop> hops;
  model.flights().each_in_flight(at_ms(40), [&](const Hop& hop) { hops.push_back(hop); });
  ASSERT_EQ(hops.size(), 2u);  // the STUN requests of alice and bob, one hop on
  EXPECT_EQ(hops[0].from, two.alice_nat);
  EXPECT_EQ(hops[0].to, two.stun);
  EXPECT_EQ(hops[0].traffic, Traffic::kStun);
  EXPECT_EQ(hops[0].start, at_ms(30));
  EXPECT_EQ(hops[0].end, at_ms(50));
  EXPECT_EQ(hops[1].from, two.bob_nat);
}

TEST(RunModel, KnowsWhereAndWhyPacketsWereDropped) {
  const TwoHomes two;
  const RunModel model = model_of(two.run);
  const auto drops = model.flights().drops_between(at_ms(250), at_ms(330));
  ASSERT_EQ(drops.size(), 2u);
  EXPECT_EQ(drops[0].at, at_ms(300));
  EXPECT_EQ(drops[0].node, two.carrier_nat);
  EXPECT_EQ(drops[0].reason, DropReason::kFiltered);
  EXPECT_FALSE(drops[0].towards.valid());  // it had arrived
}

TEST(RunModel, SaysThatALinkLostAPacketHalfWay) {
  RunBuilder run;
  const RealmId core = run.realm(RealmKind::kCore, "core");
  const NodeId a = run.host("a", core, "198.51.100.1"), b = run.host("b", core, "198.51.100.2");
  run.send(at_ms(10), {a, b}, Duration::milliseconds(50), Traffic::kData);
  run.drop(at_ms(10), a, DropReason::kLoss, Traffic::kData, run.last_packet());
  const RunModel model = model_of(run);
  ASSERT_EQ(model.flights().drops().size(), 1u);
  EXPECT_EQ(model.flights().drops()[0].towards, b);
  EXPECT_TRUE(model.flights().hops()[0].lost);
}

TEST(RunModel, ShowsRowsOfATableUntilTheirTimerRunsOut) {
  const TwoHomes two;
  const RunModel model = model_of(two.run);
  EXPECT_EQ(model.tables().row_count(two.alice_nat, at_ms(29)), 0u);
  EXPECT_EQ(model.tables().row_count(two.alice_nat, at_ms(100)), 2u);
  EXPECT_EQ(model.tables().row_count(two.alice_nat, at_ms(330)), 2u);
  EXPECT_EQ(model.tables().row_count(two.alice_nat, at_ms(331)),
            1u);  // the 300 ms of row 2 are over
  const auto rows = model.tables().rows(two.alice_nat, at_ms(700));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].external.to_string(), "203.0.113.1:5000");
  EXPECT_EQ(rows[0].opened, at_ms(30));
  EXPECT_EQ(rows[0].refreshed, at_ms(600));
  EXPECT_EQ(rows[0].expires, at_ms(2600));
  EXPECT_EQ(rows[0].lifetime(), Duration::seconds(2));
}

TEST(RunModel, AsksTheRefreshThatHeldAtTheInstant) {
  const TwoHomes two;
  const RunModel model = model_of(two.run);
  EXPECT_EQ(model.tables().rows(two.alice_nat, at_ms(599))[0].expires, at_ms(2030));
}

TEST(RunModel, ARebootEmptiesTheTable) {
  const TwoHomes two;
  const RunModel model = model_of(two.run);
  EXPECT_EQ(model.tables().row_count(two.alice_nat, at_ms(1499)), 1u);
  EXPECT_EQ(model.tables().row_count(two.alice_nat, at_ms(1500)), 0u);
  EXPECT_EQ(model.tables().row_count(two.bob_nat, at_ms(1500)), 1u);
}

TEST(RunModel, ARowNumberMayBeUsedAgain) {
  TwoHomes two;
  two.run.mapping(at_ms(1000), TraceKind::kMappingOpened, two.alice_nat, 2, Duration::seconds(9),
                  "192.168.1.2:5002", "203.0.113.1:5002");
  const RunModel model = model_of(two.run);
  EXPECT_EQ(model.tables().row_count(two.alice_nat, at_ms(300)), 2u);
  EXPECT_EQ(model.tables().row_count(two.alice_nat, at_ms(500)), 1u);
  const auto rows = model.tables().rows(two.alice_nat, at_ms(1200));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].internal.to_string(), "192.168.1.2:5002");
}

TEST(RunModel, FollowsPathsFromPunchedToRelayed) {
  const TwoHomes two;
  const RunModel model = model_of(two.run);
  EXPECT_TRUE(model.machines().paths_of(two.alice, at_ms(399)).empty());
  const auto punched = model.machines().paths_of(two.alice, at_ms(400));
  ASSERT_EQ(punched.size(), 1u);
  EXPECT_EQ(punched[0]->kind, PathKind::kPunched);
  EXPECT_EQ(punched[0]->peer, two.bob);
  EXPECT_TRUE(model.machines().paths_of(two.alice, at_ms(1650)).empty());
  const auto relayed = model.machines().paths_of(two.alice, at_ms(1800));
  ASSERT_EQ(relayed.size(), 1u);
  EXPECT_EQ(relayed[0]->relay, two.relay);
  EXPECT_EQ(relayed[0]->relay_name, "relay");
}

TEST(RunModel, ChoosingAnotherRelayMovesThePath) {
  TwoHomes two;
  two.run.relay_chosen(at_ms(1900), two.alice, "stun", Duration::milliseconds(50));
  const RunModel model = model_of(two.run);
  EXPECT_EQ(model.machines().paths_of(two.alice, at_ms(1899))[0]->relay, two.relay);
  const auto moved = model.machines().paths_of(two.alice, at_ms(1900));
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_EQ(moved[0]->relay, two.stun);
  EXPECT_EQ(moved[0]->round_trip, Duration::milliseconds(50));
  EXPECT_EQ(model.machines().ways_before(at_ms(1950)).size(),
            2u);  // punched, and over the first relay
}

TEST(RunModel, NamesAWayOnceThoughBothEndsTellOfIt) {
  const RunModel model = model_of(TwoHomes().run);
  EXPECT_EQ(model.machines().paths_at(at_ms(500)).size(), 2u);
  EXPECT_EQ(model.machines().ways_at(at_ms(500)).size(), 1u);
}

// With one end public, one calls direct what the other calls punched.
TEST(RunModel, NamesAWayOnceThoughTheEndsCallItDifferently) {
  TwoHomes two;
  const Duration round_trip = Duration::milliseconds(50);
  two.run.path_up(at_ms(1900), two.alice, "bob", PathKind::kDirect, round_trip);
  two.run.path_up(at_ms(1900), two.bob, "alice", PathKind::kPunched, round_trip);
  const RunModel model = model_of(two.run);
  EXPECT_EQ(model.machines().paths_at(at_ms(1900)).size(), 2u);
  EXPECT_EQ(model.machines().ways_at(at_ms(1900)).size(), 1u);
}

TEST(RunModel, AHostThatIsOffHasNoPath) {
  TwoHomes two;
  const Duration round_trip = Duration::milliseconds(50);
  two.run.path_up(at_ms(1900), two.alice, "bob", PathKind::kPunched, round_trip);
  two.run.path_up(at_ms(1900), two.bob, "alice", PathKind::kPunched, round_trip);
  two.run.say(at_ms(1950), TraceKind::kFault, "power off", two.bob);
  const RunModel model = model_of(two.run);
  EXPECT_EQ(model.machines().paths_of(two.bob, at_ms(1949)).size(), 1u);
  EXPECT_EQ(model.machines().paths_of(two.bob, at_ms(1950)).size(), 0u);
  EXPECT_EQ(model.machines().paths_of(two.alice, at_ms(1950)).size(), 1u) << "it cannot know";
}

TEST(RunModel, SaysInWordsWhatAHostIsDoing) {
  const TwoHomes two;
  const RunModel model = model_of(two.run);
  const MachineLog& machines = model.machines();
  EXPECT_EQ(machines.status(two.alice, at_ms(10)), "");
  EXPECT_EQ(machines.status(two.bob, at_ms(250)), "introduced to alice");
  EXPECT_EQ(machines.status(two.alice, at_ms(500)), "punched to bob, 83 ms");
  EXPECT_EQ(machines.status(two.bob, at_ms(1600)), "lost its path to alice");
  EXPECT_EQ(machines.status(two.alice, at_ms(1800)), "via relay to bob, 120 ms");
}

TEST(RunModel, TellsPeersServersAndRelaysApart) {
  const TwoHomes two;
  const RunModel model = model_of(two.run);
  const Topology& topology = model.topology();
  EXPECT_EQ(topology.node(two.alice).role, Role::kPeer);
  EXPECT_EQ(topology.node(two.stun).role, Role::kServer);
  EXPECT_EQ(topology.node(two.relay).role, Role::kRelay);
  EXPECT_EQ(topology.node(two.alice_nat).role, Role::kNat);
  EXPECT_EQ(topology.node(two.alice_nat).name, "alice-home");
  EXPECT_EQ(topology.node(two.alice_nat).detail, "port-restricted");
}

TEST(RunModel, AHostThatMovesHasAHomePerTime) {
  RunBuilder run;
  const RealmId core = run.realm(RealmKind::kCore, "core"), lan = run.realm(RealmKind::kLan, "lan");
  run.nat("nat", core, "203.0.113.1", lan, "192.168.0.1");
  const NodeId phone = run.node(NodeKind::kHost, "phone");
  const InterfaceId radio = run.attach(phone, lan, "192.168.0.2");
  run.attach(radio, phone, core, "198.51.100.7", false, at_ms(500));
  const RunModel model = model_of(run);
  EXPECT_EQ(model.topology().home(phone, at_ms(499))->realm, lan);
  EXPECT_EQ(model.topology().home(phone, at_ms(500))->realm, core);
  EXPECT_EQ(model.topology().attached(phone, at_ms(600)).size(), 1u);
}

TEST(RunModel, StepsFromMomentToMomentBothWays) {
  const RunModel model = model_of(TwoHomes().run);
  EXPECT_EQ(model.next_moment(at_ms(10)), at_ms(30));
  EXPECT_EQ(model.previous_moment(at_ms(30)), at_ms(10));
  EXPECT_EQ(model.next_moment(model.end()), model.end());
  EXPECT_EQ(model.previous_moment(Instant()), Instant());
}

TEST(RunModel, TheTellingInstantIsTheLastWithMostPaths) {
  const RunModel model = model_of(TwoHomes().run);
  // Both ends had the punched path until 1600 ms; only alice tells of the relayed one.
  EXPECT_EQ(model.telling_instant(), at_ms(1600) - Duration::nanoseconds(1));
  const RunModel lasting = model_of(test::RelayChoice(12, 6).run);
  EXPECT_EQ(lasting.telling_instant(), lasting.end());
}

TEST(RunModel, ABoxThatWasPoweredOffIsDownUntilItIsOnAgain) {
  TwoHomes two;
  two.run.say(at_ms(1800), TraceKind::kFault, "power off", two.stun);
  two.run.say(at_ms(1900), TraceKind::kFault, "power on", two.stun);
  const RunModel model = model_of(two.run);
  EXPECT_FALSE(model.is_down(two.stun, at_ms(1799)));
  EXPECT_TRUE(model.is_down(two.stun, at_ms(1850)));
  EXPECT_FALSE(model.is_down(two.stun, at_ms(1900)));
}

TEST(MachineWords, AnEchoNamesThePeerOrTheAddressThatItCameFrom) {
  MachineEvent echo{.kind = MachineEvent::Kind::kEchoed, .code = 42};
  echo.remote = Endpoint{*IpAddress::parse("198.51.100.7"), 7};
  EXPECT_EQ(describe(echo), "echo 42 from 198.51.100.7");
  echo.name = Name("bob");
  EXPECT_EQ(describe(echo), "echo 42 from bob");
}

}  // namespace
}  // namespace natbed::viz
