// The TURN server, asked without a wire: each refusal of RFC 8656, and each end of a lifetime at
// its exact instant.
#include "protocols/turn/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "protocols/stun/credentials.h"
#include "protocols/stun/writer.h"
#include "protocols/turn/channel_data.h"
#include "tests/support/hex.h"

namespace natbed {
namespace {

using namespace literals;
using enum StunAttribute;

const Endpoint kClient = *Endpoint::parse("203.0.113.5:40000");
const Endpoint kOther = *Endpoint::parse("203.0.113.6:40000");
const Endpoint kPeer = *Endpoint::parse("198.51.100.7:4000");
const IpAddress kRelay = IpAddress::v4(192, 0, 2, 9);
constexpr Duration kNanosecond = Duration::nanoseconds(1);
const auto kUdp = [](StunWriter& w) { w.u8(kRequestedTransport, 17); };
const auto kToPeer = [](StunWriter& w) { w.xor_address(kXorPeerAddress, kPeer); };

TurnServerConfig make_config() {
  return {.listen = {kRelay, 3478}, .relay_ip = kRelay, .users = {{"alice", "a"}, {"bob", "b"}}};
}

struct TurnServerTest : testing::Test {
  TurnServerTest() { start(make_config()); }
  void start(TurnServerConfig config) {
    server.emplace(config, Rng(1));
    server->on_start(now, out);
    open_sockets();
  }
  // What a driver does: answers open_udp, `refusals` times with kFailed.
  void open_sockets() {
    for (bool again = true; again;) {
      again = false;
      const std::vector<Outbox::Command> commands(out.commands().begin(), out.commands().end());
      if (std::ranges::none_of(commands,
                               [](const auto& c) { return c.kind == Outbox::Kind::kOpenUdp; }))
        return;
      out.clear();
      for (const Outbox::Command& command : commands) {
        SocketEvent event;
        event.socket = command.socket;
        event.local = command.local;
        if (command.socket != SocketId(0)) asked_ports.push_back(command.local.port);
        if (refusals > 0) --refusals, event.kind = SocketEvent::Kind::kFailed;
        server->on_socket(now, event, out);
        again = true;
      }
    }
  }
  // The server's answer to a datagram of `from`; nothing if it sends none.
  std::optional<StunMessage> offer(ByteView bytes, Endpoint from = kClient) {
    out.clear();
    server->on_datagram(now, {SocketId(0), {}, from, bytes}, out);
    open_sockets();
    return answer();
  }
  std::optional<StunMessage> answer() {
    for (const Outbox::Command& c : out.commands()) {
      if (c.kind == Outbox::Kind::kSend && c.socket == SocketId(0))
        return StunMessage::parse(out.payload(c));
    }
    return std::nullopt;
  }
  // An authenticated request, with a nonce that was fresh at the start.
  template <class Fill>
  std::optional<StunMessage> ask(StunMethod method, Fill fill, Endpoint from = kClient,
                                 std::string user = "alice") {
    StunWriter writer(room, method, StunClass::kRequest, TransactionId::draw(ids));
    fill(writer);
    writer.text(kUsername, user);
    writer.text(kRealm, "natbed");
    writer.text(kNonce, nonce(from));
    writer.integrity(key(user));
    request_size = writer.finish();
    return offer(ByteView(room).first(request_size), from);
  }
  std::string nonce(Endpoint from) {
    StunWriter writer(spare, StunMethod::kRefresh, StunClass::kRequest, TransactionId::draw(ids));
    const auto challenge = offer(ByteView(spare).first(writer.finish()), from);
    return std::string(challenge->text(kNonce).value());
  }
  static HmacSha1 key(const std::string& user) {
    return HmacSha1(long_term_key(user, "natbed", user.substr(0, 1)));
  }
  template <class Fill>
  StunError refusal(StunMethod method, Fill fill, Endpoint from = kClient,
                    std::string user = "alice") {
    const auto refused = ask(method, fill, from, user);
    if (!refused || refused->kind() != StunClass::kError) return StunError::kNone;
    EXPECT_TRUE(refused->check_integrity(key(user)));
    return refused->error()->code;
  }
  Endpoint allocate(Endpoint from = kClient) {
    const auto granted = ask(StunMethod::kAllocate, kUdp, from);
    return granted->xor_address(kXorRelayedAddress).value();
  }
  // What the server sends when `payload` arrives from `from` at the relay socket of slot 0.
  std::vector<Outbox::Command> from_peer(std::string_view payload, Endpoint from = kPeer) {
    out.clear();
    server->on_datagram(now, {SocketId(1), {}, from, bytes_of(payload)}, out);
    return {out.commands().begin(), out.commands().end()};
  }
  std::vector<Outbox::Command> from_client(size_t size) {
    offer(ByteView(room).first(size));
    return {out.commands().begin(), out.commands().end()};
  }
  size_t send_indication(std::string_view data, Endpoint peer = kPeer) {
    StunWriter writer(room, StunMethod::kSend, StunClass::kIndication, {});
    writer.xor_address(kXorPeerAddress, peer);
    writer.text(kData, data);
    return writer.finish();
  }

