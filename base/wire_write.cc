#include "base/check.h"
#include "base/wire.h"
#include "base/wire_parts.h"

namespace natbed {
namespace {

using namespace wire;

void write_ip_header(const Packet& p, size_t length, ByteWriter& out) {
  const size_t start = out.size();
  if (!p.source.ip.is_v4()) {
    out.u32(0x60000000);  // version 6, no traffic class, no flow label
    out.u16(static_cast<uint16_t>(length));
    out.u8(static_cast<uint8_t>(p.protocol));
    out.u8(p.ttl);
    out.bytes(address_bytes(p.source.ip));
    out.bytes(address_bytes(p.destination.ip));
    return;
  }
  out.u16(0x4500);  // version 4, five words, no type of service
  out.u16(static_cast<uint16_t>(20 + length));
  out.u16(static_cast<uint16_t>(p.id));
  out.u16(p.dont_fragment ? kDontFragment : 0);
  out.u8(p.ttl);
  out.u8(static_cast<uint8_t>(p.protocol));
  out.u16(0);
  out.bytes(address_bytes(p.source.ip));
  out.bytes(address_bytes(p.destination.ip));
  if (!out.ok()) return;
  InternetChecksum sum;
  sum.add(out.written().subspan(start));
  out.patch_u16(start + 10, sum.value());
}

// Sets the checksum of the transport header and payload written since `start`; `length` is that of
// the whole.
void finish_transport(const Packet& p, size_t start, size_t length, size_t checksum_at,
                      ByteWriter& out) {
  if (!out.ok()) return;
  InternetChecksum sum = transport_sum(p, length);
  sum.add(out.written().subspan(start));
  uint16_t checksum = sum.value();
  if (checksum == 0 && p.protocol == Protocol::kUdp) checksum = 0xFFFF;  // RFC 768: 0 says "none"
  out.patch_u16(start + checksum_at, checksum);
}

void write_udp(const Packet& p, ByteView payload, ByteWriter& out) {
  const size_t start = out.size(), length = 8 + p.payload_size;
  out.u16(p.source.port);
  out.u16(p.destination.port);
  out.u16(static_cast<uint16_t>(length));
  out.u16(0);
  out.bytes(payload);
  finish_transport(p, start, length, 6, out);
}

void write_tcp(const Packet& p, ByteView payload, ByteWriter& out) {
  const size_t start = out.size();
  out.u16(p.source.port);
  out.u16(p.destination.port);
  out.u32(p.tcp.sequence);
  out.u32(p.tcp.acknowledgement);
  out.u8(5 << 4);  // data offset in words
  out.u8(p.tcp.flags);
  out.u16(p.tcp.window);
  out.u32(0);  // checksum, urgent pointer
  out.bytes(payload);
  finish_transport(p, start, 20 + p.payload_size, 16, out);
}

// The packet that an ICMP error quotes, as far as the error knows it.
Packet quoted_packet(const Packet& error) {
  Packet inner;
  inner.source = error.icmp.inner_source;
  inner.destination = error.icmp.inner_destination;
  inner.protocol = error.icmp.inner_protocol;
  if (inner.protocol == Protocol::kTcp) {
    inner.tcp = TcpFields{};
  } else if (is_icmp(inner.protocol) && inner.source.port == 0 && inner.destination.port != 0) {
    // Its identifier stands in the destination, see packet.h.
    inner.icmp.type = IcmpType::kEchoReply;
  }
  return inner;
}

void write_quoted(const Packet& error, ByteWriter& out) {
  std::byte room[kMaxHeaderSize];
  ByteWriter whole(room);
  const Packet inner = quoted_packet(error);
  write_packet(inner, {}, whole);
  const size_t ip_header = inner.source.ip.is_v4() ? 20 : 40;
  out.bytes(whole.written().first(ip_header + kQuoted));
}

void write_icmp(const Packet& p, ByteView payload, ByteWriter& out) {
  const size_t start = out.size();
  const size_t ip_header = p.source.ip.is_v4() ? 20 : 40;
  const bool v6 = p.protocol == Protocol::kIcmpV6;
  const IcmpNumbers numbers =
      v6 ? to_icmpv6(p.icmp) : IcmpNumbers{static_cast<uint8_t>(p.icmp.type), p.icmp.code};
  out.u8(numbers.type);
  out.u8(numbers.code);
  out.u16(0);
  if (p.icmp.is_error()) {
    const bool too_big =
        p.icmp.type == IcmpType::kUnreachable && p.icmp.code == kFragmentationNeeded;
    out.u16(0);
    out.u16(too_big ? p.icmp.next_hop_mtu : 0);  // RFC 1191 §4; RFC 4443 §3.2 has 32 bits for it
    write_quoted(p, out);
  } else {
    const bool request = p.icmp.type == IcmpType::kEchoRequest;
    out.u16(request ? p.source.port : p.destination.port);
    out.u16(p.icmp.sequence);
  }
  out.bytes(payload);
  finish_transport(p, start, p.wire_size() - ip_header, 2, out);
}

bool has_wire_form(const Packet& p) {
  const bool v4 = p.source.ip.is_v4();
  if (p.destination.ip.is_v4() != v4) return false;
  if (is_icmp(p.protocol)) {
    if ((p.protocol == Protocol::kIcmp) != v4) return false;
    if (p.icmp.is_error() &&
        (p.icmp.inner_source.ip.is_v4() != v4 || p.icmp.inner_destination.ip.is_v4() != v4)) {
      return false;
    }
  }
  return p.wire_size() - (v4 ? 0 : 40) <= 0xFFFF;
}

}  // namespace

void write_packet(const Packet& packet, ByteView payload, ByteWriter& out) {
  NATBED_CHECK(has_wire_form(packet), "addresses of two families, or a packet of more than 64 KiB");
  NATBED_CHECK(payload.size() <= packet.payload_size);
  const size_t ip_header = packet.source.ip.is_v4() ? 20 : 40;
  write_ip_header(packet, packet.wire_size() - ip_header, out);
  switch (packet.protocol) {
    case Protocol::kUdp:
      return write_udp(packet, payload, out);
    case Protocol::kTcp:
      return write_tcp(packet, payload, out);
    case Protocol::kIcmp:
    case Protocol::kIcmpV6:
      return write_icmp(packet, payload, out);
  }
}

}  // namespace natbed
