#include "protocols/stun/client.h"

#include <gtest/gtest.h>

#include "protocols/stun/server.h"
#include "protocols/stun/writer.h"
#include "tests/support/wire.h"

namespace natbed {
namespace {

using namespace literals;
using test::Wire;
using Kind = MachineEvent::Kind;

constexpr SocketId kSocket(0);
const IpAddress kClientIp = IpAddress::v4(192, 0, 2, 1);
const Endpoint kServer{IpAddress::v4(192, 0, 2, 9), kStunPort};

StunClient make_client() { return {kSocket, kServer, Rng(1), {}, SocketOwner::kMachine}; }

struct StunClientTest : testing::Test {
  StunClient client = make_client();
  StunServer server{{.primary = kServer}};
  Wire wire{{.delay = 20_ms}};
  size_t who = wire.add("client", client, {kClientIp});
  void serve() { wire.add("server", server, {kServer.ip}); }
};

TEST_F(StunClientTest, LearnsItsMappedAddressAndTheRoundTrip) {
  serve();
  const Endpoint outside{IpAddress::v4(203, 0, 113, 5), 40000};
  wire.on_the_way = [&](Wire::Parcel& p) {
    if (p.destination == kServer) p.source = outside;
    if (p.destination == outside) p.destination = {kClientIp, 49152};
    return true;
  };
  ASSERT_TRUE(wire.run_until_event(who, Kind::kMapped, 1_s));
  const MachineEvent& mapped = wire.first(who, Kind::kMapped)->event;
  EXPECT_EQ(mapped.mapped, outside);
  EXPECT_EQ(mapped.remote, kServer);
  EXPECT_EQ(mapped.local, (Endpoint{kClientIp, 49152}));
  EXPECT_EQ(mapped.round_trip, 40_ms);
  EXPECT_TRUE(client.deadline().is_never());
  EXPECT_EQ(wire.log()[0].options.traffic, Traffic::kStun);
}

TEST_F(StunClientTest, GivesUpWhenTheRfcSays) {
  wire.run_for(100_s);
  EXPECT_EQ(wire.log().size(), 7u);
  ASSERT_EQ(wire.count(who, Kind::kUnanswered), 1u);
  EXPECT_EQ(wire.first(who, Kind::kUnanswered)->at, Instant() + 39500_ms);
  EXPECT_EQ(wire.first(who, Kind::kUnanswered)->event.remote, kServer);
}

TEST_F(StunClientTest, RetransmitsTheSameBytesAndThenTrustsNoRoundTrip) {
  serve();
  int lost = 0;
  wire.on_the_way = [&](Wire::Parcel& p) { return p.destination != kServer || lost++ >= 2; };
  ASSERT_TRUE(wire.run_until_event(who, Kind::kMapped, 10_s));
  EXPECT_EQ(wire.log()[0].payload, wire.log()[1].payload);
  EXPECT_EQ(wire.now(), Instant() + 1540_ms);
  EXPECT_EQ(wire.first(who, Kind::kMapped)->event.round_trip, Duration::zero());  // Karn
}

TEST_F(StunClientTest, DuplicateAnswersAreToldOnce) {
  serve();
  wire.set_delay(600_ms);  // longer than the RTO: two requests, two answers
  wire.run_for(10_s);
  EXPECT_EQ(wire.count(who, Kind::kMapped), 1u);
}

TEST_F(StunClientTest, RefusalIsToldWithItsCode) {
  wire.run_for(1_ms);
  const auto request = StunMessage::parse(wire.log()[0].payload);
  ASSERT_TRUE(request);
  Outbox answer;
  refuse_binding(*request, {.socket = kSocket, .to = {}, .mapped = {}}, StunError::kServerError, {},
                 answer);
  wire.call(who, [&](Instant now, Outbox& out) {
    client.on_datagram(now, {kSocket, {}, kServer, answer.payload(answer.commands()[0])}, out);
  });
  ASSERT_EQ(wire.count(who, Kind::kRefused), 1u);
  EXPECT_EQ(wire.first(who, Kind::kRefused)->event.code, 500u);
}

// RFC 8489 §6.3.3
TEST_F(StunClientTest, AnswerWithAnUnknownRequiredAttributeIsAFailure) {
  wire.run_for(1_ms);
  std::array<std::byte, kStunRoom> room;
  StunWriter writer(room, StunClass::kSuccess, *StunMessage::parse(wire.log()[0].payload));
  writer.xor_address(StunAttribute::kXorMappedAddress, kServer);
  writer.flag(StunAttribute{0x7001});
  const ByteView answer = ByteView(room).first(writer.finish());
  wire.call(who, [&](Instant now, Outbox& out) {
    client.on_datagram(now, {kSocket, {}, kServer, answer}, out);
  });
  EXPECT_EQ(wire.count(who, Kind::kRefused), 1u);
}

TEST_F(StunClientTest, AnswersThatAreNotToItsRequestAreIgnored) {
  wire.run_for(1_ms);
  const auto request = StunMessage::parse(wire.log()[0].payload);
  const auto offer = [&](SocketId socket, auto fill) {
    std::array<std::byte, kStunRoom> room;
    const size_t size = fill(room);
    wire.call(who, [&](Instant now, Outbox& out) {
      client.on_datagram(now, {socket, {}, kServer, ByteView(room).first(size)}, out);
    });
  };
  const auto mapped = [](StunWriter w) {
    w.xor_address(StunAttribute::kXorMappedAddress, kServer);
    return w.finish();
  };
  offer(kSocket, [&](auto& room) {  // another id
    return mapped(StunWriter(room, StunMethod::kBinding, StunClass::kSuccess, {}));
  });
  offer(SocketId(9),
        [&](auto& room) { return mapped(StunWriter(room, StunClass::kSuccess, *request)); });
  offer(kSocket,
        [&](auto& room) { return mapped(StunWriter(room, StunClass::kRequest, *request)); });
  offer(kSocket,
        [&](auto& room) { return StunWriter(room, StunClass::kSuccess, *request).finish(); });
  offer(kSocket, [&](auto& room) {  // a damaged fingerprint
    StunWriter w(room, StunClass::kSuccess, *request);
    w.xor_address(StunAttribute::kXorMappedAddress, kServer);
    w.fingerprint();
    const size_t size = w.finish();
    room[size - 1] ^= std::byte{1};
    return size;
  });
  offer(kSocket, [&](auto&) { return size_t{7}; });
  EXPECT_TRUE(wire.told(who).empty());
  EXPECT_TRUE(client.running());
}

TEST_F(StunClientTest, IcmpUnreachableEndsTheTransaction) {
  wire.run_for(1_ms);
  SocketEvent event;
  event.kind = SocketEvent::Kind::kUnreachable;
  event.socket = kSocket;
  event.remote = kServer;
  wire.call(who, [&](Instant now, Outbox& out) { client.on_socket(now, event, out); });
  EXPECT_EQ(wire.count(who, Kind::kUnanswered), 1u);
  EXPECT_FALSE(client.running());
}

TEST_F(StunClientTest, EarlyTimeoutIsHarmless) {
  wire.run_for(1_ms);
  wire.call(who, [&](Instant now, Outbox& out) { client.on_timeout(now, out); });
  EXPECT_EQ(wire.log().size(), 1u);
}

TEST(StunClientAsChild, AsksAgainWithANewId) {
  StunClient child(kSocket, kServer, Rng(2));
  Outbox out;
  child.on_start(Instant(), out);
  child.on_start(Instant() + 1_s, out);
  ASSERT_EQ(out.commands().size(), 2u);
  const auto first = StunMessage::parse(out.payload(out.commands()[0]));
  const auto second = StunMessage::parse(out.payload(out.commands()[1]));
  EXPECT_NE(first->transaction(), second->transaction());
}

TEST(StunClientAsChild, SocketThatCannotOpenIsToldOnceAsked) {
  StunClient child(kSocket, kServer, Rng(2));
  SocketEvent failed;
  failed.kind = SocketEvent::Kind::kFailed;
  failed.socket = kSocket;
  Outbox out;
  child.on_socket(Instant(), failed, out);
  EXPECT_TRUE(out.events().empty());  // nothing was asked
  child.on_start(Instant(), out);
  child.on_socket(Instant(), failed, out);
  ASSERT_EQ(out.events().size(), 1u);
  EXPECT_EQ(out.events()[0].kind, Kind::kUnanswered);
}

TEST(StunClientLoss, AnswerComesThroughHalfTheDatagramsLost) {
  int mapped = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    StunClient client = make_client();
    StunServer server({.primary = kServer});
    Wire wire({.delay = 20_ms, .loss = Probability::of(0.5), .seed = seed});
    const size_t who = wire.add("client", client, {kClientIp});
    wire.add("server", server, {kServer.ip});
    wire.run_for(60_s);
    ASSERT_EQ(wire.told(who).size(), 1u) << "seed " << seed;
    mapped += wire.count(who, Kind::kMapped) == 1;
  }
  // Seven round trips of probability 1/4 each: 1 - 0.75^7 = 0.867, and 200 of them have a deviation
  // of 4.8.
  EXPECT_NEAR(mapped, 173, 20);
}

}  // namespace
}  // namespace natbed
