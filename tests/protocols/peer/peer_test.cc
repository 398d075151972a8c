// The ladder of ways between two peers, over real servers and before real NAT boxes.
#include "protocols/peer/peer.h"

#include <gtest/gtest.h>

#include "nat_models/profiles.h"
#include "tests/protocols/peer/town.h"
#include "tests/support/allocations.h"

namespace natbed {
namespace {

using namespace literals;
using test::Town;
using test::Wire;
using Kind = MachineEvent::Kind;

const NatBehavior& kind(std::string_view name) { return find_profile(name)->behavior; }

TEST(Peer, ReachesAPublicPeerDirectly) {
  Town town({});
  ASSERT_TRUE(town.connect());
  town.wire.run_for(1_s);
  EXPECT_EQ(town.way(), PathKind::kDirect);
  EXPECT_EQ(town.way_back(), PathKind::kDirect);
  EXPECT_TRUE(town.ping());
  EXPECT_EQ(town.wire.first(town.alice, Kind::kEchoed)->event.round_trip, 40_ms);
  EXPECT_EQ(town.a->path("bob").round_trip, 40_ms);
}

TEST(Peer, PunchesThroughTwoPortRestrictedNats) {
  Town town({.nat_a = &kind("port-restricted"), .nat_b = &kind("port-restricted")});
  ASSERT_TRUE(town.connect());
  town.wire.run_for(1_s);
  EXPECT_EQ(town.way(), PathKind::kPunched);
  EXPECT_EQ(town.way_back(), PathKind::kPunched);
  EXPECT_TRUE(town.ping());
}

TEST(Peer, RegistersAtOnceAndAgainOnlyIfThatSaysSomethingNew) {
  const auto registrations = [](const NatBehavior* nat, size_t relays) {
    Town town({.nat_a = nat, .relays = relays, .start_b = false});
    size_t sent = 0;
    town.street.cut = [&](const Wire::Parcel& parcel) {
      sent += parcel.source.ip == Town::ip_a() && parcel.destination == Town::meeting();
      return false;
    };
    town.wire.run_for(5_s);
    EXPECT_TRUE(town.a->registered());
    const Duration after = relays == 0 ? 40_ms : 80_ms;  // relays are measured first
    EXPECT_EQ(town.wire.first(town.alice, Kind::kRegistered)->at, Instant() + after);
    return sent;
  };
  EXPECT_EQ(registrations(&kind("port-restricted"), 0), 1u);
  EXPECT_EQ(registrations(&kind("symmetric"), 0), 2u) << "STUN saw another port than the service";
  EXPECT_EQ(registrations(&kind("port-restricted"), 2), 2u) << "STUN answered, then the relays";
}

TEST(Peer, RelaysBetweenTwoSymmetricNats) {
  Town town({.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .relays = 2});
  ASSERT_TRUE(town.connect());
  town.wire.run_for(1_s);
  EXPECT_EQ(town.way(), PathKind::kRelayed);
  EXPECT_EQ(town.way_back(), PathKind::kRelayed);
  EXPECT_TRUE(town.ping());
  EXPECT_EQ(town.wire.first(town.alice, Kind::kEchoed)->event.round_trip, 80_ms);
  EXPECT_EQ(town.a->path("bob").route.relays[0], Name("relay-0"));
}

TEST(Peer, RelaysWhereEitherSideCannotBeReached) {
  // Every NAT kind against every other with a relay: there is always a way.
  for (const NatProfile& x : nat_kinds()) {
    for (const NatProfile& y : nat_kinds()) {
      SCOPED_TRACE(std::string(x.name) + " against " + std::string(y.name));
      Town town({.nat_a = &x.behavior, .nat_b = &y.behavior, .relays = 1});
      ASSERT_TRUE(town.connect());
      town.wire.run_for(3_s);
      EXPECT_NE(town.way(), PathKind::kNone);
      EXPECT_NE(town.way_back(), PathKind::kNone);
      EXPECT_TRUE(town.ping());
    }
  }
}

TEST(Peer, WaitsABitForADirectPathBeforeItUsesTheRelay) {
  Town town({.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .relays = 1});
  ASSERT_TRUE(town.connect());
  EXPECT_GE(town.a->path("bob").setup, 1_s);
  Town hurried({.nat_a = &kind("symmetric"),
                .nat_b = &kind("symmetric"),
                .relays = 1,
                .techniques = kRelay});
  ASSERT_TRUE(hurried.connect());
  EXPECT_LT(hurried.a->path("bob").setup, 500_ms);
}

TEST(Peer, TakesTheRelayWithTheSmallestSum) {
  Town town({.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .relays = 3});
  // relay-0 is slow for bob, relay-1 for alice: both count.
  town.street.delay = [&](const test::Wire::Parcel& p) {
    const bool slow = (p.source.ip == Town::ip_b() && p.destination.ip == Town::relay_ip(0)) ||
                      (p.source.ip == Town::ip_a() && p.destination.ip == Town::relay_ip(1));
    return slow ? 50_ms : 0_ms;
  };
  ASSERT_TRUE(town.connect());
  EXPECT_EQ(town.a->path("bob").route.relays[0], Name("relay-2"));
  EXPECT_EQ(town.wire.first(town.alice, Kind::kRelayChosen)->event.round_trip, 80_ms);
}

TEST(Peer, TakesAnotherRelayWhenItsOwnDies) {
  Town town({.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .relays = 2});
  ASSERT_TRUE(town.connect());
  town.wire.run_for(5_s);
  ASSERT_EQ(town.a->path("bob").route.relays[0], Name("relay-0"));
  town.street.cut = [](const test::Wire::Parcel& p) {
    return p.destination.ip == Town::relay_ip(0) || p.source.ip == Town::relay_ip(0);
  };
  ASSERT_TRUE(town.wire.run_until_event(town.alice, Kind::kRelayLost, 10_s));
  town.wire.run_for(2_s);
  EXPECT_EQ(town.way(), PathKind::kRelayed);
  EXPECT_EQ(town.a->path("bob").route.relays[0], Name("relay-1"));
  EXPECT_EQ(town.b->path("alice").route.relays[0], Name("relay-1"));
  EXPECT_TRUE(town.ping());
  EXPECT_EQ(town.wire.count(town.alice, Kind::kRelayChosen), 2u);
}

TEST(Peer, FallsBackToTheRelayAndClimbsAgain) {
  Town town({.nat_a = &kind("port-restricted"),
             .nat_b = &kind("port-restricted"),
             .relays = 1,
             .peers = {.punch = {.keep_alive = 2_s, .recheck = 500_ms, .consent_lost = 5_s}}});
  ASSERT_TRUE(town.connect());
  town.wire.run_for(40_s);
  ASSERT_EQ(town.way(), PathKind::kPunched);
  EXPECT_EQ(town.relays[0]->allocation_count(),
            0u);  // given back when the direct path had proved itself
  const auto between = [](const test::Wire::Parcel& p) {
    return p.source.ip == Town::ip_a() && p.destination.ip == Town::ip_b();
  };
  town.street.cut = between;
  town.wire.run_for(12_s);
  EXPECT_EQ(town.way(), PathKind::kRelayed);
  EXPECT_EQ(town.way_back(), PathKind::kRelayed);
  EXPECT_TRUE(town.ping());
  EXPECT_GE(town.wire.count(town.alice, Kind::kPathDown), 1u);
  town.street.cut = nullptr;
  town.wire.run_for(35_s);
  EXPECT_EQ(town.way(), PathKind::kPunched);
  EXPECT_EQ(town.way_back(), PathKind::kPunched);
  EXPECT_TRUE(town.ping());
}

TEST(Peer, ComesBackWhenItsNatWasRebooted) {
  for (const bool calls : {true, false}) {
    SCOPED_TRACE(calls);
    const NatBehavior random = [] {
      NatBehavior behavior = kind("port-restricted");
      behavior.set(&PortRules::allocation, PortAllocation::kRandom);
      return behavior;
    }();
    Town town({.nat_a = &random, .nat_b = &random});
    ASSERT_TRUE(town.connect());
    town.wire.run_for(5_s);
    const Endpoint before = calls ? town.a->reflexive() : town.b->reflexive();
    town.street.nat(calls ? 0 : 1).reboot();
    town.wire.run_for(40_s);
    EXPECT_EQ(town.way(), PathKind::kPunched);
    EXPECT_TRUE(town.ping());
    EXPECT_NE(calls ? town.a->reflexive() : town.b->reflexive(), before);
  }
}

TEST(Peer, FindsItsPeerAgainThoughItWasToldTheFormerAddress) {
  // Paths are checked more often than registrations are renewed: who misses the other first is told
  // where he was, not where he is.
  PeerConfig watchful;
  watchful.punch.keep_alive = 5_s;
  watchful.punch.consent_lost = 10_s;
  watchful.connect_timeout = 60_s;
  for (const bool calls : {true, false}) {
    for (int64_t second = 0; second < 16; ++second) {
      SCOPED_TRACE(testing::Message() << (calls ? "alice" : "bob") << " at second " << second);
      Town town({.nat_a = &kind("port-restricted"),
                 .nat_b = &kind("port-restricted"),
                 .peers = watchful});
      ASSERT_TRUE(town.connect());
      town.wire.run_for(Duration::seconds(second));
      const IpAddress elsewhere = IpAddress::v4(198, 51, 100, 99);
      town.street.readdress(calls ? 0 : 1, elsewhere);
      town.wire.run_for(40_s);
      EXPECT_EQ(town.way(), PathKind::kPunched);
      EXPECT_EQ(town.way_back(), PathKind::kPunched);
      EXPECT_TRUE(town.ping());
      const Endpoint seen = calls ? town.b->path("alice").remote : town.a->path("bob").remote;
      EXPECT_EQ(seen.ip, elsewhere);
    }
  }
}

TEST(Peer, MeetsAgainThoughPacketsOvertakeEachOther) {
  PeerConfig watchful;
  watchful.punch.keep_alive = 5_s;
  watchful.punch.consent_lost = 10_s;
  const NatBehavior random = [] {
    NatBehavior behavior = kind("port-restricted");
    behavior.set(&PortRules::allocation, PortAllocation::kRandom);
    return behavior;
  }();
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    for (const size_t home : {0, 1}) {
      for (const bool moves : {false, true}) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << ", home " << home
                                        << (moves ? ", new address" : ", rebooted"));
        Town town({.wire = {.jitter = 5_ms, .seed = seed},
                   .nat_a = &random,
                   .nat_b = &random,
                   .peers = watchful});
        ASSERT_TRUE(town.connect());
        town.wire.run_for(Duration::milliseconds(static_cast<int64_t>(seed * 487)));
        if (moves) {
          town.street.readdress(home, IpAddress::v4(198, 51, 100, 99));
        } else {
          town.street.nat(home).reboot();
        }
        town.wire.run_for(40_s);
        EXPECT_EQ(town.way(), PathKind::kPunched);
        EXPECT_EQ(town.way_back(), PathKind::kPunched);
        EXPECT_EQ(town.wire.count(town.alice, Kind::kConnectFailed), 0u);
      }
    }
  }
}

