#include "base/wire.h"

#include <gtest/gtest.h>

#include "base/checksum.h"
#include "tests/support/packets.h"

namespace natbed {
namespace {

std::vector<std::byte> wire_of(const Packet& packet, ByteView payload = {}) {
  std::vector<std::byte> bytes(kMaxHeaderSize + payload.size());
  ByteWriter out(bytes);
  write_packet(packet, payload, out);
  EXPECT_TRUE(out.ok());
  bytes.resize(out.size());
  return bytes;
}

std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (size_t i = 0; i < hex.size(); ++i) {
    if (hex[i] == ' ') continue;
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    ++i;
  }
  return bytes;
}

std::string to_hex(ByteView bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", std::to_integer<unsigned>(b));
    text += digits;
  }
  return text;
}

Packet udp(const char* source, const char* destination) {
  Packet p;
  p.source = *Endpoint::parse(source);
  p.destination = *Endpoint::parse(destination);
  return p;
}

void expect_equal(const Packet& a, const Packet& b) {
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.destination, b.destination);
  EXPECT_EQ(a.protocol, b.protocol);
  EXPECT_EQ(a.ttl, b.ttl);
  EXPECT_EQ(a.dont_fragment, b.dont_fragment);
  EXPECT_EQ(a.payload_size, b.payload_size);
  if (a.protocol == Protocol::kTcp) {
    EXPECT_EQ(a.tcp.sequence, b.tcp.sequence);
    EXPECT_EQ(a.tcp.acknowledgement, b.tcp.acknowledgement);
    EXPECT_EQ(a.tcp.window, b.tcp.window);
    EXPECT_EQ(a.tcp.flags, b.tcp.flags);
  }
  if (!is_icmp(a.protocol)) return;
  EXPECT_EQ(a.icmp.type, b.icmp.type);
  EXPECT_EQ(a.icmp.code, b.icmp.code);
  EXPECT_EQ(a.icmp.sequence, b.icmp.sequence);
  EXPECT_EQ(a.icmp.next_hop_mtu, b.icmp.next_hop_mtu);
  EXPECT_EQ(a.icmp.inner_protocol, b.icmp.inner_protocol);
  EXPECT_EQ(a.icmp.inner_source, b.icmp.inner_source);
  EXPECT_EQ(a.icmp.inner_destination, b.icmp.inner_destination);
}

TEST(Wire, PacketsComeBackAsTheyWere) {
  constexpr uint64_t kSeed = 40;
  Rng rng(kSeed);
  for (int i = 0; i < 5000; ++i) {
    SCOPED_TRACE("packet " + std::to_string(i) + " of seed " + std::to_string(kSeed));
    const Packet packet = test::random_packet(rng);
    const auto payload = test::random_bytes(rng, packet.payload_size);
    const auto bytes = wire_of(packet, payload);
    ASSERT_EQ(bytes.size(), packet.wire_size());
    const auto parsed = parse_packet(bytes);
    ASSERT_TRUE(parsed) << to_string(parsed.error());
    expect_equal(parsed->packet, packet);
    ASSERT_TRUE(std::ranges::equal(parsed->payload, payload));
    ASSERT_FALSE(parsed->more_fragments);
    if (HasFailure()) return;
  }
}

TEST(Wire, EveryFlippedBitOfACoveredHeaderIsNoticed) {
  Packet tcp = udp("192.0.2.1:1000", "192.0.2.2:2000");
  tcp.protocol = Protocol::kTcp;
  tcp.tcp = TcpFields{1, 2, 3, kAck};
  tcp.payload_size = 3;
  auto bytes = wire_of(tcp, bytes_of("abc"));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(parse_packet(bytes)) << "bit " << bit;
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
  }
  EXPECT_TRUE(parse_packet(bytes));
}

