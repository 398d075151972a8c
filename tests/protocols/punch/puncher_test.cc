#include "protocols/punch/puncher.h"

#include <gtest/gtest.h>

#include "nat_models/profiles.h"
#include "protocols/stun/writer.h"
#include "tests/protocols/nat_street.h"
#include "tests/support/wire.h"

namespace natbed {
namespace {

using namespace literals;
using test::NatStreet;
using test::Wire;
using Kind = MachineEvent::Kind;

constexpr SocketId kSocket(0);
const IpAddress kAliceIp = IpAddress::v4(198, 51, 100, 1), kBobIp = IpAddress::v4(198, 51, 100, 2);
constexpr uint16_t kPort = 4000;

// A puncher that opens its socket and starts with the addresses that it was told.
struct Side final : Machine {
  Side(bool controlling, std::vector<Candidate> others, PunchTiming timing = {},
       std::byte secret = std::byte{7})
      : puncher(kSocket, {0xABCD, {secret}, controlling, controlling ? "bob" : "alice"}, timing,
                Rng(controlling)),
        remotes(std::move(others)) {}
  void on_start(Instant, Outbox& out) override { out.open_udp(kSocket, {{}, kPort}); }
  void on_socket(Instant now, const SocketEvent&, Outbox& out) override {
    puncher.start(now, remotes, out);
  }
  void on_datagram(Instant now, const Datagram& d, Outbox& out) override {
    puncher.on_datagram(now, d, out);
  }
  void on_timeout(Instant now, Outbox& out) override { puncher.on_timeout(now, out); }
  Instant deadline() const override { return puncher.deadline(); }
  Puncher puncher;
  std::vector<Candidate> remotes;
};

Candidate host(IpAddress ip) { return {CandidateKind::kHost, {ip, kPort}}; }
Candidate reflexive(IpAddress ip) { return {CandidateKind::kReflexive, {ip, kPort}}; }

struct Pair {
  Pair(Side alice_side, Side bob_side, Wire::Options options = {})
      : wire(options), a(std::move(alice_side)), b(std::move(bob_side)) {
    alice = wire.add("alice", a, {kAliceIp});
    bob = wire.add("bob", b, {kBobIp});
  }
  Wire wire;
  Side a, b;
  size_t alice, bob;
};

TEST(Puncher, NeedsSixDatagramsBetweenOpenPeers) {
  Pair p(Side(true, {host(kBobIp)}), Side(false, {host(kAliceIp)}));
  p.wire.run_for(5_s);
  EXPECT_TRUE(p.a.puncher.up());
  EXPECT_TRUE(p.b.puncher.up());
  EXPECT_EQ(p.a.puncher.kind(), PathKind::kDirect);
  EXPECT_EQ(p.a.puncher.round_trip(), 40_ms);
  // A probe and an answer each way, then the nomination and its answer.
  EXPECT_EQ(p.wire.log().size(), 6u);
  for (const Wire::Parcel& parcel : p.wire.log()) EXPECT_LE(parcel.payload.size(), 76u);
}

TEST(Puncher, WantsTheSecretOfTheSession) {
  Pair p(Side(true, {host(kBobIp)}), Side(false, {host(kAliceIp)}, {}, std::byte{8}));
  p.wire.run_for(15_s);
  EXPECT_FALSE(p.a.puncher.up());
  EXPECT_FALSE(p.b.puncher.up());
  EXPECT_FALSE(p.a.puncher.heard_from_peer());
  EXPECT_TRUE(p.a.puncher.gave_up(p.wire.now()));
  EXPECT_TRUE(p.a.puncher.deadline().is_never());
}

TEST(Puncher, IsNotFooledByItsOwnEcho) {
  // Both homes use the same private network: the peer's host candidate is our own address.
  Wire wire;
  Side alone(true, {host(kAliceIp)});
  wire.add("alice", alone, {kAliceIp});
  wire.run_for(15_s);
  EXPECT_FALSE(alone.puncher.up());
  EXPECT_FALSE(alone.puncher.heard_from_peer());
}

TEST(Puncher, PrefersAHostAddressThatAnswersInTime) {
  const IpAddress mapped = IpAddress::v4(203, 0, 113, 77);  // leads to bob as well
  Pair p(Side(true, {reflexive(mapped), host(kBobIp)}), Side(false, {host(kAliceIp)}),
         {.delay = 5_ms});
  p.wire.on_the_way = [&](Wire::Parcel& parcel) {
    if (parcel.destination.ip == mapped) parcel.destination.ip = kBobIp;
    return true;
  };
  p.wire.run_for(2_s);
  ASSERT_TRUE(p.a.puncher.up());
  EXPECT_EQ(p.a.puncher.remote().ip, kBobIp);
  EXPECT_EQ(p.a.puncher.kind(), PathKind::kDirect);
}

TEST(Puncher, LearnsThePortOfANatThatMapsByDestination) {
  Wire wire;
  NatStreet street(wire);
  const IpAddress outside = IpAddress::v4(203, 0, 113, 50), inside = IpAddress::v4(192, 168, 1, 2);
  NatBehavior behavior = find_profile("symmetric")->behavior;
  behavior.set(&PortRules::allocation, PortAllocation::kRandom);
  street.add(behavior, outside, inside);
  Side a(true, {host(kBobIp)}), b(false, {reflexive(outside)});
  wire.add("alice", a, {inside});
  wire.add("bob", b, {kBobIp});
  wire.run_for(3_s);
  ASSERT_TRUE(a.puncher.up());
  ASSERT_TRUE(b.puncher.up());
  EXPECT_EQ(b.puncher.remote().ip, outside);
  EXPECT_NE(b.puncher.remote().port, kPort);
  EXPECT_EQ(b.puncher.kind(), PathKind::kPunched);
  EXPECT_TRUE(b.puncher.knows(b.puncher.remote()));
  EXPECT_FALSE(b.puncher.knows({outside, kPort}));
}

TEST(Puncher, FirstPacketsMayDieOnTheWay) {
  const PunchTiming timing{.first_ttl = 3};
  Pair p(Side(true, {host(kBobIp)}, timing), Side(false, {host(kAliceIp)}, timing));
  int low = 0;
  p.wire.on_the_way = [&](Wire::Parcel& parcel) {
    if (parcel.options.ttl == 3) ++low;
    return parcel.options.ttl != 3;
  };
  p.wire.run_for(3_s);
  EXPECT_EQ(low, 2);
  EXPECT_TRUE(p.a.puncher.up());
  EXPECT_TRUE(p.b.puncher.up());
}

TEST(Puncher, IsDeadThirtySecondsAfterTheLastAnswer) {
  Pair p(Side(true, {host(kBobIp)}), Side(false, {host(kAliceIp)}));
  p.wire.run_for(40_s);
  ASSERT_TRUE(p.a.puncher.up());
  EXPECT_EQ(p.wire.count(p.alice, Kind::kPathDown), 0u);
  p.wire.on_the_way = [](Wire::Parcel&) { return false; };
  const Instant cut = p.wire.now();
  ASSERT_TRUE(p.wire.run_until_event(p.alice, Kind::kPathDown, 31_s));
  const Duration lasted = p.wire.first(p.alice, Kind::kPathDown)->at - cut;
  EXPECT_GE(lasted, 15_s);  // the last answer was up to one keep-alive before the cut
  EXPECT_LE(lasted, 30_s);
  EXPECT_EQ(p.a.puncher.state(), Puncher::State::kDead);
  EXPECT_TRUE(p.a.puncher.deadline().is_never());
}

TEST(Puncher, LivesThroughTwentySecondsOfSilence) {
  Pair p(Side(true, {host(kBobIp)}), Side(false, {host(kAliceIp)}));
  p.wire.run_for(1_s);
  p.wire.on_the_way = [](Wire::Parcel&) { return false; };
  p.wire.run_for(20_s);
  p.wire.on_the_way = nullptr;
  p.wire.run_for(60_s);
  EXPECT_TRUE(p.a.puncher.up());
  EXPECT_TRUE(p.b.puncher.up());
  EXPECT_EQ(p.wire.count(p.alice, Kind::kPathDown), 0u);
}

TEST(Puncher, SuspicionShortensTheWait) {
  Pair p(Side(true, {host(kBobIp)}), Side(false, {host(kAliceIp)}));
  p.wire.run_for(5_s);
  p.wire.call(p.alice, [&](Instant now, Outbox& out) { p.a.puncher.suspect(now, out); });
  p.wire.run_for(10_s);
  EXPECT_TRUE(p.a.puncher.up());  // an answer cleared it
  p.wire.on_the_way = [](Wire::Parcel&) { return false; };
  p.wire.call(p.alice, [&](Instant now, Outbox& out) { p.a.puncher.suspect(now, out); });
  EXPECT_TRUE(p.wire.run_until_event(p.alice, Kind::kPathDown, 3_s));
}

TEST(Puncher, FollowsAPeerWhoseNatWasRebooted) {
  const IpAddress outside = IpAddress::v4(203, 0, 113, 50), inside = IpAddress::v4(192, 168, 1, 2);
  NatBehavior behavior = find_profile("full-cone")->behavior;
  behavior.set(&PortRules::allocation, PortAllocation::kRandom);
  for (const bool nat_controls : {false, true}) {
    SCOPED_TRACE(nat_controls);
    Wire fresh;
    NatStreet row(fresh);
    row.add(behavior, outside, inside);
    Side a(nat_controls, {host(kBobIp)}), b(!nat_controls, {});
    const size_t alice = fresh.add("alice", a, {inside});
    const size_t bob = fresh.add("bob", b, {kBobIp});
    fresh.run_for(5_s);
    ASSERT_TRUE(b.puncher.up());
    const Endpoint before = b.puncher.remote();
    row.nat(0).reboot();
    fresh.run_for(60_s);
    EXPECT_TRUE(a.puncher.up());
    ASSERT_TRUE(b.puncher.up());
    EXPECT_NE(b.puncher.remote(), before);
    EXPECT_EQ(fresh.count(alice, Kind::kPathDown) + fresh.count(bob, Kind::kPathDown), 0u);
    EXPECT_EQ(fresh.count(bob, Kind::kPathUp), 2u);
  }
}

TEST(Puncher, GetsThroughLossAndReordering) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Pair p(Side(true, {host(kBobIp)}), Side(false, {host(kAliceIp)}),
           {.jitter = 50_ms, .loss = Probability::of(0.3), .seed = seed});
    p.wire.run_for(10_s);
    EXPECT_TRUE(p.a.puncher.up());
    EXPECT_TRUE(p.b.puncher.up());
  }
}

