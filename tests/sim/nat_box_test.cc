// NAT boxes and routers between hosts: chains, hairpins, hop counts, ICMP errors on their way.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/trace_memory.h"
#include "sim/world.h"
#include "tests/sim/home.h"

namespace natbed::test {
namespace {

constexpr SocketEvent::Kind kUnreachable = SocketEvent::Kind::kUnreachable;
const Endpoint kServer = at("192.0.2.1:7");

// A core with constant latency and an echo server.
struct Core {
  World world{1};
  RealmId core = world.add_realm("core", RealmProfile::core(10_ms, 10_ms));
  NodeId server = world.add_host("server");
  InterfaceId server_nic = world.attach(server, core, kServer.ip);
  Running echo = run_probe(world, server, kServer);
  Core() { echo.probe->echo = true; }
};

TEST(NatBox, TranslatesOnTheWayOutAndBack) {
  Core c;
  const Home home(c.world, "alice", c.core, "203.0.113.1");
  const Running alice = run_probe(c.world, home.host);
  alice.send(kServer, "hello");
  c.world.run_until(after(1_s));
  ASSERT_EQ(c.echo.probe->received.size(), 1u);
  EXPECT_EQ(c.echo.probe->received[0].at, after(10'500_us));
  EXPECT_EQ(c.echo.probe->received[0].remote.ip, ip("203.0.113.1"));
  ASSERT_EQ(alice.probe->received.size(), 1u);
  EXPECT_EQ(alice.probe->received[0].at, after(21_ms));
  EXPECT_EQ(alice.probe->received[0].local, alice.probe->opened_at());
  EXPECT_EQ(c.world.counters().translations, 2u);
  EXPECT_EQ(c.world.nat(home.nat).list(c.world.now()).size(), 1u);
}

TEST(NatBox, ChainsToAnyDepth) {
  Core c;
  const IpAddress carrier_ip = ip("203.0.113.1");
  const RealmId carrier = c.world.add_realm("carrier", RealmProfile::carrier(2_ms));
  const NodeId cgnat = c.world.add_nat("cgnat", &kHomeNat, c.core, {&carrier_ip, 1});
  c.world.set_gateway(carrier, c.world.attach(cgnat, carrier, ip("100.64.0.1")));
  const Home outer(c.world, "outer", carrier, "100.64.0.2");
  const Home inner(c.world, "inner", outer.lan, "192.168.0.3", kHomeNat, "192.168.1.");
  const Running alice = run_probe(c.world, inner.host);
  alice.send(kServer, "from the depths");
  c.world.run_until(after(1_s));
  // Two LANs of 0.5 ms, the carrier's 2 ms, the core's 10 ms, and the same back.
  ASSERT_EQ(alice.probe->received.size(), 1u);
  EXPECT_EQ(alice.probe->received[0].at, after(26_ms));
  EXPECT_EQ(c.echo.probe->received[0].remote.ip, carrier_ip);
  EXPECT_EQ(c.world.counters().translations, 6u);
}

TEST(NatBox, HairpinsAtTheCarrierThatTwoHomesShare) {
  Core c;
  const IpAddress carrier_ip = ip("203.0.113.1");
  const RealmId carrier = c.world.add_realm("carrier", RealmProfile::carrier(2_ms));
  const NodeId cgnat = c.world.add_nat("cgnat", &kHairpinNat, c.core, {&carrier_ip, 1});
  c.world.set_gateway(carrier, c.world.attach(cgnat, carrier, ip("100.64.0.1")));
  const Home a(c.world, "a", carrier, "100.64.0.2"), b(c.world, "b", carrier, "100.64.0.3");
  const Running alice = run_probe(c.world, a.host), bob = run_probe(c.world, b.host);
  alice.send(kServer, "a"), bob.send(kServer, "b");
  c.world.run_until(after(100_ms));
  const auto& seen = c.echo.probe->received;
  ASSERT_EQ(seen.size(), 2u);
  const Endpoint alice_mapped = seen[0].remote, bob_mapped = seen[1].remote;
  EXPECT_EQ(alice_mapped.ip, carrier_ip);
  EXPECT_EQ(bob_mapped.ip, carrier_ip);
  alice.send(bob_mapped, "opens my hole");
  c.world.run_until(after(200_ms));
  bob.send(alice_mapped, "through it");
  c.world.run_until(after(300_ms));
  ASSERT_EQ(alice.probe->received.size(), 2u);
  EXPECT_EQ(alice.probe->received[1].text, "through it");
  EXPECT_EQ(alice.probe->received[1].remote, bob_mapped);
  EXPECT_EQ(alice.probe->received[1].at, after(200_ms + 5_ms));  // never saw the core
}

TEST(NatBox, ServesSeveralInsideRealms) {
  Core c;
  const Home home(c.world, "alice", c.core, "203.0.113.1");
  const RealmId guests = c.world.add_realm("guests", RealmProfile::lan(1_ms));
  c.world.set_gateway(guests, c.world.attach(home.nat, guests, ip("192.168.9.1")));
  const NodeId guest = c.world.add_host("guest");
  c.world.attach(guest, guests, ip("192.168.9.2"));
  const Running visitor = run_probe(c.world, guest), alice = run_probe(c.world, home.host);
  visitor.send(kServer, "v"), alice.send(kServer, "a");
  c.world.run_until(after(1_s));
  EXPECT_EQ(visitor.probe->received.at(0).at, after(22_ms));
  EXPECT_EQ(alice.probe->received.at(0).at, after(21_ms));
}

TEST(NatBox, DropsWhatNobodyAskedFor) {
  Core c;
  const Home home(c.world, "alice", c.core, "203.0.113.1");
  run_probe(c.world, home.host);
  c.echo.send(at("203.0.113.1:5555"), "surprise");
  c.world.run_until(after(1_s));
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kNoMapping), 1u);
}

TEST(NatBox, CountsHopsAndReportsTheLast) {
  Core c;
  const Home home(c.world, "alice", c.core, "203.0.113.1");
  MemorySink trace;
  c.world.set_sink(&trace);
  const Running alice = run_probe(c.world, home.host);
  alice.send(kServer, "one hop", {.ttl = 1});
  alice.send(kServer, "two hops", {.ttl = 2});
  c.world.run_until(after(1_s));
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kTtlExpired), 1u);
  ASSERT_EQ(c.echo.probe->received.size(), 1u);
  EXPECT_EQ(c.echo.probe->received[0].text, "two hops");
  // Time exceeded came back to the host, which does not take it for "unreachable".
  const bool reported = std::any_of(trace.events().begin(), trace.events().end(), [&](auto& e) {
    return e.kind == TraceKind::kDelivered && e.node == home.host && is_icmp(e.protocol);
  });
  EXPECT_TRUE(reported);
  EXPECT_EQ(alice.probe->count(kUnreachable), 0u);
}