TEST(Peer, KeepsItsPeerWhenItMoves) {
  for (const bool mover_called : {true, false}) {
    SCOPED_TRACE(mover_called);
    Town town({.nat_b = mover_called ? &kind("port-restricted") : nullptr});
    ASSERT_TRUE(town.connect());
    town.wire.run_for(5_s);
    const size_t mover = mover_called ? town.alice : town.bob;
    Peer& peer = mover_called ? *town.a : *town.b;
    const IpAddress elsewhere = IpAddress::v4(198, 51, 100, 99);
    const Endpoint old = town.wire.local(mover, SocketId(0));
    // The wire cannot move a host; to the others it looks the same if the way rewrites its address.
    town.street.alias(old.ip, elsewhere);
    town.wire.call(mover, [&](Instant now, Outbox& out) {
      SocketEvent moved;
      moved.kind = SocketEvent::Kind::kMoved;
      moved.socket = SocketId(0);
      moved.local = {elsewhere, old.port};
      peer.on_socket(now, moved, out);
    });
    town.wire.run_for(3_s);
    EXPECT_TRUE(town.ping());
    EXPECT_EQ((mover_called ? town.b->path("alice") : town.a->path("bob")).remote.ip, elsewhere);
    EXPECT_EQ(peer.reflexive().ip, elsewhere);
  }
}