  Instant now = Instant() + 1_s;
  Outbox out;
  Rng ids{5};
  int refusals = 0;
  std::vector<uint16_t> asked_ports;
  std::array<std::byte, kStunRoom> room = {}, spare = {};
  size_t request_size = 0;
  std::optional<TurnServer> server;
};

TEST_F(TurnServerTest, FirstAsksWhoItIs) {
  StunWriter writer(room, StunMethod::kAllocate, StunClass::kRequest, {});
  const auto challenge = offer(ByteView(room).first(writer.finish()));
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->error()->code, StunError::kUnauthenticated);
  EXPECT_EQ(challenge->text(kRealm), "natbed");
  EXPECT_TRUE(challenge->text(kNonce));
  EXPECT_FALSE(challenge->has(kMessageIntegrity));
}

TEST_F(TurnServerTest, AllocatesAPortOfTheDynamicRange) {
  const auto granted = ask(StunMethod::kAllocate, kUdp);
  ASSERT_TRUE(granted);
  EXPECT_TRUE(granted->is(StunMethod::kAllocate, StunClass::kSuccess));
  EXPECT_EQ(granted->u32(kLifetime), 600u);
  EXPECT_EQ(granted->xor_address(kXorMappedAddress), kClient);
  EXPECT_TRUE(granted->check_integrity(key("alice")));
  const Endpoint relayed = granted->xor_address(kXorRelayedAddress).value();
  EXPECT_EQ(relayed.ip, kRelay);
  EXPECT_GE(relayed.port, 49152);
  EXPECT_EQ(server->allocation_count(), 1u);
}

TEST_F(TurnServerTest, StaleNonceGetsAFreshOne) {
  const std::string old = nonce(kClient);
  now = now + 3600_s;
  StunWriter writer(room, StunMethod::kAllocate, StunClass::kRequest, {});
  writer.u8(kRequestedTransport, 17);
  writer.text(kUsername, "alice");
  writer.text(kRealm, "natbed");
  writer.text(kNonce, old);
  writer.integrity(key("alice"));
  const auto stale = offer(ByteView(room).first(writer.finish()));
  ASSERT_TRUE(stale);
  EXPECT_EQ(stale->error()->code, StunError::kStaleNonce);
  EXPECT_NE(stale->text(kNonce), old);
}

// RFC 8656 §7.2, in its order.
TEST_F(TurnServerTest, RefusesAllocateForEachReasonOfTheRfc) {
  const auto refused = [&](auto fill) { return refusal(StunMethod::kAllocate, fill); };
  const auto v4 = static_cast<uint8_t>(AddressFamily::kV4),
             v6 = static_cast<uint8_t>(AddressFamily::kV6);
  EXPECT_EQ(refused([](StunWriter&) {}), StunError::kBadRequest);
  EXPECT_EQ(refused([](StunWriter& w) { w.u8(kRequestedTransport, 6); }),
            StunError::kUnsupportedTransport);
  EXPECT_EQ(refused([](StunWriter& w) { kUdp(w), w.flag(kDontFragment); }),
            StunError::kUnknownAttribute);
  EXPECT_EQ(test::to_hex(*answer()->bytes(kUnknownAttributes)), "001a");
  EXPECT_EQ(refused([](StunWriter& w) { kUdp(w), w.flag(StunAttribute{0x7001}); }),
            StunError::kUnknownAttribute);
  EXPECT_EQ(
      refused([](StunWriter& w) { kUdp(w), w.u64(kReservationToken, 1), w.u8(kEvenPort, 0); }),
      StunError::kBadRequest);
  EXPECT_EQ(refused([=](StunWriter& w) {
              kUdp(w), w.u64(kReservationToken, 1), w.u8(kRequestedAddressFamily, v4);
            }),
            StunError::kBadRequest);
  EXPECT_EQ(refused([](StunWriter& w) { kUdp(w), w.u64(kReservationToken, 1); }),
            StunError::kInsufficientCapacity);
  EXPECT_EQ(refused([=](StunWriter& w) {
              kUdp(w), w.u8(kRequestedAddressFamily, v4), w.u8(kAdditionalAddressFamily, v6);
            }),
            StunError::kBadRequest);
  EXPECT_EQ(refused([=](StunWriter& w) { kUdp(w), w.u8(kAdditionalAddressFamily, v4); }),
            StunError::kBadRequest);
  EXPECT_EQ(refused([=](StunWriter& w) { kUdp(w), w.u8(kRequestedAddressFamily, v6); }),
            StunError::kAddressFamilyNotSupported);
  EXPECT_EQ(refused([](StunWriter& w) { kUdp(w), w.u8(kEvenPort, 0x80); }),
            StunError::kInsufficientCapacity);
  EXPECT_EQ(server->allocation_count(), 0u);
}

TEST_F(TurnServerTest, SecondFamilyIsRefusedBesideTheFirst) {
  const auto granted =
      ask(StunMethod::kAllocate, [](StunWriter& w) { kUdp(w), w.u8(kAdditionalAddressFamily, 2); });
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->kind(), StunClass::kSuccess);
  EXPECT_EQ(granted->error(kAddressErrorCode)->code, StunError::kAddressFamilyNotSupported);
}

