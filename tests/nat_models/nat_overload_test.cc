// Boxes that keep sessions: one external endpoint serves several internal ones (RFC 7857 §3), as
// netfilter's masquerade does. What is claimed here of Linux was measured on Linux 6.18.
#include <set>

#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

const Endpoint kOtherHost = at("192.168.1.3:5000");

NatBehavior masquerade() {
  NatBehavior b = with(kEndpointIndependent, kAddressAndPortDependent);
  b.set(&ProtocolBehavior::refresh, Refresh::kBoth);
  b.set(&PortRules::overload, true);
  b.set(&PortRules::classes, PortClasses::kKernel);
  b.set(&PortRules::search, PortSearch::kKernel);
  b.timers.udp_unreplied = Duration::seconds(30);
  b.timers.udp = Duration::seconds(120);
  b.timers.udp_settles = Duration::seconds(2);
  return b;
}

TEST(NatOverload, LooksEndpointIndependentWhileNobodyElseWantsThePort) {
  Box box(masquerade());
  for (const char* remote : {"198.51.100.1:3478", "198.51.100.1:3479", "198.51.100.2:3478"}) {
    EXPECT_EQ(box.sent(kHost, at(remote)), (Endpoint{kOutside, 5000}));
  }
  EXPECT_EQ(box.nat.list({}).size(), 3u) << "a session for each remote";
}

TEST(NatOverload, SharesAPortAmongHostsThatTalkToDifferentRemotes) {
  Box box(masquerade());
  EXPECT_EQ(box.sent(kHost, kServer).port, 5000);
  EXPECT_EQ(box.sent(kOtherHost, kOtherServer).port, 5000);
  ASSERT_TRUE(box.admits(kServer, {kOutside, 5000}));
  EXPECT_EQ(box.passed.destination, kHost);
  ASSERT_TRUE(box.admits(kOtherServer, {kOutside, 5000}));
  EXPECT_EQ(box.passed.destination, kOtherHost);
}

// One inside socket, two external ports: what makes masquerade something other than a cone.
TEST(NatOverload, GivesOneSocketTwoPortsOnceItMeetsAnothersSession) {
  Box box(masquerade());
  box.sent(kHost, kServer);
  EXPECT_EQ(box.sent(kOtherHost, kOtherServer).port, 5000);
  const uint16_t drawn = box.sent(kOtherHost, kServer).port;
  EXPECT_NE(drawn, 5000);
  EXPECT_GE(drawn, 1024);
  EXPECT_EQ(box.sent(kOtherHost, at("198.51.100.1:4001")).port, drawn) << "the youngest is reused";
  EXPECT_EQ(box.sent(kOtherHost, kOtherServer).port, 5000) << "a session keeps what it has";
}

TEST(NatOverload, StaysWithinTheKernelsClassesOnAClash) {
  const struct {
    uint16_t port, low, high;
  } cases[] = {{100, 1, 511}, {700, 600, 1023}, {5000, 1024, 65535}};
  for (const auto& c : cases) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      Box box(masquerade(), {kOutside}, seed);
      box.sent({kHost.ip, c.port}, kServer);
      const uint16_t drawn = box.sent({kOtherHost.ip, c.port}, kServer).port;
      EXPECT_NE(drawn, c.port);
      EXPECT_GE(drawn, c.low);
      EXPECT_LE(drawn, c.high);
    }
  }
}