TEST(Peer, ConnectsUnderLossAndReordering) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    const bool hard = seed % 2 == 0;
    const NatBehavior& nat = kind(hard ? "symmetric" : "port-restricted");
    Town town({.wire = {.jitter = 20_ms, .loss = Probability::of(0.1), .seed = seed},
               .nat_a = &nat,
               .nat_b = &nat,
               .relays = 2});
    ASSERT_TRUE(town.connect());
    town.wire.run_for(20_s);
    EXPECT_NE(town.way(), PathKind::kNone);
    EXPECT_NE(town.way_back(), PathKind::kNone);
  }
}

TEST(Peer, SaysWhyItFailed) {
  const auto reason = [](Town& town) {
    EXPECT_FALSE(town.connect(20_s));
    const auto* failed = town.wire.first(town.alice, Kind::kConnectFailed);
    EXPECT_NE(failed, nullptr);
    EXPECT_EQ(town.wire.count(town.alice, Kind::kConnectFailed), 1u);
    EXPECT_NE(town.a->why_failed("bob"), "");
    return failed ? std::string(failed->event.text) : std::string();
  };
  Town silent({});
  silent.street.cut = [](const test::Wire::Parcel& p) { return p.destination == Town::meeting(); };
  EXPECT_EQ(reason(silent), "no answer from rendezvous");
  Town absent({.start_b = false});
  EXPECT_EQ(reason(absent), "peer not registered");
  Town hard(
      {.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .techniques = kDirect | kPunch});
  EXPECT_EQ(reason(hard), "no direct path");
  Town dead({.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .relays = 2});
  dead.street.cut = [](const test::Wire::Parcel& p) {
    return p.destination.ip == Town::relay_ip(0) || p.destination.ip == Town::relay_ip(1);
  };
  EXPECT_EQ(reason(dead), "no direct path and no relay");
}