// Written by hand from RFC 791 and RFC 768, with the checksums worked out apart from this code.
TEST(Wire, UdpInIpv4LooksAsInTheRfcs) {
  Packet p = udp("192.0.2.1:4660", "198.51.100.9:3478");
  p.id = 0xABCD1234;
  p.dont_fragment = true;
  p.payload_size = 2;
  EXPECT_EQ(to_hex(wire_of(p, bytes_of("hi"))),
            "4500001e12344000"
            "40113c5d"
            "c0000201c6336409"
            "12340d96000a8b68"
            "6869");
}

// RFC 768: "If the computed checksum is zero, it is transmitted as all ones".
TEST(Wire, UdpChecksumIsNeverZero) {
  Packet p = udp("192.0.2.1:1000", "192.0.2.2:0");
  for (uint32_t port = 0; port < 65536; ++port) {
    p.destination.port = static_cast<uint16_t>(port);
    const auto bytes = wire_of(p);
    const bool zero = bytes[26] == std::byte{0} && bytes[27] == std::byte{0};
    ASSERT_FALSE(zero) << port;
    if (bytes[26] == std::byte{0xFF} && bytes[27] == std::byte{0xFF}) {
      ASSERT_TRUE(parse_packet(bytes)) << "all ones verifies";
      return;
    }
  }
  FAIL() << "some port must lead to the special case";
}

TEST(Wire, UdpWithoutChecksumIsFineInIpv4Only) {
  auto v4 = wire_of(udp("192.0.2.1:1000", "192.0.2.2:2000"));
  v4[26] = v4[27] = std::byte{0};
  EXPECT_TRUE(parse_packet(v4));
  auto v6 = wire_of(udp("[2001:db8::1]:1000", "[2001:db8::2]:2000"));
  v6[46] = v6[47] = std::byte{0};
  ASSERT_FALSE(parse_packet(v6));  // RFC 8200 §8.1
  EXPECT_EQ(parse_packet(v6).error(), WireError::kChecksum);
  EXPECT_TRUE(parse_packet(v6, Checksums::kIgnore));
}

TEST(Wire, PayloadOfWhichOnlyTheSizeIsKnownCountsAsZeros) {
  Packet p = udp("192.0.2.1:1000", "192.0.2.2:2000");
  p.payload_size = 100;
  auto bytes = wire_of(p, bytes_of("head"));
  EXPECT_EQ(bytes.size(), 20u + 8 + 4);
  ASSERT_FALSE(parse_packet(bytes));
  EXPECT_EQ(parse_packet(bytes).error(), WireError::kMalformed);
  bytes.resize(20 + 8 + 100);
  const auto parsed = parse_packet(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->packet.payload_size, 100u);
}

TEST(Wire, Ipv4OptionsAreSkipped) {
  auto bytes = wire_of(udp("192.0.2.1:1000", "192.0.2.2:2000"));
  bytes.insert(bytes.begin() + 20, 4, std::byte{1});  // four "no operation"
  bytes[0] = std::byte{0x46};
  bytes[3] = std::byte{32};
  const auto parsed = parse_packet(bytes, Checksums::kIgnore);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->packet.source.port, 1000);
  bytes[0] = std::byte{0x44};
  EXPECT_FALSE(parse_packet(bytes, Checksums::kIgnore)) << "a header of four words";
  bytes[0] = std::byte{0x4F};
  EXPECT_FALSE(parse_packet(bytes, Checksums::kIgnore)) << "a header longer than the packet";
}

TEST(Wire, Ipv6ExtensionHeadersAreSkipped) {
  Packet p = udp("[2001:db8::1]:1000", "[2001:db8::2]:2000");
  auto bytes = wire_of(p);
  const auto options = from_hex("11 01 0104 00000000 0000 0000 0000 0000");  // 16 bytes, then UDP
  bytes.insert(bytes.begin() + 40, options.begin(), options.end());
  bytes[5] = std::byte{8 + 16};
  bytes[6] = std::byte{0};  // hop-by-hop options
  const auto parsed = parse_packet(bytes);
  ASSERT_TRUE(parsed) << to_string(parsed.error());
  EXPECT_EQ(parsed->packet.destination.port, 2000);
  bytes[41] = std::byte{9};
  EXPECT_EQ(parse_packet(bytes).error(), WireError::kMalformed) << "options longer than the packet";
}

