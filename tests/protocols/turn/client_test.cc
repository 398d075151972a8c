// The TURN client against our server over a wire, and against forged answers.
#include "protocols/turn/client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "protocols/stun/credentials.h"
#include "protocols/stun/writer.h"
#include "protocols/turn/server.h"
#include "tests/support/wire.h"

namespace natbed {
namespace {

using namespace literals;
using test::Wire;
using Kind = MachineEvent::Kind;

constexpr SocketId kSocket(0);
const IpAddress kClientIp = IpAddress::v4(203, 0, 113, 5), kPeerIp = IpAddress::v4(198, 51, 100, 7);
const Endpoint kServer{IpAddress::v4(192, 0, 2, 9), 3478};
const Endpoint kPeer{kPeerIp, 7};

// Sends back whatever comes, and remembers where from.
struct Echo {
  void on_start(Instant, Outbox& out) { out.open_udp(kSocket, {{}, 7}); }  // RFC 862
  void on_socket(Instant, const SocketEvent&, Outbox&) {}
  void on_datagram(Instant, const Datagram& d, Outbox& out) {
    from.push_back(d.remote);
    out.send(d.socket, d.remote, d.payload);
  }
  void on_timeout(Instant, Outbox&) {}
  Instant deadline() const { return Instant::never(); }
  std::vector<Endpoint> from;
};

TurnClientConfig make_config() {
  return {.socket = kSocket,
          .server = kServer,
          .user = "alice",
          .password = "a",
          .owner = SocketOwner::kMachine};
}
TurnServerConfig make_server_config() {
  return {.listen = kServer, .relay_ip = kServer.ip, .users = {{"alice", "a"}}};
}

struct TurnClientTest : testing::Test {
  void connect(TurnClientConfig client_config = make_config(),
               TurnServerConfig server_config = make_server_config(),
               Wire::Options options = {.delay = 20_ms}) {
    client.emplace(client_config, Rng(1));
    server.emplace(server_config, Rng(2));
    wire.emplace(options);
    who = wire->add("client", *client, {kClientIp});
    wire->add("server", *server, {kServer.ip});
    wire->add("echo", echo, {kPeerIp});
  }
  template <class F>
  void call(F f) {
    wire->call(who, f);
  }
  void permit() {
    call([&](Instant now, Outbox& out) { client->permit(now, kPeerIp, out); });
  }
  void bind() {
    call([&](Instant now, Outbox& out) { client->bind(now, kPeer, out); });
  }
  bool send(std::string_view text) {
    bool sent = false;
    call([&](Instant, Outbox& out) { sent = client->send_to(kPeer, bytes_of(text), out); });
    return sent;
  }
  // Requests of that method that the client has sent since `from` of the log.
  size_t requests(StunMethod method, size_t from = 0) const {
    return static_cast<size_t>(std::count_if(wire->log().begin() + static_cast<ptrdiff_t>(from),
                                             wire->log().end(), [&](const auto& p) {
                                               const auto m = StunMessage::parse(p.payload);
                                               return m && m->is(method, StunClass::kRequest);
                                             }));
  }
  // The fate of the answer that `fill` writes to the last request sent.
  template <class Fill>
  void forge(StunClass kind, Fill fill) {
    const auto request = StunMessage::parse(wire->log().back().payload);
    std::array<std::byte, kStunRoom> room;
    StunWriter writer(room, kind, *request);
    fill(writer);
    const ByteView bytes = ByteView(room).first(writer.finish());
    call([&](Instant now, Outbox& out) {
      client->on_datagram(now, {kSocket, {}, kServer, bytes}, out);
    });
  }
  size_t told(Kind kind) const { return wire->count(who, kind); }

