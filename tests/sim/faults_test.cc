#include <gtest/gtest.h>

#include "base/trace_memory.h"
#include "sim/world.h"
#include "tests/sim/home.h"

namespace natbed::test {
namespace {

constexpr SocketEvent::Kind kMoved = SocketEvent::Kind::kMoved;
const Endpoint kServer = at("192.0.2.1:7");

struct Scene {
  World world{1};
  RealmId core = world.add_realm("core", RealmProfile::core(10_ms, 10_ms));
  NodeId server = world.add_host("server");
  InterfaceId server_nic = world.attach(server, core, kServer.ip);
  Home home{world, "alice", core, "203.0.113.1"};
  Running echo = run_probe(world, server, kServer);
  Running alice = run_probe(world, home.host);
  Scene() { echo.probe->echo = true; }

  // Whether an echo comes back to alice within 100 ms.
  bool reaches() {
    const size_t before = alice.probe->received.size();
    alice.send(kServer, "ping");
    world.run_until(world.now() + 100_ms);
    return alice.probe->received.size() > before;
  }
  uint64_t dropped(DropReason reason) const { return world.counters().dropped_for(reason); }
};

TEST(Faults, CutLinksDropBothWaysUntilRestored) {
  Scene s;
  EXPECT_TRUE(s.reaches());
  s.world.cut(s.home.nic);
  EXPECT_FALSE(s.reaches());
  EXPECT_EQ(s.dropped(DropReason::kLinkCut), 1u);  // on the way out
  s.world.restore(s.home.nic);
  EXPECT_TRUE(s.reaches());
  s.alice.send(kServer, "cut while it is under way");
  s.world.run_until(s.world.now() + 15_ms);
  s.world.cut(s.home.nic);
  s.world.run_until(s.world.now() + 100_ms);
  EXPECT_EQ(s.dropped(DropReason::kLinkCut), 2u);  // on the way in
}

TEST(Faults, ARebootedNatForgetsItsMappings) {
  Scene s;
  MemorySink trace;
  ASSERT_TRUE(s.reaches());
  const Endpoint mapped = s.echo.probe->received[0].remote;
  s.world.set_sink(&trace);
  s.world.reboot(s.home.nat);
  EXPECT_EQ(trace.events().back().kind, TraceKind::kMappingClosed);
  EXPECT_EQ(trace.events().back().new_source, mapped);
  s.echo.send(mapped, "do you remember me?");
  s.world.run_until(s.world.now() + 100_ms);
  EXPECT_EQ(s.dropped(DropReason::kNoMapping), 1u);
  EXPECT_TRUE(s.reaches());  // a new mapping
}

TEST(Faults, AReaddressedNatIsFoundUnderItsNewAddressOnly) {
  Scene s;
  ASSERT_TRUE(s.reaches());
  const Endpoint old = s.echo.probe->received[0].remote;
  const IpAddress fresh[] = {ip("203.0.113.50"), ip("203.0.113.51")};
  s.world.readdress(s.home.nat, fresh);
  s.echo.send(old, "old");
  s.world.run_until(s.world.now() + 100_ms);
  EXPECT_EQ(s.dropped(DropReason::kNoSuchAddress), 1u);
  ASSERT_TRUE(s.reaches());
  EXPECT_EQ(s.echo.probe->received.back().remote.ip, fresh[0]);
  s.echo.send({fresh[1], 999}, "the pool's other address");
  s.world.run_until(s.world.now() + 100_ms);
  EXPECT_EQ(s.dropped(DropReason::kNoMapping), 1u);  // it came as far as the NAT
}

TEST(Faults, AMovedHostKeepsItsSocketsUnderTheNewAddress) {
  Scene s;
  ASSERT_TRUE(s.reaches());
  const Home other(s.world, "cafe", s.core, "203.0.113.2", kHomeNat, "10.9.9.");
  s.alice.send(kServer, "its echo will miss me");
  s.world.run_until(s.world.now() + 15_ms);
  s.world.move(s.home.nic, other.lan, ip("10.9.9.77"));
  ASSERT_EQ(s.alice.probe->count(kMoved), 1u);
  const Endpoint now_at = s.alice.probe->events.back().local;
  EXPECT_EQ(now_at.ip, ip("10.9.9.77"));
  EXPECT_EQ(now_at.port, s.alice.probe->opened_at().port);
  s.world.run_until(s.world.now() + 100_ms);
  EXPECT_EQ(s.dropped(DropReason::kNoSuchAddress), 1u);
  ASSERT_TRUE(s.reaches());
  EXPECT_EQ(s.echo.probe->received.back().remote.ip, ip("203.0.113.2"));
  EXPECT_EQ(s.world.realm_of(s.home.nic), other.lan);
}

TEST(Faults, APacketInFlightToAnAddressThatMovedOnIsDropped) {
  Scene s;
  s.alice.send(kServer, "hello");
  s.world.run_until(after(5_ms));
  s.world.move(s.server_nic, s.core, ip("192.0.2.9"));
  s.world.run_until(after(100_ms));
  EXPECT_EQ(s.dropped(DropReason::kNoSuchAddress), 1u);
  EXPECT_TRUE(s.echo.probe->received.empty());
}

TEST(Faults, AHostThatIsOffHearsNothingAndStartsAgainWhenItIsOn) {
  Scene s;
  ASSERT_TRUE(s.reaches());
  s.echo.act([&](Outbox&) { s.echo.probe->next_deadline = s.world.now() + 10_ms; });
  s.world.power_off(s.server);
  EXPECT_FALSE(s.reaches());
  EXPECT_EQ(s.dropped(DropReason::kBoxDown), 1u);
  EXPECT_TRUE(s.echo.probe->timeouts.empty());
  EXPECT_EQ(s.echo.probe->starts.size(), 1u);
  s.world.power_on(s.server);
  EXPECT_EQ(s.echo.probe->starts.size(), 2u);
  EXPECT_EQ(s.echo.probe->starts.back(), s.world.now());
  EXPECT_TRUE(s.reaches());
}

TEST(Faults, ANatThatIsOffForgetsAndForwardsNothing) {
  Scene s;
  ASSERT_TRUE(s.reaches());
  s.world.power_off(s.home.nat);
  EXPECT_FALSE(s.reaches());
  s.world.power_on(s.home.nat);
  EXPECT_TRUE(s.world.nat(s.home.nat).list(s.world.now()).empty());
  EXPECT_TRUE(s.reaches());
}

TEST(Faults, AreToldToTheTrace) {
  Scene s;
  MemorySink trace;
  s.world.set_sink(&trace);
  s.world.cut(s.home.nic);
  EXPECT_EQ(trace.events().back().kind, TraceKind::kFault);
  EXPECT_EQ(trace.events().back().text, "cut");
  EXPECT_EQ(trace.events().back().interface, s.home.nic);
  EXPECT_EQ(trace.events().back().node, s.home.host);
}

}  // namespace
}  // namespace natbed::test
