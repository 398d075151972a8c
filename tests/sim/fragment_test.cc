// Datagrams that are too big for a link, and what boxes and hosts make of their fragments.
#include <gtest/gtest.h>

#include <string>

#include "base/trace_memory.h"
#include "sim/world.h"
#include "tests/sim/home.h"

namespace natbed::test {
namespace {

constexpr SendOptions kMayBeCut = {.dont_fragment = false};
const Endpoint kServer = at("192.0.2.1:7");

std::string letters(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += static_cast<char>('a' + i % 23);
  return text;
}

// A core with constant latency and an echo server behind a link that carries `mtu` bytes.
struct NarrowCore {
  World world{1};
  RealmId core = world.add_realm("core", RealmProfile::core(10_ms, 10_ms));
  NodeId server = world.add_host("server");
  Running echo;
  explicit NarrowCore(uint32_t mtu) {
    Link link;
    link.down.mtu_bytes = mtu;
    world.attach(server, core, kServer.ip, link);
    echo = run_probe(world, server, kServer);
  }
};

TEST(Fragments, ArriveAsTheDatagramTheyWereCutFrom) {
  for (const size_t size : {1252, 1253, 3000, 9000}) {
    NarrowCore c(1280);
    const Home home(c.world, "alice", c.core, "203.0.113.1");
    const Running alice = run_probe(c.world, home.host);
    alice.send(kServer, letters(size), kMayBeCut);
    c.world.run_until(after(1_s));
    ASSERT_EQ(c.echo.probe->received.size(), 1u) << size;
    EXPECT_EQ(c.echo.probe->received[0].text, letters(size));
    EXPECT_EQ(c.world.counters().delivered, 1u);
    EXPECT_EQ(c.world.counters().dropped_for(DropReason::kTooBig), 0u);
  }
}

TEST(Fragments, PassABoxThatCutsAndOneThatPutsNothingTogether) {
  NatBehavior narrow;
  narrow.mtu_outside = 600;
  NarrowCore c(65535);
  const Home near(c.world, "alice", c.core, "203.0.113.1", narrow);
  const Home far(c.world, "bob", c.core, "203.0.113.2");
  const Running alice = run_probe(c.world, near.host);
  const Running bob = run_probe(c.world, far.host);
  bob.send(kServer, "open");
  alice.send(kServer, "open");
  c.world.run_until(after(1_s));
  const Endpoint to_bob = c.echo.probe->received.at(0).remote,
                 to_alice = c.echo.probe->received.at(1).remote;
  bob.send(to_alice, "hole");
  alice.send(to_bob, letters(2500), kMayBeCut);
  c.world.run_until(after(2_s));
  ASSERT_EQ(bob.probe->received.size(), 1u);
  EXPECT_EQ(bob.probe->received[0].text, letters(2500));
}

TEST(Fragments, OfADatagramThatNeverBecomesWholeAreGivenUp) {
  NarrowCore c(1280);
  const NodeId host = c.world.add_host("alice");
  c.world.attach(host, c.core, ip("192.0.2.9"));
  Packet piece;
  piece.source = at("192.0.2.9:5000");
  piece.destination = kServer;
  piece.identification = 77;
  piece.more_fragments = true;
  c.world.inject(host, piece, bytes_of(letters(800)));
  c.world.run_until(after(30_s));
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kFragmented), 0u);
  c.world.run_until(after(31_s));
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kFragmented), 1u);
  EXPECT_EQ(c.echo.probe->received.size(), 0u);
}

TEST(Fragments, ThatOverlapAnEarlierOneAreDropped) {
  NarrowCore c(65535);
  const NodeId host = c.world.add_host("alice");
  c.world.attach(host, c.core, ip("192.0.2.9"));
  Packet piece;
  piece.source = at("192.0.2.9:5000");
  piece.destination = kServer;
  piece.identification = 77;
  piece.more_fragments = true;
  c.world.inject(host, piece, bytes_of(letters(800)));  // bytes 0 to 807 behind the IP header
  Packet later = piece;
  later.source.port = later.destination.port = 0;
  later.fragment_offset = 100;
  later.more_fragments = false;
  c.world.inject(host, later, bytes_of(letters(50)));
  later.fragment_offset = 101;
  c.world.inject(host, later, bytes_of("rest"));
  c.world.run_until(after(1_s));
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kMalformed), 1u);
  ASSERT_EQ(c.echo.probe->received.size(), 1u);
  EXPECT_EQ(c.echo.probe->received[0].text, letters(800) + "rest");
}

// A later fragment overtakes the first one: the box holds it, and lets both go.
TEST(Fragments, ThatComeEarlyWaitInTheBox) {
  NarrowCore c(65535);
  const Home home(c.world, "alice", c.core, "203.0.113.1");
  const Running alice = run_probe(c.world, home.host);
  alice.send(kServer, "open");
  c.world.run_until(after(1_s));
  const Endpoint to_alice = c.echo.probe->received.at(0).remote;
  Packet first;
  first.source = kServer;
  first.destination = to_alice;
  first.identification = 5;
  first.more_fragments = true;
  Packet later = first;
  later.source.port = later.destination.port = 0;
  later.fragment_offset = 101;
  later.more_fragments = false;
  c.world.inject(c.server, later, bytes_of(letters(40)));
  c.world.run_until(after(2_s));
  EXPECT_EQ(alice.probe->received.size(), 0u);
  c.world.inject(c.server, first, bytes_of(letters(800)));
  c.world.run_until(after(3_s));
  ASSERT_EQ(alice.probe->received.size(), 1u);
  EXPECT_EQ(alice.probe->received[0].text, letters(800) + letters(40));
  EXPECT_EQ(alice.probe->received[0].remote, kServer);
}

TEST(Fragments, HeldByABoxEndWithItsReboot) {
  NarrowCore c(65535);
  const Home home(c.world, "alice", c.core, "203.0.113.1");
  Packet later;
  later.source.ip = kServer.ip;
  later.destination.ip = ip("203.0.113.1");
  later.identification = 5;
  later.fragment_offset = 100;
  c.world.inject(c.server, later, bytes_of(letters(40)));
  c.world.inject(c.server, later, bytes_of(letters(41)));
  c.world.run_until(after(1_s));
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kFragmented), 0u);
  c.world.reboot(home.nat);
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kFragmented), 2u);
  c.world.run_until(after(60_s));
  EXPECT_EQ(c.world.counters().dropped_for(DropReason::kFragmented), 2u);
}

TEST(NatTimerEvents, AnswerAnUnsolicitedSynAfterSixSeconds) {  // RFC 5382 REQ-4
  NatBehavior patient;
  patient.unsolicited_syn = UnsolicitedSyn::kHold;
  NarrowCore c(65535);
  const Home home(c.world, "alice", c.core, "203.0.113.1", patient);
  MemorySink trace;
  c.world.set_sink(&trace);
  Packet syn;
  syn.protocol = Protocol::kTcp;
  syn.tcp = TcpFields{};
  syn.tcp.flags = kSyn;
  syn.source = at("192.0.2.1:4000");
  syn.destination = at("203.0.113.1:5000");
  c.world.inject(c.server, syn, {});
  c.world.run_until(after(20_s));
  std::vector<Instant> told;
  for (const auto& event : trace.events()) {
    if (event.kind == TraceKind::kDelivered && event.protocol == Protocol::kIcmp)
      told.push_back(event.at);
  }
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], after(6_s + 20_ms)) << "10 ms there, six seconds, 10 ms back";
}

}  // namespace
}  // namespace natbed::test