TEST(Wire, OnlyFirstFragmentsHaveATransportHeader) {
  Packet p = udp("192.0.2.1:1000", "192.0.2.2:2000");
  p.payload_size = 40;
  auto bytes = wire_of(p, std::vector<std::byte>(40));
  bytes.resize(20 + 8 + 8);
  bytes[3] = std::byte{36};
  bytes[6] = std::byte{0x20};  // more fragments
  const auto first = parse_packet(bytes, Checksums::kIgnore);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->more_fragments);
  EXPECT_EQ(first->packet.payload_size, 8u);
  bytes[7] = std::byte{1};
  EXPECT_EQ(parse_packet(bytes, Checksums::kIgnore).error(), WireError::kFragment);
}

TEST(Wire, Ipv6FragmentsAreSeenThroughTheirHeader) {
  auto bytes = wire_of(udp("[2001:db8::1]:1000", "[2001:db8::2]:2000"));
  const auto fragment = from_hex("11 00 0000 00000001");
  bytes.insert(bytes.begin() + 40, fragment.begin(), fragment.end());
  bytes[5] = std::byte{16};
  bytes[6] = std::byte{44};
  const auto atomic = parse_packet(bytes);
  ASSERT_TRUE(atomic) << "RFC 6946: a fragment that is the whole packet";
  EXPECT_FALSE(atomic->more_fragments);
  bytes[43] = std::byte{1};
  EXPECT_TRUE(parse_packet(bytes)->more_fragments);
  bytes[43] = std::byte{8};
  EXPECT_EQ(parse_packet(bytes).error(), WireError::kFragment);
}

TEST(Wire, BytesAfterThePacketAreIgnored) {
  auto bytes = wire_of(udp("192.0.2.1:1000", "192.0.2.2:2000"));
  bytes.resize(46);  // as Ethernet pads
  const auto parsed = parse_packet(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->packet.payload_size, 0u);
}

TEST(Wire, EveryTruncationIsRefused) {
  Rng rng(41);
  for (int i = 0; i < 200; ++i) {
    const Packet packet = test::random_packet(rng);
    const auto bytes = wire_of(packet, test::random_bytes(rng, packet.payload_size));
    for (size_t size = 0; size < bytes.size(); ++size) {
      const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + size);
      ASSERT_FALSE(parse_packet(cut, Checksums::kIgnore)) << size << " of " << bytes.size();
    }
  }
}

TEST(Wire, WrongChecksumsAreNoticedUnlessIgnored) {
  auto bytes = wire_of(udp("192.0.2.1:1000", "192.0.2.2:2000"));
  bytes[27] ^= std::byte{1};
  EXPECT_EQ(parse_packet(bytes).error(), WireError::kChecksum);
  EXPECT_TRUE(parse_packet(bytes, Checksums::kIgnore));
  bytes[27] ^= std::byte{1};
  bytes[11] ^= std::byte{1};
  EXPECT_EQ(parse_packet(bytes).error(), WireError::kChecksum) << "the IP header's";
}

TEST(Wire, OtherProtocolsAreUnsupported) {
  auto bytes = wire_of(udp("192.0.2.1:1000", "192.0.2.2:2000"));
  for (const int protocol :
       {0, 2, 47, 50, 58, 132}) {  // among them ICMPv6, which IPv4 does not carry
    bytes[9] = static_cast<std::byte>(protocol);
    EXPECT_EQ(parse_packet(bytes, Checksums::kIgnore).error(), WireError::kUnsupported) << protocol;
  }
  bytes[0] = std::byte{0x55};
  EXPECT_EQ(parse_packet(bytes).error(), WireError::kMalformed) << "IP version 5";
}

