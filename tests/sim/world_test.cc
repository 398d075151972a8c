#include "sim/world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/trace_hash.h"
#include "base/trace_memory.h"
#include "tests/sim/probe.h"

namespace natbed::test {
namespace {

constexpr SocketEvent::Kind kOpened = SocketEvent::Kind::kOpened;
constexpr SocketEvent::Kind kFailed = SocketEvent::Kind::kFailed;
constexpr SocketEvent::Kind kUnreachable = SocketEvent::Kind::kUnreachable;

TEST(World, AddsUpTheDelaysOfBothLinksAndTheRealm) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(7_ms, 7_ms));
  const NodeId a = world.add_host("a"), b = world.add_host("b");
  Link link;
  link.up.propagation = 100_us;
  link.down.propagation = 3_us;
  world.attach(a, core, ip("192.0.2.1"), link);
  world.attach(b, core, ip("192.0.2.2"), delay(20_ns));
  const Running alice = run_probe(world, a), bob = run_probe(world, b, at("192.0.2.2:7"));
  bob.probe->echo = true;

  alice.send(at("192.0.2.2:7"), "hello");
  world.run_until(after(1_s));
  ASSERT_EQ(bob.probe->received.size(), 1u);
  EXPECT_EQ(bob.probe->received[0].at, after(7_ms + 100_us + 20_ns));
  EXPECT_EQ(bob.probe->received[0].text, "hello");
  EXPECT_EQ(bob.probe->received[0].remote, alice.probe->opened_at());
  ASSERT_EQ(alice.probe->received.size(), 1u);
  EXPECT_EQ(alice.probe->received[0].at, after(14_ms + 103_us + 40_ns));
  EXPECT_EQ(world.now(), after(1_s));
  EXPECT_EQ(world.counters().sent, 2u);
  EXPECT_EQ(world.counters().delivered, 2u);
}

TEST(World, DrawsCoreLatencyOncePerPairAndSymmetrically) {
  std::vector<Duration> seen;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    World world(seed);
    const RealmId core = world.add_realm("core", RealmProfile::core(10_ms, 50_ms));
    const NodeId a = world.add_host("a"), b = world.add_host("b");
    world.attach(a, core, ip("192.0.2.1"));
    world.attach(b, core, ip("192.0.2.2"));
    const Running alice = run_probe(world, a), bob = run_probe(world, b, at("192.0.2.2:7"));
    bob.probe->echo = true;
    alice.send(at("192.0.2.2:7"), "x");
    world.run_until(after(1_s));
    ASSERT_EQ(alice.probe->received.size(), 1u);
    const Instant there = bob.probe->received[0].at;
    EXPECT_EQ(alice.probe->received[0].at, there + (there - Instant()));
    EXPECT_GE(there, after(10_ms));
    EXPECT_LE(there, after(50_ms));
    seen.push_back(there - Instant());
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());  // a seed, a latency
  EXPECT_LT(seen.front(), 20_ms);
  EXPECT_GT(seen.back(), 40_ms);
}

TEST(World, TakesLatencyFromTheMatrixOfRegions) {
  World world(1);
  RealmProfile profile = RealmProfile::core(1_ms, 1_ms);
  profile.by_region = {2_ms, 90_ms, 80_ms, 3_ms};
  const RealmId core = world.add_realm("core", profile);
  const NodeId a = world.add_host("a"), b = world.add_host("b");
  Link far;
  far.region = 1;
  world.attach(a, core, ip("192.0.2.1"));
  world.attach(b, core, ip("192.0.2.2"), far);
  const Running alice = run_probe(world, a), bob = run_probe(world, b, at("192.0.2.2:7"));
  bob.probe->echo = true;
  alice.send(at("192.0.2.2:7"), "x");
  world.run_until(after(1_s));
  EXPECT_EQ(bob.probe->received.at(0).at, after(91_ms));
  EXPECT_EQ(alice.probe->received.at(0).at, after(91_ms + 81_ms));
}

TEST(World, GivesEphemeralPortsFromTheHostsOwnStream) {
  const auto ports = [](uint64_t seed, bool other_first) {
    World world(seed);
    const RealmId core = world.add_realm("core", RealmProfile::core(1_ms, 1_ms));
    if (other_first) {
      const NodeId other = world.add_host("other");
      world.attach(other, core, ip("192.0.2.9"));
      run_probe(world, other);
    }
    const NodeId a = world.add_host("a");
    world.attach(a, core, ip("192.0.2.1"));
    std::vector<uint16_t> drawn;
    for (int i = 0; i < 3; ++i) drawn.push_back(run_probe(world, a).probe->opened_at().port);
    return drawn;
  };
  const std::vector<uint16_t> first = ports(1, false);
  for (const uint16_t port : first) EXPECT_GE(port, 49152);
  EXPECT_NE(first[0], first[1]);
  EXPECT_EQ(ports(1, true), first);  // an unrelated node reshuffles nothing
  EXPECT_NE(ports(2, false), first);
}