TEST(Puncher, EarlyTimeoutsDoNoHarm) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto log_of = [&](bool disturb) {
      Pair p(Side(true, {host(kBobIp)}), Side(false, {host(kAliceIp)}),
             {.loss = Probability::of(0.2), .seed = seed});
      Rng rng(seed);
      std::vector<std::pair<Instant, std::vector<std::byte>>> log;
      for (int i = 0; i < 300; ++i) {
        p.wire.run_for(Duration::milliseconds(static_cast<int64_t>(rng.below(200))));
        if (disturb)
          p.wire.call(p.alice, [&](Instant now, Outbox& out) { p.a.on_timeout(now, out); });
      }
      for (const Wire::Parcel& parcel : p.wire.log()) log.emplace_back(parcel.sent, parcel.payload);
      return log;
    };
    EXPECT_EQ(log_of(true), log_of(false));
  }
}

TEST(Puncher, ForgedAnswersAndProbesAreWorthNothing) {
  Pair p(Side(true, {host(kBobIp)}), Side(false, {host(kAliceIp)}));
  p.wire.run_for(1_s);
  const Endpoint mallory{IpAddress::v4(192, 0, 2, 66), 666};
  std::array<std::byte, 128> room;
  StunWriter w(room, StunMethod::kBinding, StunClass::kRequest, TransactionId{});
  w.text(StunAttribute::kUsername, "0000abcd:r");
  w.flag(StunAttribute::kUseCandidate);
  w.integrity(HmacSha1(bytes_of("guess")));
  w.fingerprint();
  const size_t size = w.finish();
  const size_t sent = p.wire.log().size();
  p.wire.call(p.alice, [&](Instant now, Outbox& out) {
    p.a.puncher.on_datagram(now, {kSocket, {kAliceIp, kPort}, mallory, ByteView(room).first(size)},
                            out);
  });
  EXPECT_FALSE(p.a.puncher.knows(mallory));
  EXPECT_EQ(p.wire.log().size(), sent);
  EXPECT_EQ(p.a.puncher.remote().ip, kBobIp);
}

TEST(Puncher, NamesItsSessionInEveryProbe) {
  Pair p(Side(true, {host(kBobIp)}), Side(false, {host(kAliceIp)}));
  p.wire.run_for(1_s);
  const auto message = StunMessage::parse(p.wire.log()[0].payload);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text(StunAttribute::kUsername), "0000abcd:c");
  EXPECT_TRUE(message->check_fingerprint());
}

}  // namespace
}  // namespace natbed
