#include <algorithm>
#include <optional>

#include "base/wire.h"
#include "base/wire_parts.h"

namespace natbed {
namespace {

using namespace wire;

struct IpHeader {
  Packet packet;  // addresses, protocol, ttl, dont_fragment
  uint8_t protocol = 0;
  bool more_fragments = false;
  bool later_fragment = false;
  ByteView body;  // the transport header and what follows
};

// A quoted packet is longer than what is quoted of it.
enum class Extent : uint8_t { kWhole, kQuoted };

WireError malformed() { return WireError::kMalformed; }

Result<IpHeader, WireError> parse_v4(ByteView bytes, Extent extent, Checksums checksums) {
  IpHeader ip;
  ByteReader in(bytes);
  const size_t header_size = 4 * (in.u8() & 0x0F);
  in.skip(1);
  const size_t total = in.u16();
  in.skip(2);
  const uint16_t fragment = in.u16();
  ip.packet.ttl = in.u8();
  ip.protocol = in.u8();
  in.skip(2);
  ip.packet.source.ip = IpAddress::v4(in.u32());
  ip.packet.destination.ip = IpAddress::v4(in.u32());
  if (!in.ok() || header_size < 20 || header_size > bytes.size() || total < header_size)
    return malformed();
  if (total > bytes.size() && extent == Extent::kWhole) return malformed();
  if (checksums == Checksums::kVerify) {
    InternetChecksum sum;
    sum.add(bytes.first(header_size));
    if (sum.value() != 0) return WireError::kChecksum;
  }
  ip.packet.dont_fragment = fragment & kDontFragment;
  ip.more_fragments = fragment & kMoreFragments;
  ip.later_fragment = fragment & kOffsetMask;
  ip.body = bytes.first(std::min(total, bytes.size())).subspan(header_size);
  return ip;
}

IpAddress read_v6(ByteReader& in) {
  std::array<uint8_t, 16> address = {};
  const ByteView bytes = in.bytes(16);
  if (!bytes.empty()) std::memcpy(address.data(), bytes.data(), 16);
  return IpAddress::v6(address);
}

constexpr uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44,
                  kDestinationOptions = 60;  // RFC 8200 §4.1

// Skips the extension headers at the front of ip.body. false: they run past its end.
bool skip_extensions(IpHeader& ip) {
  while (ip.protocol == kHopByHop || ip.protocol == kRouting ||
         ip.protocol == kDestinationOptions || ip.protocol == kFragment) {
    ByteReader in(ip.body);
    const uint8_t next = in.u8();
    const size_t size = 8 * (size_t{in.u8()} + 1);
    const uint16_t offset_and_flags = in.u16();
    const bool fragment = ip.protocol == kFragment;
    if (!in.ok() || ip.body.size() < (fragment ? 8 : size)) return false;
    if (fragment) {
      ip.more_fragments = offset_and_flags & 1;
      ip.later_fragment = offset_and_flags >> 3;
    }
    ip.body = ip.body.subspan(fragment ? 8 : size);  // the fragment header has no length field
    ip.protocol = next;
    if (ip.later_fragment) return true;  // what follows is payload
  }
  return true;
}

Result<IpHeader, WireError> parse_v6(ByteView bytes, Extent extent) {
  IpHeader ip;
  ByteReader in(bytes);
  in.skip(4);
  const size_t length = in.u16();
  ip.protocol = in.u8();
  ip.packet.ttl = in.u8();
  ip.packet.source.ip = read_v6(in);
  ip.packet.destination.ip = read_v6(in);
  if (!in.ok() || (length > in.remaining() && extent == Extent::kWhole)) return malformed();
  // ::ffff:0:0/96 never stands on a wire (RFC 6890 table 20), and would pass for IPv4 here.
  if (ip.packet.source.ip.is_v4() || ip.packet.destination.ip.is_v4()) return malformed();
  ip.packet.dont_fragment = true;  // RFC 8200 §5: only senders fragment
  ip.body = bytes.subspan(40, std::min(length, in.remaining()));
  if (!skip_extensions(ip)) return malformed();
  return ip;
}

Result<IpHeader, WireError> parse_ip(ByteView bytes, Extent extent, Checksums checksums) {
  if (bytes.empty()) return malformed();
  const int version = std::to_integer<int>(bytes[0]) >> 4;
  if (version != 4 && version != 6) return malformed();
  auto ip = version == 4 ? parse_v4(bytes, extent, checksums) : parse_v6(bytes, extent);
  if (!ip) return ip;
  if (ip->later_fragment) return WireError::kFragment;
  const uint8_t icmp = version == 4 ? 1 : 58;
  if (ip->protocol != 6 && ip->protocol != 17 && ip->protocol != icmp)
    return WireError::kUnsupported;
  ip->packet.protocol = static_cast<Protocol>(ip->protocol);
  return ip;
}

// Each of these fills in packet.packet and packet.payload from the transport header on. Empty: no
// error.
using MaybeError = std::optional<WireError>;

MaybeError parse_udp(ByteView body, ParsedPacket& parsed) {
  ByteReader in(body);
  parsed.packet.source.port = in.u16();
  parsed.packet.destination.port = in.u16();
  const size_t length = in.u16();
  in.skip(2);
  if (!in.ok() || length < 8 || (length > body.size() && !parsed.more_fragments))
    return malformed();
  parsed.payload = body.first(std::min(length, body.size())).subspan(8);
  return std::nullopt;
}

MaybeError parse_tcp(ByteView body, ParsedPacket& parsed) {
  ByteReader in(body);
  TcpFields tcp;
  parsed.packet.source.port = in.u16();
  parsed.packet.destination.port = in.u16();
  tcp.sequence = in.u32();
  tcp.acknowledgement = in.u32();
  const size_t header_size = 4 * (in.u8() >> 4);
  tcp.flags = in.u8();
  tcp.window = in.u16();
  in.skip(4);
  if (!in.ok() || header_size < 20 || header_size > body.size()) return malformed();
  parsed.packet.tcp = tcp;
  parsed.payload = body.subspan(header_size);
  return std::nullopt;
}

// false: no Packet has this message.
bool read_icmp_type(Protocol protocol, IcmpNumbers numbers, IcmpFields* icmp) {
  if (protocol == Protocol::kIcmpV6) return from_icmpv6(numbers, icmp);
  icmp->type = static_cast<IcmpType>(numbers.type);
  icmp->code = numbers.code;
  switch (icmp->type) {
    case IcmpType::kEchoReply:
    case IcmpType::kUnreachable:
    case IcmpType::kEchoRequest:
    case IcmpType::kTimeExceeded:
      return true;
  }
  return false;
}

// The packet that an error is about, from its IP header on.
MaybeError parse_quoted(ByteView rest, ParsedPacket& parsed) {
  auto inner = parse_ip(rest, Extent::kQuoted, Checksums::kIgnore);
  if (!inner) return inner.error();
  if (inner->packet.source.ip.is_v4() != parsed.packet.source.ip.is_v4()) return malformed();
  if (inner->body.size() < kQuoted) return malformed();
  Endpoint& source = inner->packet.source;
  Endpoint& destination = inner->packet.destination;
  ByteReader in(inner->body);
  if (is_icmp(inner->packet.protocol)) {
    IcmpFields query;
    if (!read_icmp_type(inner->packet.protocol, {in.u8(), in.u8()}, &query)) {
      return WireError::kUnsupported;
    }
    if (query.is_error()) return malformed();  // RFC 1122 §3.2.2: no error in answer to an error
    in.skip(2);
    (query.type == IcmpType::kEchoRequest ? source : destination).port = in.u16();
  } else {
    source.port = in.u16();
    destination.port = in.u16();
  }
  IcmpFields& icmp = parsed.packet.icmp;
  icmp.inner_protocol = inner->packet.protocol;
  icmp.inner_source = source;
  icmp.inner_destination = destination;
  parsed.payload = rest.subspan(static_cast<size_t>(inner->body.data() - rest.data()) + kQuoted);
  return std::nullopt;
}

MaybeError parse_icmp(ByteView body, ParsedPacket& parsed) {
  ByteReader in(body);
  IcmpFields& icmp = parsed.packet.icmp;
  const IcmpNumbers numbers{in.u8(), in.u8()};
  in.skip(2);
  const uint16_t high = in.u16(), low = in.u16();
  if (!in.ok()) return malformed();
  if (!read_icmp_type(parsed.packet.protocol, numbers, &icmp)) return WireError::kUnsupported;
  const ByteView rest = body.subspan(8);
  if (icmp.is_error()) {
    const bool too_big = icmp.type == IcmpType::kUnreachable && icmp.code == kFragmentationNeeded;
    if (too_big)
      icmp.next_hop_mtu = high != 0 && parsed.packet.protocol == Protocol::kIcmpV6 ? 0xFFFF : low;
    return parse_quoted(rest, parsed);
  }
  Packet& packet = parsed.packet;
  (icmp.type == IcmpType::kEchoRequest ? packet.source : packet.destination).port = high;
  icmp.sequence = low;
  parsed.payload = rest;
  return std::nullopt;
}

bool transport_checksum_holds(ByteView body, const ParsedPacket& parsed) {
  const Packet& packet = parsed.packet;
  if (packet.protocol == Protocol::kUdp) {
    body = body.first(8 + parsed.payload.size());
    const bool absent = body[6] == std::byte{0} && body[7] == std::byte{0};
    if (absent) return packet.source.ip.is_v4();  // RFC 768; not so in IPv6, RFC 8200 §8.1
  }
  InternetChecksum sum = transport_sum(packet, body.size());
  sum.add(body);
  return sum.value() == 0;
}

}  // namespace

Result<ParsedPacket, WireError> parse_packet(ByteView bytes, Checksums checksums) {
  const auto ip = parse_ip(bytes, Extent::kWhole, checksums);
  if (!ip) return ip.error();
  ParsedPacket parsed;
  parsed.packet = ip->packet;
  parsed.more_fragments = ip->more_fragments;
  MaybeError error;
  switch (ip->packet.protocol) {
    case Protocol::kUdp:
      error = parse_udp(ip->body, parsed);
      break;
    case Protocol::kTcp:
      error = parse_tcp(ip->body, parsed);
      break;
    case Protocol::kIcmp:
    case Protocol::kIcmpV6:
      error = parse_icmp(ip->body, parsed);
      break;
  }
  if (error) return *error;
  if (checksums == Checksums::kVerify && !parsed.more_fragments &&
      !transport_checksum_holds(ip->body, parsed)) {
    return WireError::kChecksum;
  }
  parsed.packet.payload_size = static_cast<uint32_t>(parsed.payload.size());
  return parsed;
}

const char* to_string(WireError error) {
  switch (error) {
    case WireError::kMalformed:
      return "malformed";
    case WireError::kChecksum:
      return "wrong checksum";
    case WireError::kFragment:
      return "fragment";
    case WireError::kUnsupported:
      return "unsupported";
  }
  return "?";
}

}  // namespace natbed
