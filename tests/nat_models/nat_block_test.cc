// Ports in blocks, quotas, rest periods and pools of addresses: what carriers do (RFC 6888, 7422).
#include <set>

#include "nat_models/port_block_pool.h"
#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

Endpoint subscriber(int i, uint16_t port = 5000) {
  return {IpAddress::v4(0x64400001u + static_cast<uint32_t>(i)), port};
}
Endpoint remote(int i) { return {IpAddress::v4(0xC6336400u + static_cast<uint32_t>(i)), 443}; }

NatBehavior blocks_of(uint16_t size, uint16_t per_host) {
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.blocks.kind = PortBlocks::Kind::kDynamic;
  b.blocks.size = size;
  b.blocks.per_host = per_host;
  return b;
}

TEST(NatBlock, KeepsAHostInItsBlocksAndGivesItMoreAsItNeeds) {
  Box box(blocks_of(64, 2));
  std::set<int> blocks;
  for (int i = 0; i < 64; ++i) blocks.insert((box.sent(subscriber(0), remote(i)).port - 1024) / 64);
  EXPECT_EQ(blocks.size(), 1u) << "all of the first block before the second";
  for (int i = 64; i < 128; ++i)
    blocks.insert((box.sent(subscriber(0), remote(i)).port - 1024) / 64);
  EXPECT_EQ(blocks.size(), 2u);
  EXPECT_EQ(box.out(udp(subscriber(0), remote(128))).reason, DropReason::kNoPort);
  const int other = (box.sent(subscriber(1), remote(0)).port - 1024) / 64;
  EXPECT_FALSE(blocks.contains(other)) << "a block has one owner";
}

TEST(NatBlock, TakesABlockBackWhenItsLastMappingHasEnded) {
  NatBehavior b = blocks_of(100, 1);
  b.set(&PortRules::range, PortRange{2000, 2099});
  Box box(b);
  box.sent(subscriber(0), remote(0));
  EXPECT_EQ(box.out(udp(subscriber(1), remote(0)), second(299)).reason, DropReason::kNoPort);
  EXPECT_EQ(box.out(udp(subscriber(1), remote(0)), second(300)).action, Verdict::Action::kForward);
}

PortBlocks plan_of_rfc7422() {
  PortBlocks blocks;
  blocks.kind = PortBlocks::Kind::kDeterministic;
  blocks.inside_first = IpAddress::v4(198, 51, 100, 1).v4_value();
  blocks.hosts_per_address = 14;
  blocks.dynamic_share = 2;
  blocks.size = 1008;
  blocks.per_host = 1;
  return blocks;
}

TEST(NatBlock, ComputesTheWorkedExampleOfRfc7422) {  // §2.3
  const PortRange range{1024, 65535};
  const PortRange expected[] = {{1024, 5055},   {5056, 9087},   {9088, 13119},  {13120, 17151},
                                {17152, 21183}, {21184, 25215}, {25216, 29247}, {29248, 33279},
                                {33280, 37311}, {37312, 41343}, {41344, 45375}, {45376, 49407},
                                {49408, 53439}, {53440, 57471}};
  const PortBlocks plan = plan_of_rfc7422();
  for (uint32_t i = 0; i < 14; ++i) {
    const uint32_t inside = plan.inside_first + i;
    const auto share = PortBlockPool::fixed_share(plan, range, 1, inside);
    ASSERT_TRUE(share.has_value());
    EXPECT_EQ(share->ports, expected[i]) << i;
    EXPECT_EQ(PortBlockPool::owner_of(plan, range, 0, expected[i].low), inside);
    EXPECT_EQ(PortBlockPool::owner_of(plan, range, 0, expected[i].high), inside);
  }
  EXPECT_FALSE(PortBlockPool::fixed_share(plan, range, 1, plan.inside_first + 14))
      << "no address left";
  EXPECT_EQ(PortBlockPool::owner_of(plan, range, 0, 57472), 0u) << "the dynamic pool is nobody's";
}

TEST(NatBlock, UsesTheFixedShareFirstThenOneBlockOfTheDynamicPool) {  // RFC 7422 §2
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.blocks = plan_of_rfc7422();
  Box box(b);
  const IpAddress inside = IpAddress::v4(198, 51, 100, 3);
  const auto open = [&](int i) {
    return box.out(
        udp({inside, 7000}, {IpAddress::v4(0x08000000u + static_cast<uint32_t>(i)), 53}));
  };
  for (int i = 0; i < 4032; ++i) {
    ASSERT_EQ(open(i).action, Verdict::Action::kForward);
    ASSERT_TRUE((PortRange{9088, 13119}.contains(box.passed.source.port)));
  }
  std::set<uint16_t> overflow;
  for (int i = 4032; i < 5040; ++i) {
    ASSERT_EQ(open(i).action, Verdict::Action::kForward) << i;
    overflow.insert(box.passed.source.port);
  }
  EXPECT_EQ(overflow.size(), 1008u);
  EXPECT_GE(*overflow.begin(), 57472);
  EXPECT_EQ(*overflow.rbegin() - *overflow.begin(), 1007) << "one block";
  EXPECT_EQ(open(5040).reason, DropReason::kNoPort) << "M = 5040 ports at most";
}

