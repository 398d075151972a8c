// Rewritten packets against packets that were written anew, and the cutting of big ones.
#include "base/wire_rewrite.h"

#include <gtest/gtest.h>

#include "base/checksum.h"
#include "base/wire.h"
#include "tests/support/packets.h"

namespace natbed::test {
namespace {

using Frame = std::vector<std::byte>;

Frame wire_of(const Packet& packet, ByteView payload = {}) {
  Frame bytes(kMaxHeaderSize + payload.size());
  ByteWriter out(bytes);
  write_packet(packet, payload, out);
  EXPECT_TRUE(out.ok());
  bytes.resize(out.size());
  return bytes;
}

Packet random_v4_packet(Rng& rng) {
  Packet packet;
  do packet = random_packet(rng);
  while (!packet.source.ip.is_v4());
  packet.payload_size %= 64;
  return packet;
}

// What a translator may change, changed.
Packet relabelled(Rng& rng, const Packet& before) {
  Packet after = before;
  const auto other = [&](Endpoint& e) {
    if (rng.below(4) == 0) return;
    e.ip = random_v4(rng);
    if (e.port != 0) e.port = static_cast<uint16_t>(1 + rng.below(65535));
  };
  other(after.source);
  other(after.destination);
  after.ttl = static_cast<uint8_t>(rng.next());
  after.identification = static_cast<uint16_t>(rng.next());
  if (is_icmp(after.protocol) && after.icmp.is_error()) {
    other(after.icmp.inner_source);
    other(after.icmp.inner_destination);
  }
  return after;
}

bool header_holds(ByteView packet) {
  InternetChecksum sum;
  sum.add(packet.first(4 * (std::to_integer<size_t>(packet[0]) & 15)));
  return sum.value() == 0;
}

uint16_t identification(const Frame& f) {
  return static_cast<uint16_t>(std::to_integer<int>(f[4]) << 8 | std::to_integer<int>(f[5]));
}

TEST(WireRewrite, GivesThePacketThatWasAskedForWithRightChecksums) {
  Rng rng(1624);
  for (int i = 0; i < 20000; ++i) {
    const Packet before = random_v4_packet(rng);
    const Packet after = relabelled(rng, before);
    const Frame payload = random_bytes(rng, before.payload_size);
    Frame frame = wire_of(before, payload);
    ASSERT_TRUE(rewrite_packet(frame, after));
    const auto parsed = parse_packet(frame);
    ASSERT_TRUE(parsed) << to_string(parsed.error()) << " in round " << i;
    EXPECT_EQ(parsed->packet.source, after.source);
    EXPECT_EQ(parsed->packet.destination, after.destination);
    EXPECT_EQ(parsed->packet.ttl, after.ttl);
    EXPECT_EQ(identification(frame), after.identification);
    const bool error = is_icmp(after.protocol) && after.icmp.is_error();
    // Behind the eight bytes that every error quotes stands the checksum of a quoted segment.
    const bool quotes_more = error && after.icmp.inner_protocol == Protocol::kTcp;
    EXPECT_TRUE(quotes_more || std::ranges::equal(parsed->payload, payload));
    if (!error) continue;
    EXPECT_EQ(parsed->packet.icmp.inner_source, after.icmp.inner_source);
    EXPECT_EQ(parsed->packet.icmp.inner_destination, after.icmp.inner_destination);
    EXPECT_TRUE(header_holds(ByteView(frame).subspan(28))) << "the quoted header";
  }
}

// An error that quotes all of `cause`, which may have options.
Frame error_quoting(ByteView cause, const Packet& outer) {
  Frame frame = wire_of(outer);
  frame.resize(28);
  frame.insert(frame.end(), cause.begin(), cause.end());
  const auto put = [&](size_t at, size_t value) {
    frame[at] = static_cast<std::byte>(value >> 8);
    frame[at + 1] = static_cast<std::byte>(value);
  };
  const auto fix = [&](size_t at, size_t from, size_t size) {
    put(at, 0);
    InternetChecksum sum;
    sum.add(ByteView(frame).subspan(from, size));
    put(at, sum.value());
  };
  put(2, frame.size());
  fix(10, 0, 20);
  fix(22, 20, frame.size() - 20);
  return frame;
}

TEST(WireRewrite, RestoresAWholeQuotedPacket) {  // RFC 5508 REQ-4a
  Rng rng(5508);
  for (int i = 0; i < 5000; ++i) {
    Packet cause = random_v4_packet(rng);
    if (is_icmp(cause.protocol) && cause.icmp.is_error()) continue;
    Packet outer;
    outer.source = {random_v4(rng), 0};
    outer.destination = {random_v4(rng), 0};
    outer.protocol = Protocol::kIcmp;
    outer.icmp = IcmpFields{};
    outer.icmp.type = IcmpType::kTimeExceeded;
    outer.icmp.inner_source = cause.source;
    outer.icmp.inner_destination = cause.destination;
    outer.icmp.inner_protocol = cause.protocol;
    const Frame payload = random_bytes(rng, cause.payload_size);
    Frame frame = error_quoting(wire_of(cause, payload), outer);
    const Packet after = relabelled(rng, outer);
    ASSERT_TRUE(rewrite_packet(frame, after));
    ASSERT_TRUE(parse_packet(frame)) << "round " << i;
    const auto inner = parse_packet(ByteView(frame).subspan(28));
    ASSERT_TRUE(inner) << "checksums of the quoted packet, round " << i;
    EXPECT_EQ(inner->packet.source.ip, after.icmp.inner_source.ip);
    EXPECT_EQ(inner->packet.destination.ip, after.icmp.inner_destination.ip);
    EXPECT_TRUE(std::ranges::equal(inner->payload, payload));
  }
}

Packet datagram(uint32_t payload_size) {
  Packet packet;
  packet.source = *Endpoint::parse("192.168.1.2:5000");
  packet.destination = *Endpoint::parse("198.51.100.1:3478");
  packet.payload_size = payload_size;
  return packet;
}

TEST(WireRewrite, LeavesAnAbsentUdpChecksumAbsent) {  // RFC 768
  const Packet before = datagram(4);
  Frame frame = wire_of(before);
  frame.resize(32);
  frame[26] = frame[27] = std::byte{0};
  Packet after = before;
  after.source = *Endpoint::parse("203.0.113.1:40000");
  ASSERT_TRUE(rewrite_packet(frame, after));
  EXPECT_EQ(frame[26], std::byte{0});
  EXPECT_EQ(frame[27], std::byte{0});
  EXPECT_TRUE(parse_packet(frame));
}

TEST(WireRewrite, NeverWritesAUdpChecksumThatSaysNone) {
  Packet before = datagram(2);
  for (int port = 1; port < 65536; ++port) {
    Frame frame = wire_of(before, bytes_of("ab"));
    Packet after = before;
    after.source.port = static_cast<uint16_t>(port);
    ASSERT_TRUE(rewrite_packet(frame, after));
    ASSERT_NE(static_cast<int>(frame[26]) + static_cast<int>(frame[27]), 0) << port;
    ASSERT_EQ(frame, wire_of(after, bytes_of("ab"))) << "as if it had been written anew: " << port;
  }
}

TEST(WireRewrite, TellsAnIcmpMessageOfZerosFromNothing) {
  Packet before;
  before.source = {IpAddress::v4(198, 51, 100, 1), 0};
  before.destination = *Endpoint::parse("203.0.113.1:5");
  before.protocol = Protocol::kIcmp;
  before.icmp = IcmpFields{};
  before.icmp.type = IcmpType::kEchoReply;
  Frame frame = wire_of(before);
  Packet after = before;
  after.destination.port = 0;
  ASSERT_TRUE(rewrite_packet(frame, after));
  EXPECT_TRUE(parse_packet(frame));
}

TEST(WireRewrite, DoesNotVouchForDamage) {
  const Packet before = datagram(100);
  Frame frame = wire_of(before, Frame(100));
  frame[60] ^= std::byte{4};
  Packet after = before;
  after.source.port = 9;
  ASSERT_TRUE(rewrite_packet(frame, after));
  EXPECT_FALSE(parse_packet(frame));
}

TEST(WireRewrite, LeavesOptionsAndTypeOfServiceAlone) {
  Frame frame = wire_of(datagram(4), bytes_of("abcd"));
  frame.insert(frame.begin() + 20, 4, std::byte{1});  // four times "no operation"
  frame[0] = std::byte{0x46};
  frame[1] = std::byte{0xB8};
  frame[3] = static_cast<std::byte>(frame.size());
  frame[10] = frame[11] = std::byte{0};
  InternetChecksum sum;
  sum.add(ByteView(frame).first(24));
  frame[10] = static_cast<std::byte>(sum.value() >> 8);
  frame[11] = static_cast<std::byte>(sum.value());
  auto parsed = parse_packet(frame);
  ASSERT_TRUE(parsed);
  Packet after = parsed->packet;
  after.source.port = 77;
  ASSERT_TRUE(rewrite_packet(frame, after));
  EXPECT_EQ(frame[1], std::byte{0xB8});
  EXPECT_EQ(frame[20], std::byte{1});
  parsed = parse_packet(frame);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->packet.source.port, 77);
}

TEST(WireRewrite, RefusesWhatItDoesNotUnderstandAndChangesNothing) {
  const Packet packet = datagram(0);
  const Frame whole = wire_of(packet);
  for (size_t size = 0; size < whole.size(); ++size) {
    Frame part(whole.begin(), whole.begin() + size);
    const Frame before = part;
    EXPECT_FALSE(rewrite_packet(part, packet)) << size;
    EXPECT_EQ(part, before);
  }
  Packet tcp = packet;
  tcp.protocol = Protocol::kTcp;
  Frame frame = whole;
  EXPECT_FALSE(rewrite_packet(frame, tcp));
  EXPECT_EQ(frame, whole);
}

TEST(WireRewrite, FollowsAPayloadThatWasRewritten) {
  Rng rng(5);
  for (const size_t size : {2u, 7u, 100u}) {
    for (const Protocol protocol : {Protocol::kUdp, Protocol::kTcp}) {
      Packet packet = datagram(static_cast<uint32_t>(size));
      packet.protocol = protocol;
      packet.tcp = TcpFields{};
      const Frame before = random_bytes(rng, size), after = random_bytes(rng, size);
      Frame frame = wire_of(packet, before);
      std::ranges::copy(after, frame.end() - static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(parse_packet(frame));
      payload_rewritten(frame, before, after);
      EXPECT_TRUE(parse_packet(frame)) << size;
    }
  }
}

size_t offset_of(const Frame& f) {  // bytes
  return 8 * ((std::to_integer<size_t>(f[6]) & 0x1F) << 8 | std::to_integer<size_t>(f[7]));
}

// The datagram that `fragments` make up, in whatever order.
Frame assembled(const std::vector<Frame>& fragments) {
  Frame whole(fragments[0].begin(), fragments[0].begin() + 20);
  for (const Frame& f : fragments) {
    const size_t header = 4 * (std::to_integer<size_t>(f[0]) & 15);
    const size_t offset = offset_of(f);
    if (whole.size() < 20 + offset + f.size() - header)
      whole.resize(20 + offset + f.size() - header);
    std::copy(f.begin() + header, f.end(), whole.begin() + 20 + offset);
  }
  return whole;
}

TEST(WireFragment, CutsInOrderAndLosesNothing) {
  Rng rng(791);
  for (const uint16_t mtu : {uint16_t{68}, uint16_t{576}, uint16_t{1400}}) {
    const Frame packet = wire_of(datagram(3000), random_bytes(rng, 3000));
    std::vector<Frame> fragments = fragment_packet(packet, mtu);
    ASSERT_GT(fragments.size(), 2u);
    // Cut once more on the way.
    for (const Frame& again : fragment_packet(fragments[1], 60)) fragments.push_back(again);
    for (const Frame& f : fragments) {
      EXPECT_LE(f.size(), mtu);
      EXPECT_TRUE(header_holds(f));
      EXPECT_EQ(identification(f), identification(packet));
      const bool more = (f[6] & std::byte{0x20}) != std::byte{0};
      const bool last = offset_of(f) + f.size() - 20 == packet.size() - 20;
      EXPECT_EQ(more, !last);
    }
    const Frame whole = assembled(fragments);
    EXPECT_EQ(Frame(whole.begin() + 20, whole.end()), Frame(packet.begin() + 20, packet.end()));
  }
}

TEST(WireFragment, LeavesWhatFitsAndRefusesWhatCannotBeCut) {
  const Frame packet = wire_of(datagram(100), Frame(100));
  EXPECT_EQ(fragment_packet(packet, 128), std::vector<Frame>{packet});
  EXPECT_TRUE(fragment_packet(packet, 27).empty());
  EXPECT_TRUE(fragment_packet(ByteView(packet).first(127), 68).empty());
}

TEST(WireFragment, CopiesTheOptionsThatSayTheyAreCopied) {  // RFC 791 §3.1
  Frame packet = wire_of(datagram(100), Frame(100));
  const Frame options = {std::byte{7},    std::byte{3}, std::byte{4}, std::byte{1},  // record route
                         std::byte{0x88}, std::byte{4}, std::byte{9}, std::byte{9}};  // stream id
  packet.insert(packet.begin() + 20, options.begin(), options.end());
  packet[0] = std::byte{0x47};
  packet[3] = static_cast<std::byte>(packet.size());
  const auto fragments = fragment_packet(packet, 76);
  ASSERT_EQ(fragments.size(), 3u);
  EXPECT_EQ(fragments[0][0], std::byte{0x47});
  EXPECT_EQ(fragments[1][0], std::byte{0x46});
  EXPECT_EQ(fragments[1][20], std::byte{0x88});
}

}  // namespace
}  // namespace natbed::test