TEST(World, RefusesAPortThatIsTaken) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(1_ms, 1_ms));
  const NodeId a = world.add_host("a");
  world.attach(a, core, ip("192.0.2.1"));
  const InterfaceId second = world.attach(a, core, ip("192.0.2.2"));
  world.add_address(second, ip("192.0.2.3"));
  EXPECT_EQ(run_probe(world, a, at("192.0.2.1:7")).probe->events.at(0).kind, kOpened);
  EXPECT_EQ(run_probe(world, a, at("192.0.2.1:7")).probe->events.at(0).kind, kFailed);
  EXPECT_EQ(run_probe(world, a, at("192.0.2.2:7")).probe->events.at(0).kind, kOpened);
  EXPECT_EQ(run_probe(world, a, at("192.0.2.3:7")).probe->events.at(0).kind, kOpened);
  EXPECT_EQ(run_probe(world, a, {IpAddress(), 7}).probe->events.at(0).kind, kFailed);
  EXPECT_EQ(run_probe(world, a, at("192.0.2.4:8")).probe->events.at(0).kind, kFailed);  // not ours
}

TEST(World, LeavesAMultiHomedHostByTheInterfaceOfItsSocket) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(1_ms, 1_ms));
  const NodeId a = world.add_host("a"), b = world.add_host("b");
  world.attach(a, core, ip("192.0.2.1"), delay(5_ms));
  world.attach(a, core, ip("192.0.2.2"), delay(9_ms));
  world.attach(b, core, ip("192.0.2.3"));
  const Running bob = run_probe(world, b, at("192.0.2.3:7"));
  run_probe(world, a, at("192.0.2.2:7")).send(at("192.0.2.3:7"), "second");
  run_probe(world, a, at("192.0.2.1:8")).send(at("192.0.2.3:7"), "first");
  world.run_until(after(1_s));
  ASSERT_EQ(bob.probe->received.size(), 2u);
  EXPECT_EQ(bob.probe->received[0].text, "first");
  EXPECT_EQ(bob.probe->received[0].remote, at("192.0.2.1:8"));
  EXPECT_EQ(bob.probe->received[1].at, after(10_ms));
  EXPECT_EQ(bob.probe->received[1].remote, at("192.0.2.2:7"));
}

TEST(World, DeliversToTheExactAddressBeforeAnyAddress) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(1_ms, 1_ms));
  const NodeId server = world.add_host("server"), b = world.add_host("b");
  const InterfaceId i = world.attach(server, core, ip("192.0.2.1"));
  world.add_address(i, ip("192.0.2.2"));
  world.attach(b, core, ip("192.0.2.3"));
  const Running one = run_probe(world, server, at("192.0.2.1:7"));
  const Running two = run_probe(world, server, at("192.0.2.2:7"));
  const Running bob = run_probe(world, b);
  two.probe->echo = true;
  bob.send(at("192.0.2.2:7"), "two");
  world.run_until(after(1_s));
  EXPECT_TRUE(one.probe->received.empty());
  ASSERT_EQ(two.probe->received.size(), 1u);
  EXPECT_EQ(two.probe->received[0].local, at("192.0.2.2:7"));
  EXPECT_EQ(bob.probe->received.at(0).remote, at("192.0.2.2:7"));
}

TEST(World, AnswersAClosedPortWithPortUnreachable) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(5_ms, 5_ms));
  const NodeId a = world.add_host("a"), b = world.add_host("b");
  world.attach(a, core, ip("192.0.2.1"));
  world.attach(b, core, ip("192.0.2.2"));
  const Running alice = run_probe(world, a);
  alice.send(at("192.0.2.2:9"), "anybody?");
  world.run_until(after(1_s));
  ASSERT_EQ(alice.probe->count(kUnreachable), 1u);
  const Probe::Happened& event = alice.probe->events.back();
  EXPECT_EQ(event.at, after(10_ms));
  EXPECT_EQ(event.socket, kSocket);
  EXPECT_EQ(event.remote, at("192.0.2.2:9"));
  EXPECT_EQ(world.counters().dropped_for(DropReason::kNoSocket), 1u);
}