TEST(Peer, MayCallAgainAfterAFailure) {
  Town town({});
  town.street.cut = [](const test::Wire::Parcel& p) { return p.destination == Town::meeting(); };
  EXPECT_FALSE(town.connect());
  town.street.cut = nullptr;
  EXPECT_TRUE(town.connect());
  EXPECT_EQ(town.a->why_failed("bob"), "");
}

TEST(Peer, AnswersNobodyIfItDoesNotAccept) {
  Town town({.peers = {.accept = false}});
  EXPECT_FALSE(town.connect(20_s));
  EXPECT_EQ(town.way_back(), PathKind::kNone);
}

TEST(Peer, CarriesDataBothWays) {
  Town town({.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .relays = 1});
  EXPECT_FALSE(town.a->connected("bob"));
  town.wire.call(town.alice, [&](Instant now, Outbox& out) {
    EXPECT_FALSE(town.a->send(now, "bob", bytes_of("too early"), out));
  });
  ASSERT_TRUE(town.connect());
  town.wire.run_for(2_s);
  for (const size_t size : {size_t{0}, size_t{1}, Peer::kMaxPayload}) {
    const std::string text(size, 'x');
    town.wire.call(town.alice, [&](Instant now, Outbox& out) {
      EXPECT_TRUE(town.a->send(now, "bob", bytes_of(text), out));
    });
    ASSERT_TRUE(town.wire.run_until_event(town.bob, Kind::kReceived, 1_s));
    town.wire.run_for(100_ms);
    EXPECT_EQ(town.wire.told(town.bob).back().event.code, size);
    EXPECT_EQ(text_of(town.b->received()), text);
  }
  town.wire.call(town.bob, [&](Instant now, Outbox& out) {
    EXPECT_TRUE(town.b->send(now, "alice", bytes_of("hello"), out));
  });
  ASSERT_TRUE(town.wire.run_until_event(town.alice, Kind::kReceived, 1_s));
  EXPECT_EQ(text_of(town.a->received()), "hello");
}