TEST_F(TurnServerTest, EvenPortIsEven) {
  for (uint16_t port = 40001; port < 40021; ++port) {
    const auto granted =
        ask(StunMethod::kAllocate, [](StunWriter& w) { kUdp(w), w.u8(kEvenPort, 0); },
            {kClient.ip, port});
    EXPECT_EQ(granted->xor_address(kXorRelayedAddress)->port % 2, 0);
  }
}

TEST_F(TurnServerTest, LostAnswerIsRepeatedButASecondAllocationRefused) {
  const Endpoint relayed = allocate();
  const std::vector<std::byte> again(room.begin(),
                                     room.begin() + static_cast<ptrdiff_t>(request_size));
  now = now + 100_s;
  const auto repeated = offer(again);
  ASSERT_TRUE(repeated);
  EXPECT_EQ(repeated->xor_address(kXorRelayedAddress), relayed);
  EXPECT_EQ(repeated->u32(kLifetime), 500u);
  EXPECT_EQ(refusal(StunMethod::kAllocate, kUdp), StunError::kAllocationMismatch);
  EXPECT_EQ(server->allocation_count(), 1u);
}

TEST_F(TurnServerTest, RetransmissionWhileThePortOpensWaitsForIt) {
  const std::string fresh = nonce(kClient);
  StunWriter writer(room, StunMethod::kAllocate, StunClass::kRequest, {});
  writer.u8(kRequestedTransport, 17);
  writer.text(kUsername, "alice");
  writer.text(kRealm, "natbed");
  writer.text(kNonce, fresh);
  writer.integrity(key("alice"));
  const ByteView request = ByteView(room).first(writer.finish());
  out.clear();
  server->on_datagram(now, {SocketId(0), {}, kClient, request}, out);
  server->on_datagram(now, {SocketId(0), {}, kClient, request}, out);
  ASSERT_EQ(out.commands().size(), 1u);
  EXPECT_EQ(out.commands()[0].kind, Outbox::Kind::kOpenUdp);
}

TEST_F(TurnServerTest, TriesAnotherPortIfOneIsTakenAndGivesUpInTheEnd) {
  refusals = 3;
  allocate();
  EXPECT_EQ(asked_ports.size(), 4u);
  refusals = 1000;
  EXPECT_EQ(refusal(StunMethod::kAllocate, kUdp, kOther), StunError::kInsufficientCapacity);
  EXPECT_EQ(asked_ports.size(), 20u);
  EXPECT_EQ(server->allocation_count(), 1u);
  refusals = 0;
  allocate(kOther);
  EXPECT_EQ(server->allocation_count(), 2u);
}

TEST_F(TurnServerTest, QuotaIsPerUserAndCapacityForAll) {
  TurnServerConfig config = make_config();
  config.max_per_user = 1;
  config.max_allocations = 2;
  start(config);
  allocate();
  EXPECT_EQ(refusal(StunMethod::kAllocate, kUdp, kOther), StunError::kQuotaReached);
  EXPECT_EQ(refusal(StunMethod::kAllocate, kUdp, kOther, "bob"), StunError::kNone);
  config.max_per_user = 9;
  start(config);
  allocate();
  allocate(kOther);
  EXPECT_EQ(refusal(StunMethod::kAllocate, kUdp, kPeer), StunError::kInsufficientCapacity);
}

