// TCP over the world: listeners, refusals, NATs, simultaneous open.
#include <gtest/gtest.h>

#include "sim/world.h"
#include "tests/sim/home.h"

namespace natbed::test {
namespace {

using Kind = SocketEvent::Kind;
constexpr SocketId kListener{2}, kStream{3};
const Endpoint kServer = at("192.0.2.1:80");

struct Scene {
  World world{1};
  RealmId core = world.add_realm("core", RealmProfile::core(10_ms, 10_ms));
  NodeId server = world.add_host("server");
  InterfaceId server_nic = world.attach(server, core, kServer.ip);
  Running web = run_probe(world, server);
  Scene() {
    web.act([](Outbox& out) { out.listen(kListener, kServer); });
  }
  void run(Duration d) { world.run_until(world.now() + d); }
  static void connect(const Running& who, Endpoint local, Endpoint remote) {
    who.act([&](Outbox& out) { out.connect(kStream, local, remote); });
  }
  static std::string data(const Running& who) {
    std::string all;
    for (const Probe::Happened& h : who.probe->events) all += h.kind == Kind::kData ? h.text : "";
    return all;
  }
};

TEST(Stream, CarriesBytesBothWaysThroughANatAndCloses) {
  Scene s;
  const Home home(s.world, "alice", s.core, "203.0.113.1");
  const Running alice = run_probe(s.world, home.host);
  s.connect(alice, {}, kServer);
  s.run(1_s);
  ASSERT_EQ(alice.probe->events.back().kind, Kind::kConnected);
  EXPECT_EQ(alice.probe->events.back().at, after(21_ms));
  const Probe::Happened accepted = s.web.probe->events.back();
  ASSERT_EQ(accepted.kind, Kind::kAccepted);
  EXPECT_EQ(accepted.socket, kListener);
  EXPECT_GE(accepted.stream.value(), kFirstAccepted);
  EXPECT_EQ(accepted.remote.ip, ip("203.0.113.1"));
  EXPECT_EQ(accepted.at, after(31'500_us));

  const std::string question(5000, 'q'), answer(30'000, 'a');
  alice.act([&](Outbox& out) { out.write(kStream, bytes_of(question)), out.finish(kStream); });
  s.run(1_s);
  EXPECT_EQ(s.data(s.web), question);
  EXPECT_EQ(s.web.probe->events.back().kind, Kind::kFinished);
  s.web.act([&](Outbox& out) {
    out.write(accepted.stream, bytes_of(answer));
    out.finish(accepted.stream);
  });
  s.run(2_s);
  EXPECT_EQ(s.data(alice), answer);
  EXPECT_EQ(alice.probe->events.back().kind, Kind::kFinished);
  EXPECT_EQ(alice.probe->count(Kind::kReset), 0u);
}

TEST(Stream, IsRefusedByAClosedPort) {
  Scene s;
  const NodeId a = s.world.add_host("a");
  s.world.attach(a, s.core, ip("192.0.2.2"));
  const Running alice = run_probe(s.world, a);
  s.connect(alice, {}, at("192.0.2.1:81"));
  s.run(1_s);
  EXPECT_EQ(alice.probe->events.back().kind, Kind::kFailed);
  EXPECT_EQ(alice.probe->events.back().at, after(20_ms));
  EXPECT_EQ(s.world.counters().dropped_for(DropReason::kNoSocket), 1u);
}

TEST(Stream, OpensSimultaneouslyThroughTwoNats) {
  Scene s;
  const Home a(s.world, "a", s.core, "203.0.113.1"), b(s.world, "b", s.core, "203.0.113.2");
  const Running alice = run_probe(s.world, a.host), bob = run_probe(s.world, b.host);
  // Ports are preserved, so each can foretell the other's mapped endpoint.
  s.connect(alice, at("192.168.0.2:7000"), at("203.0.113.2:7001"));
  s.connect(bob, at("192.168.0.2:7001"), at("203.0.113.1:7000"));
  s.run(5_s);
  ASSERT_EQ(alice.probe->count(Kind::kConnected), 1u);
  ASSERT_EQ(bob.probe->count(Kind::kConnected), 1u);
  alice.act([](Outbox& out) { out.write(kStream, bytes_of("hello")); });
  s.run(1_s);
  EXPECT_EQ(s.data(bob), "hello");
}

TEST(Stream, OpensSimultaneouslyFromAPortThatListens) {
  Scene s;
  const NodeId a = s.world.add_host("a");
  s.world.attach(a, s.core, ip("192.0.2.2"));
  const Running alice = run_probe(s.world, a);
  alice.act([](Outbox& out) { out.listen(kListener, at("192.0.2.2:90")); });
  s.connect(alice, at("192.0.2.2:90"), kServer);
  s.connect(s.web, kServer, at("192.0.2.2:90"));
  s.run(1_s);
  EXPECT_EQ(alice.probe->count(Kind::kConnected), 1u);
  EXPECT_EQ(s.web.probe->count(Kind::kConnected), 1u);
  EXPECT_EQ(alice.probe->count(Kind::kAccepted) + s.web.probe->count(Kind::kAccepted), 0u);
}

TEST(Stream, RefusesTheSameFlowTwice) {
  Scene s;
  const NodeId a = s.world.add_host("a");
  s.world.attach(a, s.core, ip("192.0.2.2"));
  const Running alice = run_probe(s.world, a);
  alice.act([](Outbox& out) {
    out.connect(SocketId(10), at("192.0.2.2:90"), kServer);
    out.connect(SocketId(11), at("192.0.2.2:90"), kServer);
  });
  EXPECT_EQ(alice.probe->events.back().kind, Kind::kFailed);
  EXPECT_EQ(alice.probe->events.back().socket, SocketId(11));
}

TEST(Stream, IsResetWhenItsMachineIsKilled) {
  Scene s;
  const NodeId a = s.world.add_host("a");
  s.world.attach(a, s.core, ip("192.0.2.2"));
  const Running alice = run_probe(s.world, a);
  s.connect(alice, {}, kServer);
  s.run(1_s);
  s.world.stop(s.web.id);
  s.run(1_s);
  EXPECT_EQ(alice.probe->events.back().kind, Kind::kReset);
}

TEST(Stream, StillDeliversWhatWasWrittenBeforeClose) {
  Scene s;
  const NodeId a = s.world.add_host("a");
  s.world.attach(a, s.core, ip("192.0.2.2"));
  const Running alice = run_probe(s.world, a);
  s.connect(alice, {}, kServer);
  s.run(1_s);
  alice.act([](Outbox& out) {
    out.write(kStream, bytes_of("last words"));
    out.close(kStream);
  });
  s.run(1_s);
  EXPECT_EQ(s.data(s.web), "last words");
  EXPECT_EQ(s.web.probe->events.back().kind, Kind::kFinished);
  const SocketId stream = s.web.probe->events.back().socket;
  s.web.act([&](Outbox& out) { out.write(stream, bytes_of("anybody there?")); });
  s.run(1_s);
  EXPECT_EQ(s.web.probe->events.back().kind, Kind::kReset);  // nobody reads any more
}

TEST(Stream, BreaksWhenItsHostMoves) {
  Scene s;
  const NodeId a = s.world.add_host("a");
  const InterfaceId nic = s.world.attach(a, s.core, ip("192.0.2.2"));
  const Running alice = run_probe(s.world, a);
  s.connect(alice, {}, kServer);
  s.run(1_s);
  s.world.move(nic, s.core, ip("192.0.2.3"));
  EXPECT_EQ(alice.probe->count(Kind::kReset), 1u);
  EXPECT_EQ(s.web.probe->count(Kind::kReset), 0u);  // nobody told the far end
}

TEST(Stream, AListenerTakesItsUnfinishedStreamsAlongWhenItCloses) {
  Scene s;
  const NodeId a = s.world.add_host("a");
  s.world.attach(a, s.core, ip("192.0.2.2"));
  const Running alice = run_probe(s.world, a);
  s.connect(alice, {}, kServer);
  s.run(15_ms);  // the SYN is there, its answer under way
  s.web.act([](Outbox& out) { out.close(kListener); });
  s.run(1_s);
  EXPECT_EQ(s.web.probe->count(Kind::kAccepted), 0u);
  EXPECT_EQ(alice.probe->events.back().kind, Kind::kReset);
}

}  // namespace
}  // namespace natbed::test
