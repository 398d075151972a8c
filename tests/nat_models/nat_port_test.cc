// Which external ports mappings get (RFC 4787 §4.2), static rows included.
#include <algorithm>
#include <set>
#include <vector>

#include "nat_models/nat.h"
#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

NatBehavior ports(PortAllocation allocation, uint16_t low, uint16_t high, int32_t step = 1) {
  NatBehavior behavior = with(kAddressAndPortDependent, kAddressAndPortDependent);
  behavior.set(&PortRules::allocation, allocation);
  behavior.set(&PortRules::range, PortRange{low, high});
  behavior.set(&PortRules::step, step);
  return behavior;
}
Endpoint server(int i) { return {kServer.ip, static_cast<uint16_t>(10'000 + i)}; }

// The external ports of `count` new mappings.
std::vector<int> opened(Box& box, int count, int first = 0) {
  std::vector<int> ports;
  for (int i = 0; i < count; ++i) ports.push_back(box.sent(kHost, server(first + i)).port);
  return ports;
}

TEST(NatPort, PreservesAPortThatIsFree) {
  Box box(ports(PortAllocation::kPreserving, 20'000, 29'999));
  EXPECT_EQ(box.sent(kHost, kServer).port, 5000);
  const uint16_t clash = box.sent(at("192.168.1.3:5000"), kServer).port;
  EXPECT_GE(clash, 20'000);
  EXPECT_LE(clash, 29'999);
  EXPECT_EQ(box.sent(at("192.168.1.3:5001"), kServer).port, 5001);
}

TEST(NatPort, CountsUpAndWraps) {
  Box box(ports(PortAllocation::kSequential, 4000, 4009));
  const std::vector<int> given = opened(box, 10);
  for (size_t i = 1; i < given.size(); ++i) {
    EXPECT_EQ(given[i], given[i - 1] == 4009 ? 4000 : given[i - 1] + 1);
  }
  EXPECT_EQ(std::set<int>(given.begin(), given.end()).size(), 10u);
}

TEST(NatPort, CountsDownByMoreThanOne) {
  Box box(ports(PortAllocation::kSequential, 4000, 4999, -2));
  const std::vector<int> given = opened(box, 400);
  for (size_t i = 1; i < given.size(); ++i) {
    EXPECT_EQ((given[i - 1] - given[i] + 1000) % 1000, 2) << "after " << given[i - 1];
  }
}

TEST(NatPort, SkipsPortsInUseWhileCounting) {
  Box box(ports(PortAllocation::kSequential, 4000, 4099));
  const int first = opened(box, 1).at(0);
  const uint16_t next = static_cast<uint16_t>(first == 4099 ? 4000 : first + 1);
  ASSERT_TRUE(box.nat.map(Protocol::kUdp, at("192.168.1.9:9"), next, {}, Duration::seconds(1000)));
  EXPECT_EQ(opened(box, 1, 1).at(0), next == 4099 ? 4000 : next + 1);
}

// Steps that share a divisor with the range come back before they have seen all of it.
TEST(NatPort, GivesOutEveryPortBeforeItGivesUp) {
  for (int32_t step : {1, -1, 2, 10, 7, -25, 50, 100, 12345}) {
    Box box(ports(PortAllocation::kSequential, 4000, 4049, step));
    const std::vector<int> given = opened(box, 50);
    EXPECT_EQ(std::set<int>(given.begin(), given.end()).size(), 50u) << "step " << step;
    const Verdict verdict = box.out(udp(kHost, kOtherServer));
    EXPECT_EQ(verdict.reason, DropReason::kNoPort);
    EXPECT_EQ(verdict.answer, Answer::kAdministrativelyProhibited);
  }
}

TEST(NatPort, DrawsEveryPortOfANarrowRange) {
  for (PortAllocation allocation : {PortAllocation::kRandom, PortAllocation::kPreserving}) {
    Box box(ports(allocation, 5000, 5199));
    const std::vector<int> given = opened(box, 200);
    EXPECT_EQ(std::set<int>(given.begin(), given.end()).size(), 200u);
    EXPECT_EQ(box.out(udp(kHost, kOtherServer)).reason, DropReason::kNoPort);
  }
}

TEST(NatPort, DrawsUniformlyOverTheRange) {
  std::vector<int> hits(16, 0);
  for (uint64_t seed = 1; seed <= 1600; ++seed) {
    Box box(ports(PortAllocation::kRandom, 1024, 65535), {kOutside}, seed);
    ++hits[static_cast<size_t>((opened(box, 1).at(0) - 1024) / 4032)];
  }
  // 16 bins of 100 expected; 15 degrees of freedom, so chi-square beyond 37.7 has probability
  // 0.001.
  int chi_square_times_100 = 0;
  for (int n : hits) chi_square_times_100 += (n - 100) * (n - 100);
  EXPECT_LT(chi_square_times_100, 3770);
}

TEST(NatPort, NeverOverloadsAPort) {  // RFC 4787 REQ-3
  for (PortAllocation allocation :
       {PortAllocation::kPreserving, PortAllocation::kSequential, PortAllocation::kRandom}) {
    Box box(ports(allocation, 1024, 65535));
    for (int host = 0; host < 50; ++host) {
      for (int i = 0; i < 40; ++i) box.sent({IpAddress::v4(0x0A000000u + host), 5000}, server(i));
    }
    std::set<Endpoint> used;
    for (const NatRow& row : box.nat.list({})) EXPECT_TRUE(used.insert(row.external).second);
    EXPECT_EQ(used.size(), 2000u);
  }
}

TEST(NatPort, ReusesPortsOfEndedRows) {
  for (PortAllocation allocation : {PortAllocation::kRandom, PortAllocation::kSequential}) {
    Box box(ports(allocation, 5000, 5039));
    for (int life = 0; life < 5; ++life) {
      const Instant now = second(300 * life);
      for (int i = 0; i < 40; ++i) {
        EXPECT_EQ(box.out(udp(kHost, server(i)), now).change, Verdict::Change::kOpened);
      }
      EXPECT_EQ(box.out(udp(kHost, kOtherServer), now).reason, DropReason::kNoPort);
    }
  }
}

TEST(NatPort, DependsOnTheSeedAndOnNothingElse) {
  const auto run = [](uint64_t seed) {
    Box box(ports(PortAllocation::kRandom, 1024, 65535), {kOutside}, seed);
    return opened(box, 100);
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(NatPort, MapsByHandForAsLongAsAsked) {
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const auto row =
      box.nat.map(Protocol::kTcp, at("192.168.1.2:22"), 2222, {}, Duration::seconds(3600));
  ASSERT_TRUE(row);
  const Endpoint open_port = at("203.0.113.1:2222");
  box.enters(tcp(kServer, open_port, kSyn), second(3599));
  EXPECT_EQ(box.passed.destination, at("192.168.1.2:22"));
  EXPECT_EQ(box.nat.row(*row, second(3599))->expires, second(3600))
      << "traffic does not prolong it";
  EXPECT_EQ(box.in(tcp(kServer, open_port, kSyn), second(3600)).reason, DropReason::kNoMapping);
}

TEST(NatPort, SendsFromAStaticRowWhateverTheMappingDependsOn) {
  Box box(with(kAddressAndPortDependent, kAddressAndPortDependent));
  ASSERT_TRUE(box.nat.map(Protocol::kUdp, kHost, 6000, {}, Duration::seconds(3600)));
  EXPECT_EQ(box.sent(kHost, kServer).port, 6000);
  EXPECT_EQ(box.sent(kHost, kOtherServer).port, 6000);
  EXPECT_TRUE(box.admits(at("198.51.100.77:7"), at("203.0.113.1:6000")));
}

TEST(NatPort, RefusesAPortThatIsTaken) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  box.sent(kHost, kServer);
  EXPECT_FALSE(box.nat.map(Protocol::kUdp, at("192.168.1.3:1"), 5000, {}, Duration::seconds(60)));
  EXPECT_TRUE(box.nat.map(Protocol::kTcp, at("192.168.1.3:1"), 5000, {}, Duration::seconds(60)));
  EXPECT_TRUE(
      box.nat.map(Protocol::kUdp, at("192.168.1.3:1"), 5000, second(300), Duration::seconds(60)))
      << "the dynamic row has ended";
}

TEST(NatPort, TurnsItsOwnDynamicRowIntoAStaticOne) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  box.sent(kHost, kServer);
  ASSERT_TRUE(box.nat.map(Protocol::kUdp, kHost, 5000, {}, Duration::seconds(900)));
  EXPECT_EQ(box.nat.list({}).size(), 1u);
  EXPECT_TRUE(box.admits(kOtherServer, at("203.0.113.1:5000"), second(899)));
}

TEST(NatPort, RenewsAndUnmaps) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  const RowId dynamic = box.out(udp(at("192.168.1.7:7"), kServer)).row;
  const auto row = box.nat.map(Protocol::kUdp, kHost, 0, {}, Duration::seconds(60));
  ASSERT_TRUE(row);
  const uint16_t port = box.nat.row(*row, {})->external.port;
  EXPECT_EQ(box.nat.map(Protocol::kUdp, kHost, 0, second(30), Duration::seconds(60)), row);
  EXPECT_EQ(box.nat.map(Protocol::kUdp, kHost, port, second(40), Duration::seconds(60)), row);
  EXPECT_FALSE(box.nat.map(Protocol::kUdp, kHost, 777, second(40), Duration::seconds(60)));
  EXPECT_EQ(box.nat.row(*row, second(40))->expires, second(100));
  EXPECT_FALSE(box.nat.unmap(dynamic, {})) << "not a static row";
  EXPECT_TRUE(box.nat.unmap(*row, {}));
  EXPECT_FALSE(box.nat.unmap(*row, {}));
  EXPECT_FALSE(box.admits(kServer, {kOutside, port}, second(41)));
}

}  // namespace
}  // namespace natbed::test
