// Every drop of the world tells what would have let the packet pass, and telling it changes nothing.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/trace_hash.h"
#include "base/trace_memory.h"
#include "sim/world.h"
#include "tests/sim/home.h"

namespace natbed::test {
namespace {

using namespace literals;

const Endpoint kServer = at("192.0.2.1:7");

// Alice at home, a server in the core, and a witness of all that happens.
struct Street {
  World world{1};
  MemorySink trace;
  RealmId core = world.add_realm("core", RealmProfile::core(10_ms, 10_ms));
  NodeId server = world.add_host("server");
  InterfaceId server_nic;
  Home home;
  Running alice, echo;

  explicit Street(const Link& link = {})
      : server_nic(world.attach(server, core, kServer.ip, link)),
        home(world, "alice", core, "203.0.113.1"),
        alice(run_probe(world, home.host)),
        echo(run_probe(world, server, kServer)) {
    world.set_sink(&trace);
  }
  void run() { world.run_until(world.now() + 1_s); }
  // The first drop there was.
  TraceEvent drop() const {
    const auto first = std::ranges::find(trace.events(), TraceKind::kDropped, &TraceEvent::kind);
    EXPECT_NE(first, trace.events().end());
    return first == trace.events().end() ? TraceEvent() : *first;
  }
  void expect(DropReason reason, Cure cure) const {
    EXPECT_STREQ(to_string(drop().reason), to_string(reason));
    EXPECT_STREQ(to_string(drop().diagnosis.cure), to_string(cure));
  }
};

TEST(DropCause, LinkAndBoxHadToBeUp) {
  Street cut, off;
  cut.world.cut(cut.server_nic);
  cut.alice.send(kServer, "x");
  cut.run();
  cut.expect(DropReason::kLinkCut, Cure::kRestoreLink);
  off.world.power_off(off.server);
  off.alice.send(kServer, "x");
  off.run();
  off.expect(DropReason::kBoxDown, Cure::kRestoreLink);
}

TEST(DropCause, LossIsBadLuckAndAFullQueueWantsRoom) {
  Link lossy, narrow;
  lossy.down.loss = Probability::of(1);
  narrow.down.rate_bps = 1000;
  narrow.down.queue_bytes = 10;
  Street one(lossy), other(narrow);
  one.alice.send(kServer, "x");
  one.run();
  one.expect(DropReason::kLoss, Cure::kSendAgain);
  other.alice.send(kServer, "x");
  other.run();
  other.expect(DropReason::kQueueFull, Cure::kRaiseLimit);
}

TEST(DropCause, AddressAndSocketAreNamed) {
  Street nobody, deaf;
  nobody.alice.send(at("192.0.2.77:7"), "x");
  nobody.run();
  nobody.expect(DropReason::kNoSuchAddress, Cure::kRoute);
  EXPECT_EQ(nobody.drop().diagnosis.expected, at("192.0.2.77:7"));
  deaf.alice.send({kServer.ip, 8}, "x");
  deaf.run();
  deaf.expect(DropReason::kNoSocket, Cure::kListen);
  EXPECT_EQ(deaf.drop().diagnosis.expected, (Endpoint{kServer.ip, 8}));
}

TEST(DropCause, NatSaysWhatItLacked) {
  Street s;
  s.alice.send(kServer, "x");
  s.run();
  s.echo.act([](Outbox& out) {
    out.send(kSocket, {ip("203.0.113.1"), 9}, bytes_of("to another port"));
  });
  s.run();
  s.expect(DropReason::kNoMapping, Cure::kAimElsewhere);
  EXPECT_EQ(s.drop().diagnosis.expected, s.echo.probe->received.at(0).remote);
}

// The hash leaves diagnoses out: who only wants the hash does not pay for them.
TEST(DropCause, HashIsTheSameWhetherOrNotAnybodyAsksWhy) {
  const auto hash_of = [](bool with_memory) {
    Street s;
    HashSink hash;
    TeeSink tee;
    tee.add(&hash);
    if (with_memory) tee.add(&s.trace);
    EXPECT_EQ(tee.wants_diagnoses(), with_memory);
    s.world.set_sink(&tee);
    s.alice.send({kServer.ip, 8}, "x");
    s.run();
    EXPECT_EQ(s.world.counters().dropped_for(DropReason::kNoSocket), 1u);
    s.world.set_sink(nullptr);
    return hash.value();
  };
  EXPECT_EQ(hash_of(true), hash_of(false));
}

}  // namespace
}  // namespace natbed::test