TEST(Peer, AllocatesNothingPerDatagram) {
  for (const char* nat : {"port-restricted", "symmetric"}) {
    SCOPED_TRACE(nat);
    Town town({.nat_a = &kind(nat), .nat_b = &kind(nat), .relays = 1});
    ASSERT_TRUE(town.connect());
    town.wire.run_for(50_s);
    const size_t first = town.wire.log().size();
    ASSERT_TRUE(town.ping());
    // What came to alice for the ping, to be replayed.
    std::vector<test::Wire::Parcel> came;
    for (size_t i = first; i < town.wire.log().size(); ++i) {
      if (town.wire.log()[i].destination.ip != Town::ip_a()) continue;
      came.push_back(town.wire.log()[i]);
      // The log has it as it was sent, before bob's NAT.
      if (came.back().source.ip == Town::inside_b())
        came.back().source = town.a->path("bob").remote;
    }
    Outbox out;
    uint64_t before = 0;
    for (int round = 0; round < 200; ++round) {
      if (round == 100) before = test::allocations();
      const Instant now = town.wire.now();
      EXPECT_TRUE(town.a->ping(now, "bob", out));
      EXPECT_TRUE(town.a->send(now, "bob", bytes_of("data"), out));
      for (const auto& parcel : came) {
        town.a->on_datagram(now, {SocketId(0), parcel.destination, parcel.source, parcel.payload},
                            out);
      }
      town.a->on_timeout(now, out);
      EXPECT_EQ(out.events().size(), 1u);  // kEchoed
      out.clear();
    }
    EXPECT_EQ(test::allocations(), before);
  }
}

TEST(Peer, SendsNothingWithoutASocket) {
  Town town({});
  ASSERT_TRUE(town.connect());
  Outbox out;
  SocketEvent failed;
  failed.kind = SocketEvent::Kind::kFailed;
  failed.socket = SocketId(0);
  town.a->on_socket(town.wire.now(), failed, out);
  EXPECT_FALSE(town.a->send(town.wire.now(), "bob", bytes_of("data"), out));
  town.a->connect(town.wire.now(), "carol", out);
  EXPECT_TRUE(out.commands().empty());
  town.a->on_timeout(town.wire.now() + 1_s, out);
  ASSERT_EQ(out.commands().size(), 1u);
  EXPECT_EQ(out.commands()[0].kind, Outbox::Kind::kOpenUdp);
}

TEST(Peer, TakesNoDataFromStrangers) {
  Town town({});
  ASSERT_TRUE(town.connect());
  const Endpoint stranger{IpAddress::v4(192, 0, 2, 66), 666};
  town.wire.call(town.alice, [&](Instant now, Outbox& out) {
    town.a->on_datagram(
        now, {SocketId(0), town.wire.local(town.alice, SocketId(0)), stranger, bytes_of("0lies")},
        out);
  });
  EXPECT_EQ(town.wire.count(town.alice, Kind::kReceived), 0u);
}