TEST(Wire, MappedAddressesDoNotPassForIpv4) {
  auto bytes = wire_of(udp("[2001:db8::1]:1000", "[2001:db8::2]:2000"));
  const IpAddress mapped = IpAddress::v4(192, 0, 2, 1);
  std::memcpy(bytes.data() + 8, mapped.bytes().data(), 16);
  EXPECT_EQ(parse_packet(bytes, Checksums::kIgnore).error(), WireError::kMalformed);
}

// RFC 4443 §3 and §4: the numbers that a peer in IPv6 sees.
TEST(Wire, IcmpHasItsOwnNumbersInIpv6) {
  const struct {
    IcmpType type;
    uint8_t code, v6_type, v6_code;
  } cases[] = {
      {IcmpType::kEchoRequest, 0, 128, 0},
      {IcmpType::kEchoReply, 0, 129, 0},
      {IcmpType::kTimeExceeded, 0, 3, 0},
      {IcmpType::kUnreachable, kNetUnreachable, 1, 0},
      {IcmpType::kUnreachable, kAdministrativelyProhibited, 1, 1},
      {IcmpType::kUnreachable, kHostUnreachable, 1, 3},
      {IcmpType::kUnreachable, kPortUnreachable, 1, 4},
      {IcmpType::kUnreachable, kFragmentationNeeded, 2, 0},
  };
  for (const auto& c : cases) {
    Packet p = udp("[2001:db8::1]:0", "[2001:db8::2]:0");
    p.protocol = Protocol::kIcmpV6;
    p.icmp.type = c.type;
    p.icmp.code = c.code;
    p.icmp.inner_source = *Endpoint::parse("[2001:db8::2]:1000");
    p.icmp.inner_destination = *Endpoint::parse("[2001:db8::3]:2000");
    const auto bytes = wire_of(p);
    EXPECT_EQ(bytes[40], std::byte{c.v6_type});
    EXPECT_EQ(bytes[41], std::byte{c.v6_code});
    const auto parsed = parse_packet(bytes);
    ASSERT_TRUE(parsed) << int{c.v6_type};
    EXPECT_EQ(parsed->packet.icmp.type, c.type);
    EXPECT_EQ(parsed->packet.icmp.code, c.code);
  }
}

// RFC 1122 §3.2.2: nobody answers an error with an error, so nobody quotes one.
TEST(Wire, ErrorAboutAnErrorIsMalformed) {
  Packet p = udp("192.0.2.1:0", "192.0.2.2:0");
  p.protocol = Protocol::kIcmp;
  p.icmp.type = IcmpType::kUnreachable;
  p.icmp.inner_protocol = Protocol::kIcmp;
  p.icmp.inner_source = *Endpoint::parse("192.0.2.2:7");
  p.icmp.inner_destination = *Endpoint::parse("192.0.2.9:0");
  auto bytes = wire_of(p);
  ASSERT_TRUE(parse_packet(bytes));
  bytes[20 + 8 + 20] = std::byte{3};
  EXPECT_EQ(parse_packet(bytes, Checksums::kIgnore).error(), WireError::kMalformed);
  bytes[20 + 8 + 20] = std::byte{5};  // redirect
  EXPECT_EQ(parse_packet(bytes, Checksums::kIgnore).error(), WireError::kUnsupported);
}

TEST(Wire, TooLittleRoomShowsInTheWriter) {
  std::byte room[40];
  for (size_t size = 0; size < 28; ++size) {
    ByteWriter out(std::span<std::byte>(room).first(size));
    write_packet(udp("192.0.2.1:1000", "192.0.2.2:2000"), {}, out);
    EXPECT_FALSE(out.ok()) << size;
  }
}

TEST(WireDeathTest, PacketBetweenTwoFamiliesIsABug) {
  std::byte room[kMaxHeaderSize];
  ByteWriter out(room);
  EXPECT_DEATH(write_packet(udp("192.0.2.1:1000", "[2001:db8::1]:2000"), {}, out), "two families");
}

}  // namespace
}  // namespace natbed