  Echo echo;
  std::optional<TurnClient> client;
  std::optional<TurnServer> server;
  std::optional<Wire> wire;
  size_t who = 0;
};

TEST_F(TurnClientTest, AllocatesAfterTheChallenge) {
  connect();
  ASSERT_TRUE(wire->run_until_event(who, Kind::kAllocated, 1_s));
  const MachineEvent& allocated = wire->first(who, Kind::kAllocated)->event;
  EXPECT_EQ(allocated.remote, kServer);
  EXPECT_EQ(allocated.mapped.ip, kServer.ip);
  EXPECT_EQ(allocated.round_trip, 40_ms);
  EXPECT_EQ(client->relayed_address(), allocated.mapped);
  EXPECT_EQ(requests(StunMethod::kAllocate), 2u);  // without credentials, then with
}

TEST_F(TurnClientTest, RelaysByIndicationOnceThePeerIsPermitted) {
  connect();
  wire->run_for(1_s);
  EXPECT_FALSE(send("early"));
  permit();
  EXPECT_FALSE(send("early"));
  wire->run_for(1_s);
  EXPECT_TRUE(client->permitted(kPeerIp));
  ASSERT_TRUE(send("hello"));
  ASSERT_TRUE(wire->run_until_event(who, Kind::kReceived, 1_s));
  EXPECT_EQ(wire->first(who, Kind::kReceived)->event.remote, kPeer);
  EXPECT_EQ(wire->first(who, Kind::kReceived)->event.code, 5u);
  EXPECT_EQ(echo.from, std::vector<Endpoint>{*client->relayed_address()});
}

TEST_F(TurnClientTest, RelaysByChannelOnceItIsBound) {
  connect();
  wire->run_for(1_s);
  bind();
  wire->run_for(1_s);
  const size_t before = wire->log().size();
  ASSERT_TRUE(send("hello"));
  wire->run_for(1_s);
  ASSERT_EQ(told(Kind::kReceived), 1u);
  EXPECT_EQ(wire->log()[before].payload.size(), 9u);  // four bytes of header, both ways
  EXPECT_EQ(wire->log().back().payload.size(), 9u);
}

TEST_F(TurnClientTest, HandsOutTheRelayedPayloadAsItIs) {
  connect();
  wire->run_for(1_s);
  permit();
  wire->run_for(1_s);
  std::array<std::byte, kStunRoom> room;
  StunWriter writer(room, StunMethod::kData, StunClass::kIndication, {});
  writer.xor_address(StunAttribute::kXorPeerAddress, kPeer);
  writer.text(StunAttribute::kData, "payload");
  const Datagram datagram{kSocket, {}, kServer, ByteView(room).first(writer.finish())};
  Outbox out;
  const TurnClient::Taken taken = client->take(wire->now(), datagram, out);
  ASSERT_TRUE(taken.relayed);
  EXPECT_EQ(taken.relayed->peer, kPeer);
  EXPECT_EQ(text_of(taken.relayed->payload), "payload");
  client->forget(kPeerIp);
  EXPECT_FALSE(client->take(wire->now(), datagram, out).relayed);  // no longer ours to read
}

TEST_F(TurnClientTest, LeavesTheDatagramsOfOthersAlone) {
  connect();
  wire->run_for(1_s);
  Outbox out;
  const auto consumed = [&](SocketId socket, Endpoint from, ByteView bytes) {
    return client->take(wire->now(), {socket, {}, from, bytes}, out).consumed;
  };
  std::array<std::byte, kStunRoom> room;
  StunWriter binding(room, StunMethod::kBinding, StunClass::kSuccess, {});
  const ByteView answer = ByteView(room).first(binding.finish());
  EXPECT_FALSE(consumed(kSocket, kServer, answer));  // of a StunClient that asks the same server
  EXPECT_FALSE(consumed(kSocket, kServer, bytes_of("hello")));
  std::array<std::byte, 8> channel;
  const ByteView data = ByteView(channel).first(ChannelData{0x4000, {}}.write(channel));
  EXPECT_FALSE(consumed(kSocket, kServer, data));  // never bound
  StunWriter indication(room, StunMethod::kData, StunClass::kIndication, {});
  const ByteView bytes = ByteView(room).first(indication.finish());
  EXPECT_FALSE(consumed(kSocket, kPeer, bytes));
  EXPECT_FALSE(consumed(SocketId(9), kServer, bytes));
  EXPECT_TRUE(consumed(kSocket, kServer, bytes));
}

TEST_F(TurnClientTest, KeepsEverythingAliveForHours) {
  connect();
  wire->run_for(1_s);
  bind();
  wire->run_for(1_s);
  permit();
  wire->run_for(3_s + Duration::seconds(4 * 3600));
  EXPECT_EQ(server->allocation_count(), 1u);
  ASSERT_TRUE(send("still there"));
  wire->run_for(1_s);
  EXPECT_EQ(told(Kind::kReceived), 1u);
  EXPECT_EQ(told(Kind::kRefused) + told(Kind::kUnanswered), 0u);  // though the nonce has changed
  EXPECT_EQ(told(Kind::kAllocated), 1u);
  EXPECT_NEAR(static_cast<double>(requests(StunMethod::kRefresh)), 4 * 3600 / 540,
              6);  // a minute ahead, some twice
}

TEST_F(TurnClientTest, RefreshesAMinuteAhead) {
  connect();
  ASSERT_TRUE(wire->run_until_event(who, Kind::kAllocated, 1_s));
  EXPECT_EQ(client->deadline(), wire->now() + 540_s);
}

TEST_F(TurnClientTest, ReleaseGivesTheAllocationBackSilently) {
  connect();
  wire->run_for(1_s);
  call([&](Instant now, Outbox& out) { client->release(now, out); });
  EXPECT_FALSE(client->relayed_address());
  wire->run_for(1_s);
  EXPECT_EQ(server->allocation_count(), 0u);
  EXPECT_TRUE(client->deadline().is_never());
  EXPECT_EQ(wire->told(who).size(), 1u);  // kAllocated
}

TEST_F(TurnClientTest, PermissionsAskedForEarlyAreInstalledWithTheAllocation) {
  connect();
  permit();
  EXPECT_EQ(requests(StunMethod::kCreatePermission), 0u);
  wire->run_for(1_s);
  EXPECT_TRUE(client->permitted(kPeerIp));
}

TEST_F(TurnClientTest, WrongPasswordIsRefusedOnce) {
  TurnClientConfig config = make_config();
  config.password = "guess";
  connect(config);
  wire->run_for(100_s);
  ASSERT_EQ(told(Kind::kRefused), 1u);
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.code, 401u);
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.remote, kServer);
  EXPECT_EQ(requests(StunMethod::kAllocate), 2u);
}

