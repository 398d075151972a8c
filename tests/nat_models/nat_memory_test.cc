// What a NAT costs in memory: nothing per packet, little per box, and no more for a table that
// turns over for ever.
#include <vector>

#include "tests/nat_models/box.h"
#include "tests/support/allocations.h"

namespace natbed::test {
namespace {

Endpoint host(int i) {
  return {IpAddress::v4(0x0A000000u + i / 16), static_cast<uint16_t>(2000 + i % 16)};
}
Endpoint server(int i) { return {IpAddress::v4(0xC6336400u + i % 250), 443}; }

TEST(NatMemory, AsksForNoneWhenFlowsAreKnown) {
  NatBehavior behavior = with(kAddressAndPortDependent, kAddressAndPortDependent);
  behavior.set(&ProtocolBehavior::reply_mapping, ReplyMapping::kAdmitting);
  Box box(behavior);
  std::vector<Endpoint> mapped;
  for (int i = 0; i < 2000; ++i) mapped.push_back(box.sent(host(i), server(i)));
  const uint64_t before = allocations();
  for (int round = 1; round <= 5; ++round) {
    const Instant now = second(round);
    for (int i = 0; i < 2000; ++i) {
      box.leaves(udp(host(i), server(i)), now);
      box.enters(udp(server(i), mapped[i]), now);
    }
  }
  EXPECT_EQ(allocations() - before, 0u);
}

TEST(NatMemory, AsksForNoneWhileRowsComeAndGo) {
  NatBehavior behavior = with(kAddressAndPortDependent, kAddressAndPortDependent);
  behavior.set(&PortRules::allocation, PortAllocation::kRandom);
  Box box(behavior);
  // 100 new flows a second that live 300 s each: 30 000 rows, turned over again and again.
  int flow = 0;
  const auto run = [&](int from_second, int to_second) {
    for (int s = from_second; s < to_second; ++s) {
      for (int i = 0; i < 100; ++i, ++flow) {
        box.leaves(udp(host(flow % 100'000), server(flow)), second(s));
      }
    }
  };
  run(0, 1500);
  const uint64_t before = allocations();
  run(1500, 3000);
  EXPECT_EQ(allocations() - before, 0u);
  EXPECT_EQ(box.nat.list(second(2999)).size(), 30'000u);
}

TEST(NatMemory, IsOneBlockForAHome) {
  const NatBehavior behavior = with(kEndpointIndependent, kAddressAndPortDependent);
  const IpAddress outside[] = {kOutside};
  const uint64_t before = allocations();
  Nat nat(&behavior, outside, Rng(1));
  Packet packet;
  for (int peer = 0; peer < 3; ++peer) {  // a server, a rendezvous, a peer
    packet = udp(host(0), server(peer));
    EXPECT_EQ(nat.process(packet, Side::kInside, {}).action, Verdict::Action::kForward);
  }
  EXPECT_EQ(allocations() - before, 1u);
}

// A node that talks to ever new remotes through one mapping, as a DHT does.
TEST(NatMemory, ForgetsFiltersThatHaveEnded) {
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const auto talk = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      const Endpoint remote{IpAddress::v4(0x50000000u + i), 6881};
      box.leaves(udp(host(0), remote), Instant() + Duration::milliseconds(100 * i));
    }
  };
  talk(0, 20'000);
  const uint64_t before = allocations();
  talk(20'000, 100'000);
  EXPECT_EQ(allocations() - before, 0u);
  EXPECT_EQ(box.nat.list(Instant() + Duration::milliseconds(9'999'900)).at(0).admitted_remotes,
            3000u);
}

}  // namespace
}  // namespace natbed::test
