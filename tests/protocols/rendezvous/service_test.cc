// Server and clients of the meeting service on one wire.
#include <gtest/gtest.h>

#include "protocols/rendezvous/client.h"
#include "protocols/rendezvous/server.h"
#include "tests/support/wire.h"

namespace natbed {
namespace {

using namespace literals;
using test::Wire;
using Kind = MachineEvent::Kind;
using Urgency = RendezvousClient::Urgency;

constexpr SocketId kSocket(0);
const Endpoint kServer{IpAddress::v4(203, 0, 113, 1), 3478};

// A client with a socket of its own, that remembers what it heard.
struct Guest final : Machine {
  Guest(const Name& name, uint64_t seed)
      : client({.name = name, .server = kServer, .socket = kSocket}, Rng(seed)) {}
  void on_start(Instant, Outbox& out) override { out.open_udp(kSocket); }
  void on_socket(Instant now, const SocketEvent& event, Outbox& out) override {
    Description d;
    d.add(Candidate{CandidateKind::kHost, event.local});
    client.describe(now, d, Urgency::kSoon, out);
  }
  void on_datagram(Instant now, const Datagram& d, Outbox& out) override {
    const RendezvousNews news = client.on_datagram(now, d, out);
    if (news == RendezvousNews::kIntroduced) introductions.push_back(client.introduction());
    if (news == RendezvousNews::kRefused) refused = client.refused();
    if (news == RendezvousNews::kOfferTaken) ++taken;
    if (news != RendezvousNews::kOffered) return;
    offers.push_back(client.offer());
    if (takes_offers) client.take_offer(out);
  }
  void on_timeout(Instant now, Outbox& out) override { client.on_timeout(now, out); }
  Instant deadline() const override { return client.deadline(); }

  RendezvousClient client;
  std::vector<Introduction> introductions;
  std::vector<RelayOffer> offers;
  RendezvousError refused = RendezvousError::kNone;
  int taken = 0;
  bool takes_offers = true;
};

struct Meeting : testing::Test {
  explicit Meeting(Wire::Options options = {}) : wire(options) {
    wire.add("server", server, {kServer.ip});
    a = wire.add("alice", alice, {IpAddress::v4(198, 51, 100, 1)});
  }
  void arrive_bob() { b = wire.add("bob", bob, {IpAddress::v4(198, 51, 100, 2)}); }
  void ask_for_bob() {
    wire.call(a, [&](Instant now, Outbox& out) { alice.client.introduce(now, "bob", out); });
  }