// RFC 8656 §7.2: between the default and the maximum.
TEST_F(TurnServerTest, LifetimeIsKeptInItsBounds) {
  const struct {
    uint32_t asked, granted;
  } cases[] = {{1, 600}, {601, 601}, {3600, 3600}, {4000000000, 3600}};
  uint16_t port = 41000;
  for (const auto& [asked, granted] : cases) {
    const auto given =
        ask(StunMethod::kAllocate, [&](StunWriter& w) { kUdp(w), w.u32(kLifetime, asked); },
            {kClient.ip, ++port});
    EXPECT_EQ(given->u32(kLifetime), granted);
  }
}

TEST_F(TurnServerTest, AllocationEndsAtAnExactInstant) {
  allocate();
  const Instant end = now + 600_s;
  EXPECT_EQ(server->deadline(), end);
  server->on_timeout(end - kNanosecond, out);
  EXPECT_EQ(server->allocation_count(), 1u);
  out.clear();
  server->on_timeout(end, out);
  EXPECT_EQ(server->allocation_count(), 0u);
  ASSERT_EQ(out.commands().size(), 1u);
  EXPECT_EQ(out.commands()[0].kind, Outbox::Kind::kClose);
  EXPECT_TRUE(server->deadline().is_never());
}

TEST_F(TurnServerTest, ExpiredAllocationIsAbsentEvenIfNobodyCleanedUp) {
  allocate();
  now = now + 600_s;
  EXPECT_EQ(refusal(StunMethod::kRefresh, [](StunWriter&) {}), StunError::kAllocationMismatch);
}

TEST_F(TurnServerTest, RefreshProlongsAndZeroEnds) {
  allocate();
  now = now + 599_s;
  const auto refreshed = ask(StunMethod::kRefresh, [](StunWriter& w) { w.u32(kLifetime, 700); });
  EXPECT_EQ(refreshed->u32(kLifetime), 700u);
  server->on_timeout(now + 700_s - kNanosecond, out);
  EXPECT_EQ(server->allocation_count(), 1u);
  const auto ended = ask(StunMethod::kRefresh, [](StunWriter& w) { w.u32(kLifetime, 0); });
  EXPECT_EQ(ended->u32(kLifetime), 0u);
  EXPECT_EQ(server->allocation_count(), 0u);
}

TEST_F(TurnServerTest, RefreshOfTheOtherFamilyIsRefused) {
  allocate();
  EXPECT_EQ(refusal(StunMethod::kRefresh, [](StunWriter& w) { w.u8(kRequestedAddressFamily, 2); }),
            StunError::kPeerFamilyMismatch);
}

TEST_F(TurnServerTest, EveryRequestNeedsTheAllocationAndItsUser) {
  for (const StunMethod method :
       {StunMethod::kRefresh, StunMethod::kCreatePermission, StunMethod::kChannelBind}) {
    EXPECT_EQ(refusal(method, kToPeer), StunError::kAllocationMismatch);
  }
  allocate();
  for (const StunMethod method :
       {StunMethod::kRefresh, StunMethod::kCreatePermission, StunMethod::kChannelBind}) {
    EXPECT_EQ(refusal(method, kToPeer, kClient, "bob"), StunError::kWrongCredentials);
  }
}

TEST_F(TurnServerTest, PermissionIsForPeersThatCanBeServed) {
  allocate();
  const auto refused = [&](const char* peer) {
    return refusal(StunMethod::kCreatePermission,
                   [&](StunWriter& w) { w.xor_address(kXorPeerAddress, *Endpoint::parse(peer)); });
  };
  EXPECT_EQ(refused("127.0.0.1:1"), StunError::kForbidden);
  EXPECT_EQ(refused("[2001:db8::1]:1"), StunError::kPeerFamilyMismatch);
  EXPECT_EQ(refused("198.51.100.7:1"), StunError::kNone);
  EXPECT_EQ(refusal(StunMethod::kCreatePermission, [](StunWriter&) {}), StunError::kBadRequest);
}

