// Which port a mapping gets when the one it wants is taken, forbidden, or has neighbours.
#include <set>

#include "nat_models/port_search.h"
#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

Endpoint host(int i, uint16_t port = 5000) {
  return {IpAddress::v4(192, 168, 1, static_cast<uint8_t>(10 + i)), port};
}

NatBehavior clash(PortClash policy) {
  NatBehavior b;
  b.set(&PortRules::clash, policy);
  return b;
}

TEST(NatPortRules, TakesTheNextOrTheLowestPortOnAClashOrNone) {
  Box next(clash(PortClash::kNext));
  EXPECT_EQ(next.sent(host(0), kServer).port, 5000);
  EXPECT_EQ(next.sent(host(1), kServer).port, 5001);
  EXPECT_EQ(next.sent(host(2), kServer).port, 5002);
  Box lowest(clash(PortClash::kLowest));
  lowest.sent(host(0), kServer);
  EXPECT_EQ(lowest.sent(host(1), kServer).port, 1024);
  EXPECT_EQ(lowest.sent(host(2), kServer).port, 1025);
  Box none(clash(PortClash::kRefuse));
  none.sent(host(0), kServer);
  EXPECT_EQ(none.out(udp(host(1), kServer)).reason, DropReason::kNoPort);
}

TEST(NatPortRules, StaysInTheClassOfTheInternalPort) {  // RFC 4787 REQ-3a
  const struct {
    PortClasses classes;
    uint16_t port, low, high;
  } cases[] = {
      {PortClasses::kWellKnown, 700, 1, 1023},  {PortClasses::kWellKnown, 5000, 1024, 65535},
      {PortClasses::kThree, 100, 1, 511},       {PortClasses::kThree, 700, 512, 1023},
      {PortClasses::kKernel, 100, 1, 511},      {PortClasses::kKernel, 700, 600, 1023},
      {PortClasses::kKernel, 5000, 1024, 65535}};
  for (const auto& c : cases) {
    NatBehavior b = clash(PortClash::kRandom);
    b.set(&PortRules::classes, c.classes);
    Box box(b);
    box.sent(host(0, c.port), kServer);
    for (int i = 1; i < 100; ++i) {
      const uint16_t drawn = box.sent(host(i, c.port), kServer).port;
      EXPECT_TRUE(c.low <= drawn && drawn <= c.high) << drawn;
    }
  }
}

TEST(NatPortRules, NeverGivesOutAReservedPort) {
  NatBehavior b = clash(PortClash::kLowest);
  b.set(&PortRules::reserved, {PortRange{1024, 1030}, PortRange{5000, 5000}, {}, {}});
  Box box(b);
  EXPECT_EQ(box.sent(host(0), kServer).port, 1031) << "not even to preserve it";
  EXPECT_EQ(box.sent(host(0, 5001), kServer).port, 5001);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.set(&PortRules::range, PortRange{1024, 1033});
  Box random(b);
  std::set<uint16_t> drawn;
  for (int i = 0; i < 3; ++i) drawn.insert(random.sent(host(i), kServer).port);
  EXPECT_EQ(drawn, (std::set<uint16_t>{1031, 1032, 1033}));
  EXPECT_EQ(random.out(udp(host(3), kServer)).reason, DropReason::kNoPort);
}

TEST(NatPortRules, KeepsEvenPortsEven) {  // RFC 4787 REQ-4
  for (const PortAllocation allocation : {PortAllocation::kRandom, PortAllocation::kSequential}) {
    NatBehavior b;
    b.set(&PortRules::allocation, allocation);
    b.set(&PortRules::parity, true);
    b.set(&PortRules::range, PortRange{2000, 2199});
    Box box(b);
    std::set<uint16_t> drawn;
    for (int i = 0; i < 100; ++i) drawn.insert(box.sent(host(i, 6000), kServer).port);
    EXPECT_EQ(drawn.size(), 100u) << "all even ports";
    for (const uint16_t port : drawn) EXPECT_EQ(port % 2, 0);
    EXPECT_EQ(box.out(udp(host(100, 6000), kServer)).reason, DropReason::kNoPort);
    EXPECT_EQ(box.sent(host(100, 6001), kServer).port % 2, 1);
  }
}

TEST(NatPortRules, PutsTheOtherHalfOfAPairBesideIt) {  // RFC 4787 §4.2.3
  NatBehavior b;
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.set(&PortRules::contiguity, true);
  Box box(b);
  const uint16_t rtp = box.sent(host(0, 6000), kServer).port;
  EXPECT_EQ(box.sent(host(0, 6001), kServer).port, rtp + 1);
  const uint16_t rtcp = box.sent(host(1, 7001), kServer).port;
  EXPECT_EQ(box.sent(host(1, 7000), kServer).port, rtcp - 1);
  EXPECT_NE(box.sent(host(2, 6001), kServer).port, rtp + 1) << "of another host";
}

TEST(NatPortRules, BindsAMappingToItsRemoteAfterAClashIfToldSo) {  // RFC 4787 REQ-11 forbids it
  NatBehavior b = clash(PortClash::kRandom);
  b.set(&PortRules::clash_binds_remote, true);
  Box box(b);
  EXPECT_EQ(box.sent(host(0), kServer), box.sent(host(0), kOtherServer));
  const Endpoint first = box.sent(host(1), kServer);
  EXPECT_NE(first, box.sent(host(1), kOtherServer));
  EXPECT_EQ(first, box.sent(host(1), kServer));
  EXPECT_TRUE(box.admits(kServer, first));
}

TEST(NatPortRules, CountsOnWithTheTrafficOfOthers) {
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  b.set(&PortRules::allocation, PortAllocation::kSequential);
  b.set(&PortRules::step, 2);
  b.set(&PortRules::cross_traffic_per_second, 10u);
  Box box(b);
  uint16_t last = box.sent(kHost, {kServer.ip, 1000}).port;
  int64_t skipped = 0;
  constexpr int kRounds = 400;
  for (int i = 1; i <= kRounds; ++i) {
    const uint16_t port =
        box.sent(kHost, {kServer.ip, static_cast<uint16_t>(1000 + i)}, second(i)).port;
    const int ahead = (port - last + 64512) % 64512;
    EXPECT_EQ(ahead % 2, 0);
    skipped += ahead / 2 - 1;
    last = port;
  }
  EXPECT_NEAR(static_cast<double>(skipped) / kRounds, 10, 1);
}

TEST(Poisson, HasTheMeanAndTheVarianceOfItsName) {
  Rng rng(5);
  double sum = 0, squares = 0;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    const double n = poisson(rng, 7, Duration::milliseconds(1500), 1000);
    sum += n;
    squares += n * n;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 10.5, 0.1);
  EXPECT_NEAR(squares / kDraws - mean * mean, 10.5, 1.0);
  EXPECT_EQ(poisson(rng, 1000, Duration::seconds(3600), 500), 500u);
  EXPECT_EQ(poisson(rng, 7, Duration::zero(), 1000), 0u);
}

}  // namespace
}  // namespace natbed::test