TEST(NatOverload, DrawsAPortForEachRemoteIfToldToBeRandom) {
  NatBehavior b = masquerade();
  b.set(&ProtocolBehavior::mapping, kAddressAndPortDependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  Box box(b);
  std::set<uint16_t> drawn;
  for (uint16_t port = 4000; port < 4020; ++port)
    drawn.insert(box.sent(kHost, {kServer.ip, port}).port);
  EXPECT_GT(drawn.size(), 18u);
}

TEST(NatOverload, LosesPacketsOnceAllPortsAreUsedTowardsARemote) {
  NatBehavior b = masquerade();
  b.set(&PortRules::classes, PortClasses::kNone);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.set(&PortRules::range, PortRange{30000, 30003});
  Box box(b);
  std::set<uint16_t> used;
  for (uint16_t port = 6000; port < 6004; ++port)
    used.insert(box.sent({kHost.ip, port}, kServer).port);
  EXPECT_EQ(used, (std::set<uint16_t>{30000, 30001, 30002, 30003}));
  EXPECT_EQ(box.out(udp({kHost.ip, 6004}, kServer)).reason, DropReason::kNoPort);
  EXPECT_EQ(box.out(udp({kHost.ip, 6004}, kOtherServer)).action, Verdict::Action::kForward);
}

// Unanswered 30 s; answered 30 s as well until the flow is two seconds old, then 120 s.
TEST(NatOverload, CountsAStreamOnlyAfterTwoSecondsAndAnAnswer) {
  Box box(masquerade());
  EXPECT_EQ(box.out(udp(kHost, kServer)).expires, second(30));
  EXPECT_EQ(box.in(udp(kServer, {kOutside, 5000}), second(1)).expires, second(31));
  EXPECT_EQ(box.out(udp(kHost, kServer), second(2)).expires, second(32))
      << "not yet older than 2 s";
  EXPECT_EQ(box.out(udp(kHost, kServer), second(3)).expires, second(123));
}

// An early packet that the box's own stack takes stands in the way of the flow it was meant for.
TEST(NatOverload, IsPoisonedByAnEarlyPacketIfItsStackAccepts) {
  NatBehavior b = masquerade();
  b.unsolicited = Unsolicited::kAccept;
  Box box(b);
  const Verdict early = box.in(udp(kServer, {kOutside, 5000}));
  EXPECT_EQ(early.reason, DropReason::kNoMapping);
  EXPECT_EQ(early.answer, Answer::kPortUnreachable);
  EXPECT_NE(box.sent(kHost, kServer, second(1)).port, 5000);
  EXPECT_EQ(box.sent({kHost.ip, 5001}, kServer, second(1)).port, 5001);
}

TEST(NatOverload, IsNotPoisonedIfItsFirewallDropsOrRejects) {
  for (const Unsolicited policy : {Unsolicited::kDrop, Unsolicited::kReject}) {
    NatBehavior b = masquerade();
    b.unsolicited = policy;
    Box box(b);
    const Verdict early = box.in(udp(kServer, {kOutside, 5000}));
    EXPECT_EQ(early.answer,
              policy == Unsolicited::kDrop ? Answer::kNothing : Answer::kPortUnreachable);
    EXPECT_EQ(box.sent(kHost, kServer, second(1)).port, 5000);
  }
}

TEST(NatOverload, LeavesNothingBehindASynThatItsStackResets) {
  NatBehavior b = masquerade();
  b.unsolicited = Unsolicited::kAccept;
  Box box(b);
  EXPECT_EQ(box.in(tcp(kServer, {kOutside, 5000}, kSyn)).answer, Answer::kReset);
  box.leaves(tcp(kHost, kServer, kSyn), second(1));
  EXPECT_EQ(box.passed.source.port, 5000);
}

TEST(NatOverload, AdmitsAnyoneThroughAStaticRowAndAnswersByTheSameSession) {
  Box box(masquerade());
  ASSERT_TRUE(box.nat.map(Protocol::kUdp, kHost, 8000, {}, Duration::seconds(10'000)));
  ASSERT_TRUE(box.admits(kOtherServer, {kOutside, 8000}));
  EXPECT_EQ(box.passed.destination, kHost);
  EXPECT_EQ(box.sent(kHost, kOtherServer).port, 8000);
  EXPECT_EQ(box.sent(kOtherHost, kServer).port, 5000);
}

// The age of sessions decides, in small tables and in large ones, whatever comes and goes between.
TEST(NatOverload, ReusesTheYoungestSessionAmongMany) {
  Box box(masquerade());
  for (int i = 0; i < 200; ++i) {
    const auto neighbour = Endpoint{IpAddress::v4(192, 168, 2, static_cast<uint8_t>(i)), 5000};
    const auto remote = Endpoint{IpAddress::v4(198, 51, 101, static_cast<uint8_t>(i)), 443};
    box.sent(neighbour, remote);                         // has 5000 towards this remote
    const uint16_t port = box.sent(kHost, remote).port;  // so this draws one
    const uint16_t next =
        box.sent(kHost, {remote.ip, 80}).port;  // which is kept for the next remote
    if (i == 0) EXPECT_NE(port, 5000);
    EXPECT_EQ(next, port) << i;
  }
}

}  // namespace
}  // namespace natbed::test