TEST(NatBox, BringsAnIcmpErrorBackToTheSocketInside) {
  Core c;
  const Home home(c.world, "alice", c.core, "203.0.113.1");
  const Running alice = run_probe(c.world, home.host);
  alice.send(at("192.0.2.1:9"), "closed");
  c.world.run_until(after(1_s));
  ASSERT_EQ(alice.probe->count(kUnreachable), 1u);
  EXPECT_EQ(alice.probe->events.back().remote, at("192.0.2.1:9"));
  EXPECT_EQ(alice.probe->events.back().local, alice.probe->opened_at());
  EXPECT_EQ(alice.probe->events.back().at, after(21_ms));
}

TEST(NatBox, ReportsTooBigPacketsOfItsOwnUplinkToTheHostInside) {
  Core c;
  Link tunnel;
  tunnel.up.mtu_bytes = 1280;
  const IpAddress external = ip("203.0.113.1");
  const NodeId nat = c.world.add_nat("nat", &kHomeNat, c.core, {&external, 1}, tunnel);
  const RealmId lan = c.world.add_realm("lan", RealmProfile::lan(500_us));
  c.world.set_gateway(lan, c.world.attach(nat, lan, ip("192.168.0.1")));
  const NodeId host = c.world.add_host("alice");
  c.world.attach(host, lan, ip("192.168.0.2"));
  const Running alice = run_probe(c.world, host);
  alice.send(kServer, std::string(1253, 'x'));  // with its headers 1281 bytes
  alice.send(kServer, std::string(1252, 'y'));
  c.world.run_until(after(1_s));
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kTooBig), 1u);
  ASSERT_EQ(alice.probe->count(kUnreachable), 1u);
  EXPECT_EQ(alice.probe->events.back().at, after(1_ms));
  EXPECT_EQ(alice.probe->events.back().remote, kServer);
  EXPECT_EQ(c.echo.probe->received.size(), 1u);
}

TEST(NatBox, ReportsTooBigPacketsOfTheFarDownlink) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(10_ms, 10_ms));
  const NodeId a = world.add_host("a"), b = world.add_host("b");
  Link narrow;
  narrow.down.mtu_bytes = 1280;
  world.attach(a, core, ip("192.0.2.1"));
  world.attach(b, core, ip("192.0.2.2"), narrow);
  const Running alice = run_probe(world, a);
  alice.send(at("192.0.2.2:7"), std::string(1300, 'x'));
  world.run_until(after(1_s));
  EXPECT_EQ(world.counters().dropped_for(DropReason::kTooBig), 1u);
  EXPECT_EQ(alice.probe->count(kUnreachable), 1u);
  EXPECT_EQ(alice.probe->events.back().at, after(20_ms));
}

TEST(NatBox, SaysThatAHostInsideIsGone) {
  Core c;
  const Home home(c.world, "alice", c.core, "203.0.113.1");
  const Running alice = run_probe(c.world, home.host);
  alice.send(kServer, "hello");
  c.world.run_until(after(100_ms));
  const Endpoint mapped = c.echo.probe->received.at(0).remote;
  c.world.move(home.nic, c.core, ip("203.0.113.77"));
  c.echo.send(mapped, "still there?");
  c.world.run_until(after(200_ms));
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kNoSuchAddress), 1u);
  ASSERT_EQ(c.echo.probe->count(kUnreachable), 1u);
  EXPECT_EQ(c.echo.probe->events.back().remote, mapped);
  EXPECT_EQ(c.echo.probe->events.back().at, after(120_ms));
}