TEST_F(TurnClientTest, QuotaAndCapacityAreTold) {
  TurnServerConfig full = make_server_config();
  full.max_per_user = 0;
  connect(make_config(), full);
  wire->run_for(1_s);
  ASSERT_EQ(told(Kind::kRefused), 1u);
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.code, 486u);
  full = make_server_config();
  full.max_allocations = 0;
  connect(make_config(), full);
  wire->run_for(1_s);
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.code, 508u);
}

TEST_F(TurnClientTest, SilentServerIsUnansweredWhenTheRfcGivesUp) {
  connect();
  wire->on_the_way = [](Wire::Parcel&) { return false; };
  ASSERT_TRUE(wire->run_until_event(who, Kind::kUnanswered, 100_s));
  EXPECT_EQ(wire->now(), Instant() + 39500_ms);
}

TEST_F(TurnClientTest, ServerThatDiesIsNoticedAtTheNextRefresh) {
  connect();
  ASSERT_TRUE(wire->run_until_event(who, Kind::kAllocated, 1_s));
  const Instant allocated = wire->now();
  wire->on_the_way = [](Wire::Parcel&) { return false; };
  ASSERT_TRUE(wire->run_until_event(who, Kind::kUnanswered, 1000_s));
  EXPECT_EQ(wire->now(), allocated + 540_s + 39500_ms);
  EXPECT_FALSE(client->relayed_address());
  EXPECT_TRUE(client->deadline().is_never());
}

TEST_F(TurnClientTest, ServerThatForgotUsIsRefusedAndMayBeAskedAgain) {
  connect();
  wire->run_for(1_s);
  *server = TurnServer(make_server_config(),
                       Rng(3));  // a restart: its sockets stay open, its memory is gone
  permit();
  wire->run_for(1_s);
  ASSERT_EQ(told(Kind::kRefused), 1u);  // after a 438 for the old nonce
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.code, 437u);
  EXPECT_FALSE(client->relayed_address());
  call([&](Instant now, Outbox& out) { client->allocate(now, out); });
  EXPECT_EQ(requests(StunMethod::kAllocate), 3u);
}

TEST_F(TurnClientTest, AllocatesAnewWhileTheServerStillHoldsTheOldOne) {
  connect();
  wire->run_for(1_s);
  const Endpoint old = *client->relayed_address();
  call([&](Instant now, Outbox& out) { client->allocate(now, out); });
  wire->run_for(1_s);
  EXPECT_EQ(told(Kind::kAllocated), 2u);
  EXPECT_EQ(told(Kind::kRefused), 0u);
  EXPECT_NE(client->relayed_address(), old);
  EXPECT_EQ(server->allocation_count(), 1u);
  call([&](Instant now, Outbox& out) {  // a change of mind, faster than the answer
    client->release(now, out);
    client->allocate(now, out);
  });
  wire->run_for(1_s);
  EXPECT_EQ(told(Kind::kAllocated), 3u);
}

