#include "protocols/stun/server.h"

#include <gtest/gtest.h>

#include "protocols/stun/writer.h"
#include "tests/support/hex.h"

namespace natbed {
namespace {

using enum StunAttribute;

const Endpoint kPrimary = *Endpoint::parse("192.0.2.9:3478");
const Endpoint kAlternate = *Endpoint::parse("192.0.2.10:3479");
const Endpoint kClient = *Endpoint::parse("203.0.113.5:40000");

// A server whose sockets are open, asked without a wire.
struct Served {
  explicit Served(std::optional<Endpoint> alternate)
      : server({.primary = kPrimary, .alternate = alternate, .first_socket = SocketId(5)}) {
    server.on_start({}, out);
    opened = out.commands().size();
    for (const Outbox::Command& command : out.commands()) {
      SocketEvent event;
      event.socket = command.socket;
      event.local = command.local;
      sockets.push_back(event);
    }
    for (const SocketEvent& event : sockets) server.on_socket({}, event, out);
    out.clear();
  }
  // The answer to a request that came in on socket `index`; nothing if there is none.
  template <class Fill>
  std::optional<StunMessage> ask(Fill fill, size_t index = 0) {
    std::array<std::byte, 600> room;
    StunWriter writer(room, StunMethod::kBinding, StunClass::kRequest, {});
    fill(writer);
    return offer(ByteView(room).first(writer.finish()), index);
  }
  std::optional<StunMessage> offer(ByteView bytes, size_t index = 0) {
    out.clear();
    server.on_datagram({}, {sockets[index].socket, sockets[index].local, kClient, bytes}, out);
    if (out.commands().empty()) return std::nullopt;
    sent = out.commands()[0];
    return StunMessage::parse_rfc3489(out.payload(sent));
  }
  Endpoint from() const { return sockets[sent.socket.value() - 5].local; }

  StunServer server;
  Outbox out;
  Outbox::Command sent = {};
  std::vector<SocketEvent> sockets;
  size_t opened = 0;
};
const auto kPlain = [](StunWriter&) {};

TEST(StunServer, OneAddressIsOneSocketAndSaysWhereItSeesUs) {
  Served served(std::nullopt);
  EXPECT_EQ(served.opened, 1u);
  EXPECT_EQ(served.server.address(), kPrimary);
  const auto answer = served.ask(kPlain);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->is(StunMethod::kBinding, StunClass::kSuccess));
  EXPECT_EQ(answer->xor_address(kXorMappedAddress), kClient);
  EXPECT_EQ(answer->text(kSoftware), "natbed");
  EXPECT_TRUE(answer->check_fingerprint());
  EXPECT_FALSE(answer->has(kMappedAddress) || answer->has(kOtherAddress) ||
               answer->has(kResponseOrigin));
  EXPECT_EQ(served.sent.remote, kClient);
}

TEST(StunServer, ChangeRequestWithoutAlternateIsRefused) {
  Served served(std::nullopt);
  const auto answer = served.ask([](StunWriter& w) { w.u32(kChangeRequest, kChangePort); });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error()->code, StunError::kUnknownAttribute);
  std::vector<uint16_t> unknown;
  answer->list_u16(kUnknownAttributes, [&](uint16_t type) { unknown.push_back(type); });
  EXPECT_EQ(unknown, std::vector<uint16_t>{0x0003});
}

// RFC 5780 §6.1: wherever the request arrives, the flags count from there.
TEST(StunServer, AnswersFromWhereChangeRequestSays) {
  Served served(kAlternate);
  ASSERT_EQ(served.opened, 4u);
  for (size_t index = 0; index < 4; ++index) {
    const Endpoint asked = served.sockets[index].local;
    const Endpoint other{asked.ip == kPrimary.ip ? kAlternate.ip : kPrimary.ip,
                         asked.port == kPrimary.port ? kAlternate.port : kPrimary.port};
    for (const uint32_t flags : {0u, kChangeIp, kChangePort, kChangeIp | kChangePort}) {
      const auto answer = served.ask(
          [&](StunWriter& w) {
            if (flags != 0) w.u32(kChangeRequest, flags);
          },
          index);
      const Endpoint expected{flags & kChangeIp ? other.ip : asked.ip,
                              flags & kChangePort ? other.port : asked.port};
      ASSERT_TRUE(answer);
      EXPECT_EQ(served.from(), expected);
      EXPECT_EQ(answer->address(kResponseOrigin), expected);
      EXPECT_EQ(answer->address(kOtherAddress), other);  // RFC 5780 §7.4
      EXPECT_EQ(answer->address(kMappedAddress), kClient);
    }
  }
}