TEST(NatQuota, RefusesOneMappingTooManyOfAHostAlone) {  // RFC 6888 REQ-4
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  b.limits.mappings_per_host = 3;
  b.limits.refusal = Refusal::kHostUnreachable;
  Box box(b);
  for (int i = 0; i < 3; ++i) box.sent(subscriber(0), remote(i));
  const Verdict refused = box.out(udp(subscriber(0), remote(3)));
  EXPECT_EQ(refused.reason, DropReason::kQuota);
  EXPECT_EQ(refused.answer, Answer::kHostUnreachable);
  box.sent(subscriber(1), remote(3));
  box.sent(subscriber(0), remote(2), second(200));
  box.sent(subscriber(0), remote(4), second(300));  // two of three have ended
  EXPECT_EQ(box.nat.list(second(300)).size(), 2u);
}

TEST(NatQuota, EvictsTheOldestMappingOfTheSameHostIfToldSo) {
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  b.limits.mappings_per_host = 2;
  b.limits.when_full = WhenFull::kEvictOldest;
  Box box(b);
  const Endpoint neighbour = box.sent(subscriber(1), remote(9));
  const Endpoint first = box.sent(subscriber(0), remote(0), second(1));
  const Endpoint next = box.sent(subscriber(0), remote(1), second(2));
  box.sent(subscriber(0), remote(0), second(3));  // used again, and still the oldest
  box.sent(subscriber(0), remote(2), second(4));
  EXPECT_EQ(box.why_not(remote(0), first, second(5)), DropReason::kNoMapping);
  EXPECT_TRUE(box.admits(remote(1), next, second(5)));
  EXPECT_TRUE(box.admits(remote(9), neighbour, second(5)));
}

TEST(NatQuota, LimitsHowFastAHostOpensMappings) {  // RFC 6888 REQ-4c
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  b.limits.new_per_second_per_host = 10;
  Box box(b);
  int opened = 0;
  for (int i = 0; i < 50; ++i) {
    opened += box.out(udp(subscriber(0), remote(i)), second(7)).action == Verdict::Action::kForward;
  }
  EXPECT_EQ(opened, 10);
  EXPECT_EQ(box.out(udp(subscriber(0), remote(60)), second(8)).action, Verdict::Action::kForward);
}

TEST(NatQuota, LetsAFreedPortRest) {  // RFC 6888 REQ-8
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  b.set(&PortRules::hold, Duration::seconds(120));
  for (const int neighbours : {0, 40}) {  // a table that is scanned, one that is indexed
    Box box(b);
    for (int i = 1; i <= neighbours; ++i)
      box.sent(subscriber(i, static_cast<uint16_t>(6000 + i)), remote(0), second(200));
    EXPECT_EQ(box.sent(subscriber(0), remote(0)).port, 5000);
    EXPECT_EQ(box.nat.list(second(299)).size(), static_cast<size_t>(neighbours) + 1);
    EXPECT_EQ(box.why_not(remote(0), {kOutside, 5000}, second(300)), DropReason::kNoMapping);
    const uint16_t other = box.sent(subscriber(0), remote(0), second(419)).port;
    EXPECT_NE(other, 5000) << "119 s after its end";
    EXPECT_EQ(box.sent(subscriber(99), remote(0), second(420)).port, 5000) << "120 s after";
  }
}

TEST(NatPool, PairsAHostWithOneAddress) {  // RFC 4787 REQ-2
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  const std::vector<IpAddress> pool = {IpAddress::v4(203, 0, 113, 1), IpAddress::v4(203, 0, 113, 2),
                                       IpAddress::v4(203, 0, 113, 3),
                                       IpAddress::v4(203, 0, 113, 4)};
  std::set<IpAddress> of_all;
  Box box(b, pool);
  for (int host = 0; host < 32; ++host) {
    std::set<IpAddress> of_host;
    for (int i = 0; i < 16; ++i) of_host.insert(box.sent(subscriber(host), remote(i)).ip);
    EXPECT_EQ(of_host.size(), 1u);
    of_all.insert(*of_host.begin());
  }
  EXPECT_EQ(of_all.size(), 4u);
}

TEST(NatPool, MayTakeAnyAddressOrSpillToAnotherWhenOneIsFull) {
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.set(&PortRules::range, PortRange{4000, 4009});
  const std::vector<IpAddress> pool = {IpAddress::v4(203, 0, 113, 1),
                                       IpAddress::v4(203, 0, 113, 2)};
  const auto addresses = [&](Pooling pooling, int flows) {
    b.pooling = pooling;
    Box box(b, pool);
    std::vector<IpAddress> all;
    for (int i = 0; i < flows; ++i) {
      if (box.out(udp(subscriber(0), remote(i))).action == Verdict::Action::kForward) {
        all.push_back(box.passed.source.ip);
      }
    }
    return all;
  };
  const auto arbitrary = addresses(Pooling::kArbitrary, 8);
  EXPECT_EQ(std::set<IpAddress>(arbitrary.begin(), arbitrary.end()).size(), 2u);
  EXPECT_EQ(addresses(Pooling::kPaired, 20).size(), 10u);
  const auto soft = addresses(Pooling::kSoftPaired, 20);
  ASSERT_EQ(soft.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(soft[i] == soft[0], i < 10) << i;
}

}  // namespace
}  // namespace natbed::test
