#include "scenarios/topology_builder.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

NodeOptions named(const char* name) {
  NodeOptions options;
  options.name = name;
  return options;
}

TEST(TopologyBuilder, HomesAreRealmsOfTheirOwn) {
  World world(1);
  TopologyBuilder builder(&world, {});
  const NodeId one = builder.add_nat(NodeId(), {}, named("one")).value();
  const NodeId two = builder.add_nat(NodeId(), {}, named("two")).value();
  const NodeId a = builder.add_host(one, named("a")).value();
  const NodeId b = builder.add_host(two, named("b")).value();
  EXPECT_NE(world.realm_of(builder.uplink(a)), world.realm_of(builder.uplink(b)));
  EXPECT_EQ(world.realm_of(builder.uplink(one)), world.realm_of(builder.uplink(two)));
  EXPECT_TRUE(builder.address(a).is_private());
  EXPECT_FALSE(builder.address(one).is_private());
}

TEST(TopologyBuilder, SubscribersOfOneCarrierShareItsRealm) {
  World world(1);
  TopologyBuilder builder(&world, {});
  const NodeId carrier = builder.add_cgnat(NodeId(), {}, named("carrier")).value();
  const NodeId one = builder.add_nat(carrier, {}, named("one")).value();
  const NodeId two = builder.add_nat(carrier, {}, named("two")).value();
  EXPECT_EQ(world.realm_of(builder.uplink(one)), world.realm_of(builder.uplink(two)));
  EXPECT_EQ(builder.address(one), IpAddress::v4(100, 64, 0, 2));
  EXPECT_EQ(builder.address(two), IpAddress::v4(100, 64, 0, 3));
}

TEST(TopologyBuilder, RoutersBehindANatHandOnPrivateAddresses) {
  World world(1);
  TopologyBuilder builder(&world, {});
  const NodeId nat = builder.add_nat(NodeId(), {}, named("nat")).value();
  const NodeId router = builder.add_router(nat, named("router")).value();
  const NodeId host = builder.add_host(router, named("host")).value();
  EXPECT_EQ(builder.address(router), IpAddress::v4(192, 168, 1, 2));
  EXPECT_EQ(builder.address(host), IpAddress::v4(192, 168, 2, 2));
}

TEST(TopologyBuilder, AHomeIsFullAtSomePoint) {
  World world(1);
  TopologyBuilder builder(&world, {});
  const NodeId nat = builder.add_nat(NodeId(), {}, named("nat")).value();
  for (int i = 0; i < 253; ++i) ASSERT_TRUE(builder.add_host(nat, {})) << i;
  const auto one_more = builder.add_host(nat, {});
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.error().message, "no address is left in 192.168.1.0/24");
}

TEST(TopologyBuilder, RegionsAreThoseOfTheCore) {
  World world(1);
  CoreOptions core;
  core.regions = {"eu", "us"};
  core.by_region = std::vector<Duration>(4, 10_ms);
  TopologyBuilder builder(&world, core);
  NodeOptions options = named("a");
  options.region = "us";
  EXPECT_TRUE(builder.add_host(NodeId(), options));
  options = named("b");
  options.region = "mars";
  const auto wrong = builder.add_host(NodeId(), options);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "unknown region \"mars\" (the network has: eu, us)");
}

TEST(TopologyBuilder, NamesAreUniqueAndFound) {
  World world(1);
  TopologyBuilder builder(&world, {});
  const NodeId a = builder.add_host(NodeId(), named("a")).value();
  EXPECT_EQ(builder.find("a"), a);
  EXPECT_FALSE(builder.find("b").valid());
  EXPECT_FALSE(builder.add_host(NodeId(), named("a")));
}

}  // namespace
}  // namespace natbed