TEST(World, AnswersEchoRequests) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(5_ms, 5_ms));
  const NodeId a = world.add_host("a"), b = world.add_host("b");
  world.attach(a, core, ip("192.0.2.1"));
  world.attach(b, core, ip("192.0.2.2"));
  MemorySink trace;
  world.set_sink(&trace);
  Packet ping;
  ping.source.port = 77;  // the identifier
  ping.destination.ip = ip("192.0.2.2");
  ping.protocol = Protocol::kIcmp;
  ping.icmp.sequence = 3;
  world.inject(a, ping, bytes_of("abcd"));
  world.run_until(after(1_s));
  const TraceEvent& last = trace.events().back();
  EXPECT_EQ(last.kind, TraceKind::kDelivered);
  EXPECT_EQ(last.at, after(10_ms));
  EXPECT_EQ(last.node, a);
  EXPECT_EQ(last.destination, at("192.0.2.1:77"));
  EXPECT_EQ(last.size, 20u + 8 + 4);
}

TEST(World, DropsWhatTheCoreDoesNotKnowInSilence) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(5_ms, 5_ms));
  const NodeId a = world.add_host("a");
  world.attach(a, core, ip("192.0.2.1"));
  const Running alice = run_probe(world, a);
  alice.send(at("192.0.2.99:9"), "anybody?");
  world.run_until(after(1_s));
  EXPECT_EQ(world.counters().dropped_for(DropReason::kNoSuchAddress), 1u);
  EXPECT_EQ(alice.probe->count(kUnreachable), 0u);
}

TEST(World, DeliversWhatAHostSendsToItself) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(5_ms, 5_ms));
  const NodeId a = world.add_host("a");
  world.attach(a, core, ip("192.0.2.1"));
  const Running alice = run_probe(world, a), other = run_probe(world, a, at("192.0.2.1:7"));
  alice.send(at("192.0.2.1:7"), "psst");
  world.run_until(after(1_s));
  EXPECT_EQ(other.probe->received.at(0).at, Instant());
  EXPECT_EQ(other.probe->received.at(0).remote, alice.probe->opened_at());
}

TEST(World, SaysWhenAHostHasNoInterface) {
  World world(1);
  const Running lonely = run_probe(world, world.add_host("lonely"));
  lonely.send(at("192.0.2.1:7"), "hello?");
  EXPECT_EQ(world.counters().dropped_for(DropReason::kNoRoute), 1u);
}

TEST(World, FindsAnyOfManyAddresses) {
  World world(1);
  const RealmId lan = world.add_realm("lan", RealmProfile::lan(1_ms));
  std::vector<Running> probes;
  for (uint32_t i = 1; i <= 100; ++i) {
    const NodeId host = world.add_host(std::string_view("host " + std::to_string(i)));
    world.attach(host, lan, IpAddress::v4(0x0A000000 + i));
    probes.push_back(run_probe(world, host, {IpAddress(), 7}));
  }
  for (uint32_t i = 1; i <= 100; ++i) probes[0].send({IpAddress::v4(0x0A000000 + i), 7}, "x");
  world.run_until(after(1_s));
  for (const Running& probe : probes) EXPECT_EQ(probe.probe->received.size(), 1u);
}

TEST(World, CallsAMachineAtItsDeadlineAndNotAtAnOldOne) {
  World world(1);
  const Running probe = run_probe(world, world.add_host("a"));
  const auto set = [&](Instant t) { probe.act([&](Outbox&) { probe.probe->next_deadline = t; }); };
  set(after(10_ms));
  set(after(5_ms));
  world.run_until(after(7_ms));
  EXPECT_EQ(probe.probe->timeouts, std::vector<Instant>{after(5_ms)});
  set(after(20_ms));
  set(after(30_ms));
  world.run_until(after(40_ms));
  EXPECT_EQ(probe.probe->timeouts, (std::vector<Instant>{after(5_ms), after(30_ms)}));
  set(after(40_ms));  // due at once, but not inside the call
  EXPECT_EQ(probe.probe->timeouts.size(), 2u);
  world.run_until(after(40_ms));
  EXPECT_EQ(probe.probe->timeouts.size(), 3u);
}

class Listener final : public WorldListener {
 public:
  explicit Listener(World* world) : world_(world) {}
  void on_machine_event(MachineId, const MachineEvent& event) override {
    heard.emplace_back(event.text.view());
  }
  void on_alarm(uint64_t token) override {
    alarms.push_back({world_->now(), token});
    if (token == 99) world_->stop_running();
  }
  std::vector<std::string> heard;
  std::vector<std::pair<Instant, uint64_t>> alarms;