TEST_F(TurnClientTest, AllocationOfSomebodyElseOnOurPortIsRefused) {
  TurnServerConfig config = make_server_config();
  config.users.push_back({"bob", "b"});
  connect(make_config(), config);
  wire->run_for(1_s);
  TurnClientConfig other = make_config();
  other.user = "bob";
  other.password = "b";
  other.owner = SocketOwner::kParent;
  *client = TurnClient(other, Rng(9));
  call([&](Instant now, Outbox& out) { client->allocate(now, out); });
  wire->run_for(1_s);
  ASSERT_EQ(told(Kind::kRefused), 1u);
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.code, 441u);
}

TEST_F(TurnClientTest, ChangeOfAddressBringsAnotherAllocation) {
  connect();
  wire->run_for(1_s);
  SocketEvent moved;
  moved.kind = SocketEvent::Kind::kMoved;
  moved.socket = kSocket;
  call([&](Instant now, Outbox& out) { client->on_socket(now, moved, out); });
  EXPECT_FALSE(client->relayed_address());
  wire->run_for(1_s);
  EXPECT_EQ(told(Kind::kAllocated), 2u);
}

TEST_F(TurnClientTest, RefusedPeerIsToldAndForgotten) {
  connect();
  wire->run_for(1_s);
  const Endpoint loopback{IpAddress::v4(127, 0, 0, 1), 9};
  call([&](Instant now, Outbox& out) { client->bind(now, loopback, out); });
  wire->run_for(1_s);
  ASSERT_EQ(told(Kind::kRefused), 1u);
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.code, 403u);
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.remote, loopback);
  EXPECT_TRUE(client->relayed_address());  // the allocation is as good as before
}

TEST_F(TurnClientTest, UnansweredPermissionIsToldAndForgotten) {
  connect();
  wire->run_for(1_s);
  permit();
  wire->on_the_way = [](Wire::Parcel&) { return false; };
  ASSERT_TRUE(wire->run_until_event(who, Kind::kUnanswered, 100_s));
  EXPECT_EQ(wire->first(who, Kind::kUnanswered)->event.remote.ip, kPeerIp);
  EXPECT_FALSE(client->permitted(kPeerIp));
}

TEST_F(TurnClientTest, ManyPermissionsSurviveOneStaleNonce) {
  TurnServerConfig config = make_server_config();
  config.nonce_lifetime = 10_s;
  connect(make_config(), config);
  wire->run_for(1_s);
  wire->run_for(20_s);
  call([&](Instant now, Outbox& out) {
    for (uint8_t i = 1; i <= 20; ++i) client->permit(now, IpAddress::v4(198, 51, 100, i), out);
  });
  wire->run_for(1_s);
  for (uint8_t i = 1; i <= 20; ++i)
    EXPECT_TRUE(client->permitted(IpAddress::v4(198, 51, 100, i))) << int{i};
}

TEST_F(TurnClientTest, ServerThatKeepsChangingItsNonceIsGivenUp) {
  connect();
  wire->run_for(10_ms);
  for (int i = 0; i < 10 && told(Kind::kRefused) == 0; ++i) {
    forge(StunClass::kError, [](StunWriter& w) {
      w.error(StunError::kStaleNonce);
      w.text(StunAttribute::kRealm, "natbed");
      w.text(StunAttribute::kNonce, "another");
    });
  }
  ASSERT_EQ(told(Kind::kRefused), 1u);
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.code, 438u);
  EXPECT_EQ(requests(StunMethod::kAllocate), 4u);
}

// RFC 8489 §9.2.5: whatever is not signed has never come, once there is a key to sign it with.
TEST_F(TurnClientTest, UnsignedAnswersAreIgnored) {
  connect();
  wire->on_the_way = [](Wire::Parcel&) { return false; };
  wire->run_for(1_ms);
  forge(StunClass::kError, [](StunWriter& w) {
    w.error(StunError::kUnauthenticated);
    w.text(StunAttribute::kRealm, "natbed");
    w.text(StunAttribute::kNonce, "n");
  });
  const auto grant = [](StunWriter& w) {
    w.xor_address(StunAttribute::kXorRelayedAddress, kPeer);
    w.u32(StunAttribute::kLifetime, 600);
  };
  forge(StunClass::kSuccess, grant);
  forge(StunClass::kError, [](StunWriter& w) { w.error(StunError::kQuotaReached); });
  forge(StunClass::kError, [](StunWriter&) {});
  forge(StunClass::kSuccess,
        [&](StunWriter& w) { grant(w), w.integrity(HmacSha1(bytes_of("guess"))); });
  EXPECT_TRUE(wire->told(who).empty());
  forge(StunClass::kSuccess, [&](StunWriter& w) {
    grant(w);
    w.integrity(HmacSha1(long_term_key("alice", "natbed", "a")));
  });
  EXPECT_EQ(told(Kind::kAllocated), 1u);
}