TEST(NatBox, RunsMachinesOfItsOwn) {
  Core c;
  const Home home(c.world, "alice", c.core, "203.0.113.1");
  const Running gateway = run_probe(c.world, home.nat, at("192.168.0.1:5351"));
  const Running alice = run_probe(c.world, home.host);
  alice.send(at("192.168.0.1:5351"), "map me");
  c.world.run_until(after(1_s));
  ASSERT_EQ(gateway.probe->received.size(), 1u);
  EXPECT_EQ(gateway.probe->received[0].remote, alice.probe->opened_at());
}

TEST(Router, ForwardsBetweenItsRealmsAndCountsHops) {
  World world(1);
  const RealmId left = world.add_realm("left", RealmProfile::lan(1_ms));
  const RealmId right = world.add_realm("right", RealmProfile::lan(2_ms));
  const NodeId router = world.add_router("router");
  world.set_gateway(left, world.attach(router, left, ip("10.0.1.1")));
  world.set_gateway(right, world.attach(router, right, ip("10.0.2.1")));
  const NodeId a = world.add_host("a"), b = world.add_host("b");
  world.attach(a, left, ip("10.0.1.2"));
  world.attach(b, right, ip("10.0.2.2"));
  const Running alice = run_probe(world, a), bob = run_probe(world, b, at("10.0.2.2:7"));
  alice.send(at("10.0.2.2:7"), "near", {.ttl = 2});
  alice.send(at("10.0.2.2:7"), "too far", {.ttl = 1});
  alice.send(at("10.0.2.9:7"), "nobody");
  world.run_until(after(1_s));
  ASSERT_EQ(bob.probe->received.size(), 1u);
  EXPECT_EQ(bob.probe->received[0].at, after(3_ms));
  EXPECT_EQ(bob.probe->received[0].text, "near");
  EXPECT_EQ(world.counters().dropped_for(DropReason::kTtlExpired), 1u);
  // The router says that nobody has that address.
  ASSERT_EQ(alice.probe->count(kUnreachable), 1u);
  EXPECT_EQ(alice.probe->events.back().remote, at("10.0.2.9:7"));
  EXPECT_EQ(alice.probe->events.back().at, after(2_ms));
}

TEST(Router, ReachesNetworksBehindRoutersByTheLongestPrefix) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(1_ms, 1_ms));
  const NodeId a = world.add_host("a");
  world.attach(a, core, ip("192.0.2.1"));
  const auto network = [&](std::string_view name, std::string_view outside,
                           std::string_view gateway, std::string_view host_ip, int length) {
    const NodeId router = world.add_router(name);
    const InterfaceId up = world.attach(router, core, ip(outside));
    const RealmId lan = world.add_realm(name, RealmProfile::lan(3_ms));
    world.set_gateway(lan, world.attach(router, lan, ip(gateway)));
    const NodeId host = world.add_host(host_ip);
    world.attach(host, lan, ip(host_ip));
    world.add_route(core, ip(host_ip), length, up);
    return run_probe(world, host, {IpAddress(), 7});
  };
  const Running wide = network("wide", "192.0.2.2", "20.1.0.1", "20.1.0.2", 96 + 16);
  const Running narrow = network("narrow", "192.0.2.3", "20.1.7.1", "20.1.7.2", 96 + 24);
  wide.probe->echo = narrow.probe->echo = true;
  const Running alice = run_probe(world, a);
  alice.send(at("20.1.7.2:7"), "narrow"), alice.send(at("20.1.0.2:7"), "wide");
  world.run_until(after(1_s));
  ASSERT_EQ(narrow.probe->received.size(), 1u);
  EXPECT_EQ(narrow.probe->received[0].text, "narrow");
  EXPECT_EQ(wide.probe->received.at(0).text, "wide");
  ASSERT_EQ(alice.probe->received.size(), 2u);
  EXPECT_EQ(alice.probe->received[0].at, after(8_ms));
}

TEST(Router, AnswersForItsOwnAddressesOnAnySide) {
  World world(1);
  const RealmId left = world.add_realm("left", RealmProfile::lan(1_ms));
  const RealmId right = world.add_realm("right", RealmProfile::lan(2_ms));
  const NodeId router = world.add_router("router");
  world.set_gateway(left, world.attach(router, left, ip("10.0.1.1")));
  world.attach(router, right, ip("10.0.2.1"));
  const NodeId a = world.add_host("a");
  world.attach(a, left, ip("10.0.1.2"));
  const Running alice = run_probe(world, a);
  alice.send(at("10.0.2.1:7"), "no such port");
  world.run_until(after(1_s));
  EXPECT_EQ(alice.probe->count(kUnreachable), 1u);
  EXPECT_EQ(world.counters().dropped_for(DropReason::kNoSocket), 1u);
}

}  // namespace
}  // namespace natbed::test