 private:
  World* world_;
};

TEST(World, RingsAlarmsInTheOrderOfTimeAndOfSetting) {
  World world(1);
  Listener listener(&world);
  world.set_listener(&listener);
  world.schedule_alarm(after(2_ms), 1);
  world.schedule_alarm(after(1_ms), 2);
  world.schedule_alarm(after(2_ms), 3);
  world.schedule_alarm(after(3_ms), 99);
  world.schedule_alarm(after(4_ms), 4);
  world.run_until(after(1_s));
  using Rung = std::pair<Instant, uint64_t>;
  const std::vector<Rung> expected = {
      {after(1_ms), 2}, {after(2_ms), 1}, {after(2_ms), 3}, {after(3_ms), 99}};
  EXPECT_EQ(listener.alarms, expected);
  EXPECT_EQ(world.now(), after(3_ms));  // stop_running() was obeyed
  EXPECT_EQ(world.next_event(), after(4_ms));
}

TEST(World, TellsTheListenerAndTheTraceWhatMachinesEmit) {
  World world(1);
  Listener listener(&world);
  MemorySink trace;
  world.set_listener(&listener);
  world.set_sink(&trace);
  const Running probe = run_probe(world, world.add_host("a"));
  probe.act([](Outbox& out) {
    MachineEvent event;
    event.text = "ready";
    out.emit(event);
  });
  EXPECT_EQ(listener.heard, std::vector<std::string>{"ready"});
  EXPECT_EQ(trace.events().back().kind, TraceKind::kMachine);
  EXPECT_EQ(trace.events().back().event.text, Name("ready"));
}

TEST(World, ForgetsTheSocketsOfAStoppedMachine) {
  World world(1);
  const RealmId core = world.add_realm("core", RealmProfile::core(5_ms, 5_ms));
  const NodeId a = world.add_host("a"), b = world.add_host("b");
  world.attach(a, core, ip("192.0.2.1"));
  world.attach(b, core, ip("192.0.2.2"));
  const Running alice = run_probe(world, a), bob = run_probe(world, b, at("192.0.2.2:7"));
  alice.send(at("192.0.2.2:7"), "too late");
  world.stop(bob.id);
  world.run_until(after(1_s));
  EXPECT_EQ(alice.probe->count(kUnreachable), 1u);
  EXPECT_FALSE(world.with_outbox(bob.id, [](Machine&, Instant, Outbox&) { FAIL(); }));
  EXPECT_EQ(run_probe(world, b, at("192.0.2.2:7")).probe->events.at(0).kind, kOpened);
}

TEST(World, ForgetsAClosedSocket) {
  World world(1);
  const NodeId a = world.add_host("a");
  world.attach(a, world.add_realm("core", RealmProfile::core(5_ms, 5_ms)), ip("192.0.2.1"));
  const Running first = run_probe(world, a, at("192.0.2.1:7"));
  first.act([](Outbox& out) { out.close(kSocket); });
  EXPECT_EQ(run_probe(world, a, at("192.0.2.1:7")).probe->events.at(0).kind, kOpened);
}

TEST(World, IsAsNewAfterReset) {
  const auto play = [](World& world) {
    HashSink hash;
    const RealmId core = world.add_realm("core", RealmProfile::core(5_ms, 80_ms));
    const NodeId a = world.add_host("a"), b = world.add_host("b");
    Link link;
    link.up.jitter = 3_ms;
    link.up.loss = Probability::of(0.3);
    world.attach(a, core, ip("192.0.2.1"), link);
    world.attach(b, core, ip("192.0.2.2"));
    world.set_sink(&hash);
    const Running alice = run_probe(world, a), bob = run_probe(world, b, at("192.0.2.2:7"));
    bob.probe->echo = true;
    for (int i = 0; i < 50; ++i) alice.send(at("192.0.2.2:7"), "x");
    world.run_until(after(1_s));
    alice.send(at("192.0.2.2:7"), "left in flight");
    world.set_sink(nullptr);
    return hash.value();
  };
  World world(5);
  const uint64_t first = play(world);
  world.reset(6);
  EXPECT_NE(play(world), first);
  world.reset(5);
  EXPECT_EQ(play(world), first);
  World moved = std::move(world);
  moved.reset(5);
  EXPECT_EQ(play(moved), first);
}

}  // namespace
}  // namespace natbed::test