// RFC 8489 §9.2.1, §9.2.5
TEST_F(TurnClientTest, ObeysTheCookieOfTheNonce) {
  const auto challenge = [&](NonceFeatures features) {
    connect();
    wire->on_the_way = [](Wire::Parcel&) { return false; };
    wire->run_for(1_ms);
    forge(StunClass::kError, [&](StunWriter& w) {
      const auto cookie = make_nonce_cookie(features);
      w.error(StunError::kUnauthenticated);
      w.text(StunAttribute::kRealm, "natbed");
      w.text(StunAttribute::kNonce, std::string(cookie.data(), cookie.size()) + "rest");
    });
  };
  challenge({.username_anonymity = true});
  const auto request = StunMessage::parse(wire->log().back().payload);
  EXPECT_FALSE(request->has(StunAttribute::kUsername));
  EXPECT_EQ(request->bytes(StunAttribute::kUserHash)->size(), 32u);
  challenge({.password_algorithms = true});  // but none came: somebody took them away
  EXPECT_EQ(told(Kind::kRefused), 1u);
}

TEST_F(TurnClientTest, AsksForTheLifetimeAndFamilyItWants) {
  TurnClientConfig config = make_config();
  config.lifetime = 1200_s;
  config.family = AddressFamily::kV4;
  connect(config);
  ASSERT_TRUE(wire->run_until_event(who, Kind::kAllocated, 1_s));
  EXPECT_EQ(client->deadline(), wire->now() + 1140_s);
  config.family = AddressFamily::kV6;
  connect(config);
  wire->run_for(1_s);
  EXPECT_EQ(wire->first(who, Kind::kRefused)->event.code, 440u);
}

TEST_F(TurnClientTest, UnreachableServerIsLostAtOnce) {
  connect();
  wire->run_for(1_s);
  SocketEvent event;
  event.kind = SocketEvent::Kind::kUnreachable;
  event.socket = kSocket;
  event.remote = kServer;
  call([&](Instant now, Outbox& out) { client->on_socket(now, event, out); });
  EXPECT_EQ(told(Kind::kUnanswered), 1u);
  EXPECT_FALSE(client->relayed_address());
}

TEST_F(TurnClientTest, EarlyTimeoutIsHarmless) {
  connect();
  wire->run_for(1_s);
  const size_t before = wire->log().size();
  call([&](Instant now, Outbox& out) { client->on_timeout(now, out); });
  EXPECT_EQ(wire->log().size(), before);
}

TEST_F(TurnClientTest, ChannelsOfManyPeersHaveDifferentNumbers) {
  connect();
  wire->run_for(1_s);
  call([&](Instant now, Outbox& out) {
    for (uint16_t port = 1; port <= 5; ++port) client->bind(now, {kPeerIp, port}, out);
    client->bind(now, {kPeerIp, 1}, out);  // known already
  });
  std::vector<uint16_t> numbers;
  for (const Wire::Parcel& p : wire->log()) {
    const auto m = StunMessage::parse(p.payload);
    if (m && m->is(StunMethod::kChannelBind, StunClass::kRequest)) {
      numbers.push_back(*m->u16(StunAttribute::kChannelNumber));
    }
  }
  EXPECT_EQ(numbers, (std::vector<uint16_t>{0x4000, 0x4001, 0x4002, 0x4003, 0x4004}));
}

TEST_F(TurnClientTest, GetsThroughLoss) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    connect(make_config(), make_server_config(),
            {.delay = 20_ms, .loss = Probability::of(0.2), .seed = seed});
    permit();
    ASSERT_TRUE(wire->run_until_event(who, Kind::kAllocated, 100_s)) << "seed " << seed;
    wire->run_for(60_s);
    EXPECT_TRUE(client->permitted(kPeerIp)) << "seed " << seed;
    EXPECT_EQ(server->allocation_count(), 1u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace natbed