  Wire wire;
  RendezvousServer server{{.local = kServer}, Rng(1)};
  Guest alice{"alice", 2}, bob{"bob", 3};
  size_t a = 0, b = 0;
};

TEST_F(Meeting, IntroducesBothToEachOther) {
  arrive_bob();
  wire.run_for(1_s);
  EXPECT_EQ(server.registered(wire.now()), 2u);
  ask_for_bob();
  wire.run_for(10_s);
  ASSERT_EQ(alice.introductions.size(), 1u);
  ASSERT_EQ(bob.introductions.size(), 1u);
  const Introduction& to_alice = alice.introductions[0];
  const Introduction& to_bob = bob.introductions[0];
  EXPECT_EQ(to_alice.peer, Name("bob"));
  EXPECT_EQ(to_alice.observed, wire.local(b, kSocket));
  EXPECT_EQ(to_alice.description.all_candidates()[0].endpoint, wire.local(b, kSocket));
  EXPECT_TRUE(to_alice.controlling);
  EXPECT_FALSE(to_bob.controlling);
  EXPECT_EQ(to_alice.session, to_bob.session);
  EXPECT_EQ(to_alice.key, to_bob.key);
  EXPECT_NE(to_alice.key, SessionKey{});
}

TEST_F(Meeting, TakesEightDatagramsWhenNothingIsLost) {
  arrive_bob();
  wire.run_for(1_s);
  ask_for_bob();
  wire.run_for(5_s);
  // Two registrations and their answers; introduce, two introductions, accepted.
  EXPECT_EQ(wire.log().size(), 8u);
}

TEST_F(Meeting, WaitsForAPeerThatComesLater) {
  ask_for_bob();
  wire.run_for(3_s);
  EXPECT_EQ(alice.refused, RendezvousError::kUnknownPeer);
  EXPECT_TRUE(alice.introductions.empty());
  arrive_bob();
  wire.run_for(2_s);
  EXPECT_EQ(alice.introductions.size(), 1u);
}

TEST_F(Meeting, StopsAskingWhenCancelled) {
  ask_for_bob();
  wire.run_for(3_s);
  alice.client.cancel("bob");
  const size_t before = wire.log().size();
  wire.run_for(5_s);
  EXPECT_EQ(wire.log().size(), before);
}

TEST_F(Meeting, SurvivesARestartOfTheServer) {
  arrive_bob();
  wire.run_for(1_s);
  wire.call(0, [&](Instant now, Outbox& out) {
    out.close(kSocket);
    server.on_start(now, out);
  });
  EXPECT_EQ(server.registered(wire.now()), 0u);
  wire.run_for(16_s);  // bob comes back with his next repetition
  ask_for_bob();
  wire.run_for(2_s);
  EXPECT_EQ(alice.introductions.size(), 1u);
}

TEST_F(Meeting, RegistrationsLapseWithoutRepetition) {
  arrive_bob();
  wire.run_for(1_s);
  wire.on_the_way = [&](Wire::Parcel& p) { return p.source.ip != IpAddress::v4(198, 51, 100, 2); };
  wire.run_for(61_s);
  EXPECT_EQ(server.registered(wire.now()), 1u);
  ask_for_bob();
  wire.run_for(1_s);
  EXPECT_EQ(alice.refused, RendezvousError::kUnknownPeer);
}

TEST_F(Meeting, PeersThatAskForEachOtherMeetOnce) {
  arrive_bob();
  wire.run_for(1_s);
  ask_for_bob();
  wire.call(b, [&](Instant now, Outbox& out) { bob.client.introduce(now, "alice", out); });
  wire.run_for(5_s);
  ASSERT_EQ(alice.introductions.size(), 1u);
  ASSERT_EQ(bob.introductions.size(), 1u);
  EXPECT_EQ(alice.introductions[0].key, bob.introductions[0].key);
  EXPECT_NE(alice.introductions[0].controlling, bob.introductions[0].controlling);
}

TEST_F(Meeting, AskingAgainStartsANewSession) {
  arrive_bob();
  wire.run_for(1_s);
  ask_for_bob();
  wire.run_for(1_s);
  ask_for_bob();
  wire.run_for(1_s);
  ASSERT_EQ(alice.introductions.size(), 2u);
  ASSERT_EQ(bob.introductions.size(), 2u);
  EXPECT_NE(alice.introductions[0].key, alice.introductions[1].key);
}

TEST_F(Meeting, PassesOffersOnUntilTheyAreTaken) {
  arrive_bob();
  wire.run_for(1_s);
  ask_for_bob();
  wire.run_for(1_s);
  bob.takes_offers = false;
  const RelayOffer offer{alice.introductions[0].session, 1, "r1",
                         *Endpoint::parse("203.0.113.9:50000")};
  wire.call(a, [&](Instant now, Outbox& out) { alice.client.offer(now, offer, out); });
  wire.run_for(2_s);
  EXPECT_GE(bob.offers.size(), 2u);
  EXPECT_EQ(alice.taken, 0);
  EXPECT_EQ(bob.offers[0].relayed, offer.relayed);
  EXPECT_EQ(bob.offers[0].relay, offer.relay);
  bob.takes_offers = true;
  wire.run_for(5_s);
  EXPECT_EQ(alice.taken, 1);
}

TEST_F(Meeting, RefusesOffersOfStrangers) {
  arrive_bob();
  wire.run_for(1_s);
  wire.call(a, [&](Instant now, Outbox& out) {
    alice.client.offer(now, {12345, 1, "r1", kServer}, out);
  });
  wire.run_for(1_s);
  EXPECT_EQ(alice.refused, RendezvousError::kUnknownSession);
  EXPECT_TRUE(bob.offers.empty());
}

TEST_F(Meeting, TellsWhenTheServerKeepsSilent) {
  wire.on_the_way = [](Wire::Parcel&) { return false; };
  wire.run_for(10_s);
  EXPECT_TRUE(alice.client.unanswered());
  EXPECT_EQ(wire.count(a, Kind::kUnanswered), 1u);
  wire.on_the_way = nullptr;
  wire.run_for(5_s);
  EXPECT_TRUE(alice.client.registered());
}

TEST(MeetingWithLoss, IntroducesBothAtThirtyPercent) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    Wire wire({.jitter = 30_ms, .loss = Probability::of(0.3), .seed = seed});
    RendezvousServer server({.local = kServer}, Rng(seed));
    Guest alice("alice", seed + 1), bob("bob", seed + 2);
    wire.add("server", server, {kServer.ip});
    const size_t a = wire.add("alice", alice, {IpAddress::v4(198, 51, 100, 1)});
    wire.add("bob", bob, {IpAddress::v4(198, 51, 100, 2)});
    wire.call(a, [&](Instant now, Outbox& out) { alice.client.introduce(now, "bob", out); });
    wire.run_for(60_s);
    ASSERT_FALSE(alice.introductions.empty());
    ASSERT_FALSE(bob.introductions.empty());
    EXPECT_EQ(alice.introductions.back().key, bob.introductions.back().key);
  }
}

TEST(RendezvousServer, NeverAnswersAnAnswer) {
  RendezvousServer server({.local = kServer}, Rng(1));
  Outbox out;
  for (const unsigned char type : {'\x02', '\x04', '\x05', '\x07', '\x08'}) {
    std::array<std::byte, 64> bytes = {std::byte{0xEE}, std::byte{0x62}, std::byte{9},
                                       std::byte{type}};
    server.on_datagram(Instant(), {kSocket, kServer, kServer, bytes}, out);
  }
  EXPECT_TRUE(out.commands().empty());
}

TEST(RendezvousServer, RefusesMorePeersThanItHoldsUntilSomeLapse) {
  RendezvousServer server({.local = kServer, .max_peers = 1}, Rng(1));
  Outbox out;
  std::array<std::byte, 2> nothing = {};
  const auto answer_to = [&](const Name& name, Instant now) {
    std::array<std::byte, 128> room;
    const RendezvousMessage m{
        .type = RendezvousMessage::Type::kRegister, .name = name, .description = nothing};
    out.clear();
    server.on_datagram(now,
                       {kSocket,
                        kServer,
                        {IpAddress::v4(198, 51, 100, 1), 9},
                        ByteView(room).first(m.encode(room))},
                       out);
    return RendezvousMessage::parse(out.payload(out.commands()[0]))->type;
  };
  using Type = RendezvousMessage::Type;
  EXPECT_EQ(answer_to("one", Instant()), Type::kRegistered);
  EXPECT_EQ(answer_to("two", Instant() + 59_s), Type::kRefused);
  EXPECT_EQ(answer_to("two", Instant() + 60_s), Type::kRegistered);
}

}  // namespace
}  // namespace natbed