TEST(Peer, ForgetsWhomItDisconnects) {
  Town town({.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .relays = 1});
  ASSERT_TRUE(town.connect());
  town.wire.run_for(5_s);
  EXPECT_EQ(town.relays[0]->allocation_count(), 1u);
  town.wire.call(town.alice,
                 [&](Instant now, Outbox& out) { town.a->disconnect(now, "bob", out); });
  town.wire.run_for(10_s);
  EXPECT_EQ(town.relays[0]->allocation_count(), 0u);
  EXPECT_FALSE(town.a->connected("bob"));
}

TEST(Peer, IsTheSameForTheSameSeed) {
  const auto run = [](uint64_t seed) {
    Town town({.wire = {.jitter = 10_ms, .loss = Probability::of(0.05), .seed = seed},
               .nat_a = &kind("symmetric"),
               .nat_b = &kind("port-restricted"),
               .relays = 3});
    town.connect();
    town.wire.run_for(60_s);
    std::vector<std::pair<Instant, std::vector<std::byte>>> log;
    for (const auto& parcel : town.wire.log()) log.emplace_back(parcel.sent, parcel.payload);
    return log;
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

// deadline() tells the whole truth: between two of them on_timeout() has nothing to do.
TEST(Peer, EarlyTimeoutsDoNoHarm) {
  const auto run = [](bool disturb) {
    Town town({.nat_a = &kind("symmetric"), .nat_b = &kind("symmetric"), .relays = 2});
    EXPECT_TRUE(town.connect());
    Rng rng(9);
    for (int i = 0; i < 500; ++i) {
      town.wire.run_for(Duration::milliseconds(rng.between(1, 300)));
      if (!disturb) continue;
      town.wire.call(town.alice, [&](Instant now, Outbox& out) { town.a->on_timeout(now, out); });
      town.wire.call(town.bob, [&](Instant now, Outbox& out) { town.b->on_timeout(now, out); });
    }
    std::vector<std::pair<Instant, std::vector<std::byte>>> log;
    for (const auto& parcel : town.wire.log()) log.emplace_back(parcel.sent, parcel.payload);
    return log;
  };
  EXPECT_EQ(run(true), run(false));
}

TEST(Peer, HostileBytesChangeNothing) {
  Town town({.nat_a = &kind("port-restricted"), .nat_b = &kind("port-restricted"), .relays = 1});
  ASSERT_TRUE(town.connect());
  Rng rng(77);
  const Endpoint local = town.wire.local(town.alice, SocketId(0));
  const std::vector<test::Wire::Parcel> seen = town.wire.log();
  for (int i = 0; i < 5000; ++i) {
    // Real datagrams, bent a little, from real senders.
    const test::Wire::Parcel& sample = seen[rng.below(seen.size())];
    std::vector<std::byte> bytes = sample.payload;
    for (uint64_t k = rng.below(4); k > 0 && !bytes.empty(); --k)
      bytes[rng.below(bytes.size())] = static_cast<std::byte>(rng.next());
    if (rng.below(4) == 0) bytes.resize(rng.below(bytes.size() + 1));
    const Endpoint from = rng.below(2) == 0 ? sample.destination : sample.source;
    town.wire.call(town.alice, [&](Instant now, Outbox& out) {
      town.a->on_datagram(now, {SocketId(0), local, from, bytes}, out);
      out.clear();
    });
  }
  town.wire.run_for(60_s);
  EXPECT_EQ(town.way(), PathKind::kPunched);
  EXPECT_TRUE(town.ping());
}

TEST(Peer, StartsAfreshWhenItsHostComesBack) {
  Town town({});
  ASSERT_TRUE(town.connect());
  town.wire.call(town.alice, [&](Instant now, Outbox& out) {
    out.close(SocketId(0));
    town.a->on_start(now, out);
  });
  EXPECT_FALSE(town.a->connected("bob"));
  EXPECT_TRUE(town.connect());
  town.wire.run_for(2_s);
  EXPECT_TRUE(town.ping());
}

}  // namespace
}  // namespace natbed