// RFC 8656 §10.2
TEST_F(TurnServerTest, PermissionsOfOneRequestAreGrantedTogetherOrNotAtAll) {
  allocate();
  EXPECT_EQ(refusal(StunMethod::kCreatePermission,
                    [](StunWriter& w) {
                      kToPeer(w);
                      w.xor_address(kXorPeerAddress, *Endpoint::parse("127.0.0.1:1"));
                    }),
            StunError::kForbidden);
  EXPECT_TRUE(from_peer("hi").empty());
  ask(StunMethod::kCreatePermission, [](StunWriter& w) {
    w.xor_address(kXorPeerAddress, *Endpoint::parse("198.51.100.8:1"));
    kToPeer(w);
  });
  EXPECT_EQ(from_peer("hi").size(), 1u);
}

TEST_F(TurnServerTest, PeersWithoutPermissionAreDroppedSilently) {
  allocate();
  EXPECT_TRUE(from_peer("hi").empty());
  EXPECT_TRUE(from_client(send_indication("hi")).empty());
  ask(StunMethod::kCreatePermission, kToPeer);
  // A permission is for the address, whatever the port.
  const auto sent = from_peer("hi", {kPeer.ip, 9});
  ASSERT_EQ(sent.size(), 1u);
  const auto data = StunMessage::parse(out.payload(sent[0]));
  EXPECT_TRUE(data->is(StunMethod::kData, StunClass::kIndication));
  EXPECT_EQ(data->xor_address(kXorPeerAddress), (Endpoint{kPeer.ip, 9}));
  EXPECT_EQ(text_of(*data->bytes(kData)), "hi");
  EXPECT_EQ(sent[0].remote, kClient);
  now = now + 300_s;
  EXPECT_TRUE(from_peer("hi").empty());
}

TEST_F(TurnServerTest, SendIndicationLeavesFromTheRelaySocket) {
  allocate();
  ask(StunMethod::kCreatePermission, kToPeer);
  const auto sent = from_client(send_indication("hi"));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].socket, SocketId(1));
  EXPECT_EQ(sent[0].remote, kPeer);
  EXPECT_EQ(text_of(out.payload(sent[0])), "hi");
}

TEST_F(TurnServerTest, IndicationsThatCannotBeServedAreDropped) {
  allocate();
  ask(StunMethod::kCreatePermission, kToPeer);
  const auto dropped = [&](auto fill) {
    StunWriter writer(room, StunMethod::kSend, StunClass::kIndication, {});
    fill(writer);
    return from_client(writer.finish()).empty();
  };
  EXPECT_TRUE(dropped([](StunWriter& w) { w.text(kData, "hi"); }));
  EXPECT_TRUE(dropped(kToPeer));
  EXPECT_TRUE(
      dropped([](StunWriter& w) { kToPeer(w), w.text(kData, "hi"), w.flag(kDontFragment); }));
  EXPECT_TRUE(dropped(
      [](StunWriter& w) { kToPeer(w), w.text(kData, "hi"), w.flag(StunAttribute{0x7001}); }));
  EXPECT_FALSE(dropped([](StunWriter& w) { kToPeer(w), w.text(kData, "hi"); }));
}

TEST_F(TurnServerTest, ChannelCarriesDataBothWaysUntilItEnds) {
  allocate();
  ask(StunMethod::kChannelBind, [](StunWriter& w) { w.u16(kChannelNumber, 0x4001), kToPeer(w); });
  const auto to_client = from_peer("hi");  // the binding installed the permission
  ASSERT_EQ(to_client.size(), 1u);
  EXPECT_EQ(test::to_hex(out.payload(to_client[0])), "400100026869");
  const auto to_peer = from_client(ChannelData{0x4001, bytes_of("ho")}.write(room));
  ASSERT_EQ(to_peer.size(), 1u);
  EXPECT_EQ(to_peer[0].remote, kPeer);
  EXPECT_EQ(text_of(out.payload(to_peer[0])), "ho");
  EXPECT_TRUE(from_client(ChannelData{0x4002, bytes_of("ho")}.write(room)).empty());
  now = now + 599_s;
  EXPECT_EQ(from_client(ChannelData{0x4001, bytes_of("ho")}.write(room)).size(), 1u);
  ask(StunMethod::kRefresh, [](StunWriter&) {});
  now = now + 1_s;
  EXPECT_TRUE(from_client(ChannelData{0x4001, bytes_of("ho")}.write(room)).empty());
}

