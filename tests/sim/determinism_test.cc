// What a seed promises: the same events, whoever else is there, and no allocation once it runs.
#include <gtest/gtest.h>

#include "base/trace_hash.h"
#include "base/trace_memory.h"
#include "sim/world.h"
#include "tests/sim/home.h"
#include "tests/support/allocations.h"

namespace natbed::test {
namespace {

const Endpoint kServer = at("192.0.2.1:7");

Link noisy() {
  Link link;
  link.up.jitter = link.down.jitter = 3_ms;
  link.up.loss = Probability::of(0.1);
  link.down.burst.enter = Probability::of(0.05);
  link.up.rate_bps = link.down.rate_bps = 2'000'000;
  return link;
}

// Two hosts behind NATs with noisy links talk to a server for a second, in datagrams and a stream.
struct Play {
  World world;
  HashSink hash;
  MemorySink memory;
  TeeSink tee;

  Play(uint64_t seed, bool with_stranger) : world(seed) {
    const RealmId core = world.add_realm("core", RealmProfile::core(5_ms, 60_ms));
    if (with_stranger) world.attach(world.add_host("stranger"), core, ip("198.51.100.1"), noisy());
    const NodeId server = world.add_host("server");
    world.attach(server, core, kServer.ip, noisy());
    const Home a(world, "a", core, "203.0.113.1"), b(world, "b", core, "203.0.113.2");
    tee.add(&hash), tee.add(&memory);
    world.set_sink(&tee);
    const Running echo = run_probe(world, server, kServer);
    echo.probe->echo = true;
    echo.act([](Outbox& out) { out.listen(SocketId(2), kServer); });
    const Running alice = run_probe(world, a.host), bob = run_probe(world, b.host);
    alice.act([](Outbox& out) { out.connect(SocketId(3), {}, kServer); });
    for (int i = 0; i < 100; ++i) {
      alice.send(kServer, "from alice"), bob.send(kServer, "from bob");
      world.run_until(world.now() + 10_ms);
    }
    alice.act([](Outbox& out) { out.write(SocketId(3), bytes_of("by stream")); });
    world.run_until(after(5_s));
  }

  // When packets of UDP came to `host`: free of ids, which a stranger may shift.
  std::vector<Instant> deliveries(std::string_view host) const {
    std::vector<Instant> times;
    for (const TraceEvent& e : memory.events()) {
      if (e.kind == TraceKind::kDelivered && world.name(e.node).view() == host)
        times.push_back(e.at);
    }
    return times;
  }
};

TEST(Determinism, ASeedGivesTheSameTraceEveryTime) {
  const Play first(11, false), again(11, false), other(12, false);
  EXPECT_EQ(first.hash.value(), again.hash.value());
  EXPECT_NE(first.hash.value(), other.hash.value());
  EXPECT_GT(first.deliveries("a").size(), 50u);
}

TEST(Determinism, AnUnrelatedNodeMovesNobodysPackets) {
  const Play alone(11, false), together(11, true);
  for (const char* host : {"a", "b", "server"}) {
    EXPECT_EQ(alone.deliveries(host), together.deliveries(host)) << host;
  }
}

TEST(Determinism, RunningInOneGoOrInStepsIsTheSame) {
  const auto play = [](bool in_steps) {
    World world(3);
    HashSink hash;
    const RealmId core = world.add_realm("core", RealmProfile::core(5_ms, 60_ms));
    world.set_sink(&hash);
    const Home a(world, "a", core, "203.0.113.1"), b(world, "b", core, "203.0.113.2");
    const Running alice = run_probe(world, a.host), bob = run_probe(world, b.host);
    for (int i = 0; i < 20; ++i) alice.send(at("203.0.113.2:1024"), "x"), bob.send(kServer, "y");
    if (in_steps) {
      while (world.step()) {
      }
    } else {
      world.run_until(after(1_s));
    }
    return hash.value();
  };
  EXPECT_EQ(play(true), play(false));
}

TEST(Determinism, PacketsAllocateNothingInTheSteadyState) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(5_ms, 60_ms));
  const NodeId server = world.add_host("server");
  world.attach(server, core, kServer.ip, noisy());
  const Home home(world, "a", core, "203.0.113.1");
  const Running echo = run_probe(world, server, kServer), alice = run_probe(world, home.host);
  echo.probe->echo = true;
  echo.probe->received.reserve(10'000), alice.probe->received.reserve(10'000);
  const auto talk = [&](int turns) {
    for (int i = 0; i < turns; ++i) {
      alice.send(kServer, "short");  // within the probe's strings' own place
      world.run_until(world.now() + 1_ms);
    }
  };
  talk(1000);
  const uint64_t before = allocations();
  talk(1000);
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace natbed::test