TEST(StunServer, AlternateThatCannotOpenIsNoAlternate) {
  StunServer server({.primary = kPrimary, .alternate = kAlternate});
  Outbox out;
  SocketEvent event;
  event.local = kPrimary;
  event.socket = SocketId(0);
  server.on_socket({}, event, out);
  event.kind = SocketEvent::Kind::kFailed;
  event.socket = SocketId(3);
  server.on_socket({}, event, out);
  ASSERT_EQ(out.events().size(), 1u);
  std::array<std::byte, kStunRoom> room;
  StunWriter writer(room, StunMethod::kBinding, StunClass::kRequest, {});
  writer.u32(kChangeRequest, kChangeIp);
  server.on_datagram({}, {SocketId(0), kPrimary, kClient, ByteView(room).first(writer.finish())},
                     out);
  const auto answer = StunMessage::parse(out.payload(out.commands()[0]));
  EXPECT_EQ(answer->error()->code, StunError::kUnknownAttribute);
  EXPECT_FALSE(answer->has(kOtherAddress));
}

TEST(StunServer, ResponsePortRedirectsTheAnswer) {
  Served served(kAlternate);
  ASSERT_TRUE(served.ask([](StunWriter& w) { w.u16(kResponsePort, 777); }));
  EXPECT_EQ(served.sent.remote, (Endpoint{kClient.ip, 777}));
}

TEST(StunServer, PaddingIsAnsweredWithPaddingButNotElsewhere) {
  Served served(kAlternate);
  const auto padded = served.ask([](StunWriter& w) { w.bytes(kPadding, bytes_of("1234")); });
  ASSERT_TRUE(padded);
  EXPECT_EQ(padded->bytes(kPadding)->size(), 1500u);
  EXPECT_TRUE(padded->check_fingerprint());
  const auto both = served.ask([](StunWriter& w) {
    w.bytes(kPadding, bytes_of("1234"));
    w.u16(kResponsePort, 777);
  });
  ASSERT_TRUE(both);
  EXPECT_EQ(both->error()->code, StunError::kBadRequest);
  EXPECT_EQ(served.sent.remote, kClient);
}

TEST(StunServer, UnknownRequiredAttributesAreNamed) {
  Served served(kAlternate);
  const auto answer = served.ask([](StunWriter& w) { w.flag(StunAttribute{0x7001}); });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error()->code, StunError::kUnknownAttribute);
  EXPECT_EQ(test::to_hex(*answer->bytes(kUnknownAttributes)), "7001");
}

// RFC 8489 §11: 128 bits of id, MAPPED-ADDRESS, and nothing that RFC 3489 did not know.
TEST(StunServer, OldClientsGetTheOldAnswer) {
  Served served(std::nullopt);
  const auto answer = served.offer(test::from_hex("0001000000112233445566778899aabbccddeeff"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->address(kMappedAddress), kClient);
  EXPECT_FALSE(answer->has(kXorMappedAddress) || answer->has(kFingerprint) ||
               answer->has(kSoftware));
  EXPECT_EQ(test::to_hex(answer->bytes().subspan(4, 16)), "00112233445566778899aabbccddeeff");
}

TEST(StunServer, WhatIsNoBindingRequestIsNotAnswered) {
  Served served(std::nullopt);
  EXPECT_FALSE(served.offer(bytes_of("hello")));
  // Indication.
  EXPECT_FALSE(served.offer(test::from_hex("001100002112a442010203040506070809101112")));
  EXPECT_FALSE(served.offer(test::from_hex("010100002112a442010203040506070809101112")));  // answer
  // Allocate.
  EXPECT_FALSE(served.offer(test::from_hex("000300002112a442010203040506070809101112")));
  EXPECT_FALSE(
      served.offer(test::from_hex("000100082112a4420102030405060708091011128028000400000000")));
}

TEST(StunServer, ServesIpv6) {
  StunServer server({.primary = *Endpoint::parse("[2001:db8::9]:3478")});
  const Endpoint client = *Endpoint::parse("[2001:db8::1]:4000");
  Outbox out;
  server.on_datagram(
      {}, {SocketId(0), {}, client, test::from_hex("000100002112a442010203040506070809101112")},
      out);
  ASSERT_EQ(out.commands().size(), 1u);
  EXPECT_EQ(StunMessage::parse(out.payload(out.commands()[0]))->mapped_address(), client);
}

}  // namespace
}  // namespace natbed