// RFC 8656 §12.2
TEST_F(TurnServerTest, ChannelIsBoundToOnePeerAndThePeerToOneChannel) {
  allocate();
  const auto bind = [&](uint16_t number, const char* peer) {
    return refusal(StunMethod::kChannelBind, [&](StunWriter& w) {
      w.u16(kChannelNumber, number);
      w.xor_address(kXorPeerAddress, *Endpoint::parse(peer));
    });
  };
  EXPECT_EQ(bind(0x3FFF, "198.51.100.7:1"), StunError::kBadRequest);
  EXPECT_EQ(bind(0x5000, "198.51.100.7:1"), StunError::kBadRequest);
  EXPECT_EQ(bind(0x4000, "198.51.100.7:1"), StunError::kNone);
  EXPECT_EQ(bind(0x4000, "198.51.100.7:1"), StunError::kNone);  // a refresh
  EXPECT_EQ(bind(0x4000, "198.51.100.7:2"), StunError::kBadRequest);
  EXPECT_EQ(bind(0x4001, "198.51.100.7:1"), StunError::kBadRequest);
  EXPECT_EQ(bind(0x4001, "127.0.0.1:2"), StunError::kForbidden);
  EXPECT_EQ(refusal(StunMethod::kChannelBind, kToPeer), StunError::kBadRequest);
  EXPECT_EQ(refusal(StunMethod::kChannelBind, [](StunWriter& w) { w.u16(kChannelNumber, 0x4005); }),
            StunError::kBadRequest);
}

// RFC 8656 §11.5
TEST_F(TurnServerTest, UnreachablePeerIsReportedAsIcmp) {
  allocate();
  SocketEvent event;
  event.kind = SocketEvent::Kind::kUnreachable;
  event.socket = SocketId(1);
  event.remote = kPeer;
  out.clear();
  server->on_socket(now, event, out);
  EXPECT_TRUE(out.commands().empty());  // no permission
  ask(StunMethod::kCreatePermission, kToPeer);
  out.clear();
  server->on_socket(now, event, out);
  const auto data = answer();
  ASSERT_TRUE(data);
  EXPECT_EQ(data->icmp()->type, 3);
  EXPECT_EQ(data->icmp()->code, 3);
  EXPECT_EQ(data->xor_address(kXorPeerAddress), kPeer);
}

TEST_F(TurnServerTest, AnswersBindingWithoutCredentials) {
  StunWriter writer(room, StunMethod::kBinding, StunClass::kRequest, {});
  const auto mapped = offer(ByteView(room).first(writer.finish()));
  ASSERT_TRUE(mapped);
  EXPECT_EQ(mapped->mapped_address(), kClient);
  StunWriter odd(room, StunMethod::kBinding, StunClass::kRequest, {});
  odd.flag(StunAttribute{0x7001});
  EXPECT_EQ(offer(ByteView(room).first(odd.finish()))->error()->code, StunError::kUnknownAttribute);
}

TEST_F(TurnServerTest, BindingWithChangeRequestIsRefused) {
  StunWriter writer(room, StunMethod::kBinding, StunClass::kRequest, {});
  writer.u32(kChangeRequest, kChangePort);
  EXPECT_EQ(offer(ByteView(room).first(writer.finish()))->error()->code,
            StunError::kUnknownAttribute);
}

TEST_F(TurnServerTest, ServesIpv6) {
  const IpAddress relay = *IpAddress::parse("2001:db8::9");
  start({.listen = {relay, 3478}, .relay_ip = relay, .users = {{"alice", "a"}}});
  EXPECT_EQ(refusal(StunMethod::kAllocate, kUdp),
            StunError::kAddressFamilyNotSupported);  // absent means IPv4
  const auto granted =
      ask(StunMethod::kAllocate, [](StunWriter& w) { kUdp(w), w.u8(kRequestedAddressFamily, 2); });
  EXPECT_EQ(granted->xor_address(kXorRelayedAddress)->ip, relay);
}

TEST_F(TurnServerTest, SurvivesHostileBytes) {
  const uint64_t seed = 99;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Rng rng(seed);
  allocate();
  ask(StunMethod::kChannelBind, [](StunWriter& w) { w.u16(kChannelNumber, 0x4001), kToPeer(w); });
  const std::vector<std::byte> good(room.begin(),
                                    room.begin() + static_cast<ptrdiff_t>(request_size));
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> bytes = good;
    for (uint64_t n = rng.below(5); n > 0; --n)
      bytes[rng.below(bytes.size())] = static_cast<std::byte>(rng.below(256));
    if (rng.below(4) == 0) bytes.resize(rng.below(bytes.size()));
    offer(bytes, rng.below(2) ? kClient : kOther);
  }
  EXPECT_EQ(server->allocation_count(), 1u);
}

}  // namespace
}  // namespace natbed
