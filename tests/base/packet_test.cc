#include "base/packet.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

const Endpoint kHere{IpAddress::v4(10, 0, 0, 1), 5000}, kThere{IpAddress::v4(192, 0, 2, 9), 3478};
const IpAddress kRouter = IpAddress::v4(10, 0, 0, 254);

Packet packet(Protocol protocol) {
  Packet p;
  p.source = kHere;
  p.destination = kThere;
  p.protocol = protocol;
  if (protocol == Protocol::kTcp) p.tcp = TcpFields{};
  return p;
}

TEST(Packet, WireSizeCountsHeadersAndPayload) {
  Packet p = packet(Protocol::kUdp);
  p.payload_size = 100;
  EXPECT_EQ(p.wire_size(), 20u + 8 + 100);
  p.source.ip = p.destination.ip = *IpAddress::parse("2001:db8::1");
  EXPECT_EQ(p.wire_size(), 40u + 8 + 100);
  EXPECT_EQ(packet(Protocol::kTcp).wire_size(), 20u + 20);
  EXPECT_EQ(packet(Protocol::kIcmp).wire_size(), 20u + 8);
}

TEST(Packet, IcmpErrorGoesBackAndQuotesItsCause) {
  const Packet cause = packet(Protocol::kUdp);
  Packet error;
  ASSERT_TRUE(make_icmp_error(cause, kRouter, IcmpType::kUnreachable, kPortUnreachable, &error));
  EXPECT_EQ(error.protocol, Protocol::kIcmp);
  EXPECT_EQ(error.source, (Endpoint{kRouter, 0}));
  EXPECT_EQ(error.destination, (Endpoint{kHere.ip, 0}));
  EXPECT_TRUE(error.icmp.is_error());
  EXPECT_EQ(error.icmp.code, kPortUnreachable);
  EXPECT_EQ(error.icmp.inner_protocol, Protocol::kUdp);
  EXPECT_EQ(error.icmp.inner_source, kHere);
  EXPECT_EQ(error.icmp.inner_destination, kThere);
  EXPECT_EQ(error.wire_size(), 20u + 8 + 20 + 8);  // RFC 792: header and 64 bits
}

TEST(Packet, IcmpErrorInIpv6IsIcmpv6) {
  Packet cause = packet(Protocol::kUdp), error;
  cause.source.ip = *IpAddress::parse("2001:db8::1");
  cause.destination.ip = *IpAddress::parse("2001:db8::2");
  ASSERT_TRUE(make_icmp_error(cause, cause.destination.ip, IcmpType::kTimeExceeded, 0, &error));
  EXPECT_EQ(error.protocol, Protocol::kIcmpV6);
}

// RFC 1122 §3.2.2
TEST(Packet, NoIcmpErrorAnswersAnIcmpError) {
  Packet error, second;
  ASSERT_TRUE(make_icmp_error(packet(Protocol::kUdp), kRouter, IcmpType::kTimeExceeded, 0, &error));
  EXPECT_FALSE(make_icmp_error(error, kRouter, IcmpType::kTimeExceeded, 0, &second));
  EXPECT_TRUE(
      make_icmp_error(packet(Protocol::kIcmp), kRouter, IcmpType::kTimeExceeded, 0, &second))
      << "an echo request is no error";
}

// RFC 9293 §3.10.7.1: <SEQ=SEG.ACK><CTL=RST>
TEST(Packet, ResetOfAnAcknowledgementTakesItsSequenceFromIt) {
  Packet cause = packet(Protocol::kTcp);
  cause.tcp.flags = kAck;
  cause.tcp.sequence = 100;
  cause.tcp.acknowledgement = 777;
  const Packet reset = make_tcp_reset(cause);
  EXPECT_EQ(reset.source, kThere);
  EXPECT_EQ(reset.destination, kHere);
  EXPECT_EQ(reset.tcp.flags, kRst);
  EXPECT_EQ(reset.tcp.sequence, 777u);
  EXPECT_EQ(reset.tcp.acknowledgement, 0u);
}

// RFC 9293 §3.10.7.1: <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>; SYN and FIN count in SEG.LEN
TEST(Packet, ResetOfASynAcknowledgesAllOfIt) {
  Packet cause = packet(Protocol::kTcp);
  cause.tcp.flags = kSyn;
  cause.tcp.sequence = 0xFFFFFFFF;
  EXPECT_EQ(make_tcp_reset(cause).tcp.acknowledgement, 0u) << "sequence numbers wrap";
  cause.tcp.flags = kSyn | kFin;
  cause.tcp.sequence = 100;
  cause.payload_size = 10;
  const Packet reset = make_tcp_reset(cause);
  EXPECT_EQ(reset.tcp.flags, kRst | kAck);
  EXPECT_EQ(reset.tcp.sequence, 0u);
  EXPECT_EQ(reset.tcp.acknowledgement, 112u);
}

TEST(PacketDeathTest, ResetOfAResetIsABug) {
  Packet cause = packet(Protocol::kTcp);
  cause.tcp.flags = kRst;
  EXPECT_DEATH((void)make_tcp_reset(cause), "kRst");
}

}  // namespace
}  // namespace natbed
