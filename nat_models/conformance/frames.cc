#include "nat_models/conformance/frames.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/wire.h"
#include "base/wire_parts.h"

namespace natbed::conformance {
namespace {

size_t header_size(ByteView ip) { return 4 * (std::to_integer<size_t>(ip[0]) & 0x0F); }
uint16_t word(ByteView bytes, size_t at) {
  return static_cast<uint16_t>(std::to_integer<int>(bytes[at]) << 8 |
                               std::to_integer<int>(bytes[at + 1]));
}
void put(Frame& frame, size_t at, size_t value) {
  frame[at] = static_cast<std::byte>(value >> 8);
  frame[at + 1] = static_cast<std::byte>(value);
}

// The IPv4 header alone, for packets that parse_packet() does not take.
Packet header_of(ByteView frame) {
  Packet packet;
  packet.identification = word(frame, 4);
  packet.dont_fragment = word(frame, 6) & wire::kDontFragment;
  packet.more_fragments = word(frame, 6) & wire::kMoreFragments;
  packet.fragment_offset = word(frame, 6) & wire::kOffsetMask;
  packet.ttl = std::to_integer<uint8_t>(frame[8]);
  packet.protocol = static_cast<Protocol>(std::to_integer<uint8_t>(frame[9]));
  ByteReader in(frame.subspan(12));
  packet.source.ip = IpAddress::v4(in.u32());
  packet.destination.ip = IpAddress::v4(in.u32());
  return packet;
}

bool header_holds(ByteView frame) {
  InternetChecksum sum;
  sum.add(frame.first(header_size(frame)));
  return sum.value() == 0;
}

}  // namespace

ByteView Seen::body() const { return ByteView(frame).subspan(header_size(frame)); }
ByteView Seen::quoted() const { return body().size() > 8 ? body().subspan(8) : ByteView(); }

Seen seen(Side side, ByteView bytes) {
  Seen result;
  result.side = side;
  result.frame.assign(bytes.begin(), bytes.end());
  if (bytes.size() < 20 || header_size(bytes) < 20 || header_size(bytes) > bytes.size()) {
    return result;
  }
  const Packet header = header_of(bytes);
  result.packet = header;
  if (header.fragment_offset > 0) {
    result.whole = header_holds(bytes);
    return result;
  }
  if (const auto parsed = parse_packet(bytes, Checksums::kIgnore)) {
    result.packet = parsed->packet;
    result.packet.identification = header.identification;
    result.packet.more_fragments = header.more_fragments;
    result.whole = parse_packet(bytes).has_value();
  } else {
    result.whole = header_holds(bytes);
  }
  return result;
}

Packet datagram(Endpoint from, Endpoint to, Protocol protocol) {
  Packet packet;
  packet.source = from;
  packet.destination = to;
  packet.protocol = protocol;
  return packet;
}

Packet segment(Endpoint from, Endpoint to, int flags) {
  Packet packet = datagram(from, to, Protocol::kTcp);
  packet.tcp = TcpFields{1000, 0, 65535, static_cast<uint8_t>(flags)};
  return packet;
}

Packet echo(IcmpType type, Endpoint from, Endpoint to) {
  Packet packet = datagram(from, to, Protocol::kIcmp);
  packet.icmp = IcmpFields{};
  packet.icmp.type = type;
  return packet;
}

Frame frame_of(Packet packet, uint32_t size) {
  Frame payload(size);
  for (size_t i = 0; i < size; ++i) payload[i] = static_cast<std::byte>(i * 7 + i / 256);
  return frame_of(packet, payload);
}

Frame frame_of(Packet packet, ByteView payload) {
  packet.payload_size = static_cast<uint32_t>(payload.size());
  Frame frame(kMaxHeaderSize + payload.size());
  ByteWriter out(frame);
  write_packet(packet, payload, out);
  frame.resize(out.size());
  put(frame, 4, packet.identification);
  sign(frame);
  return frame;
}

Frame icmp_frame(IpAddress from, IpAddress to, int type, int code, ByteView rest) {
  Frame frame = frame_of(echo(IcmpType::kEchoRequest, {from, 0}, {to, 0}));
  frame.resize(24);
  frame[20] = static_cast<std::byte>(type);
  frame[21] = static_cast<std::byte>(code);
  frame.insert(frame.end(), rest.begin(), rest.end());
  put(frame, 2, frame.size());
  sign(frame);
  return frame;
}

Frame error_frame(IpAddress from, int type, int code, ByteView cause, size_t quote, uint16_t mtu) {
  Frame rest(4);
  put(rest, 2, mtu);
  const ByteView quoted = cause.first(std::min(cause.size(), quote));
  rest.insert(rest.end(), quoted.begin(), quoted.end());
  return icmp_frame(from, header_of(cause).source.ip, type, code, rest);
}

void sign(Frame& frame) {
  const size_t header = header_size(frame);
  InternetChecksum ip;
  put(frame, 10, 0);
  ip.add(ByteView(frame).first(header));
  put(frame, 10, ip.value());
  if (frame[9] != static_cast<std::byte>(Protocol::kIcmp) || (word(frame, 6) & 0x3FFF) != 0) return;
  InternetChecksum icmp;
  put(frame, header + 2, 0);
  icmp.add(ByteView(frame).subspan(header));
  put(frame, header + 2, icmp.value());
}

Frame assembled(const std::vector<Seen>& fragments) {
  Frame whole(20);
  size_t total = 0, filled = 0;
  for (const Seen& f : fragments) {
    const ByteView body = f.body();
    const size_t at = 20 + 8 * size_t{f.packet.fragment_offset};
    if (f.packet.fragment_offset == 0) std::copy_n(f.frame.begin(), 20, whole.begin());
    if (whole.size() < at + body.size()) whole.resize(at + body.size());
    std::ranges::copy(body, whole.begin() + static_cast<std::ptrdiff_t>(at));
    filled += body.size();
    if (!f.packet.more_fragments) total = at + body.size();
  }
  if (whole[0] == std::byte{0} || total != 20 + filled || whole.size() != total) return {};
  whole[0] = std::byte{0x45};
  put(whole, 2, whole.size());
  put(whole, 6, 0);
  sign(whole);
  return whole;
}

}  // namespace natbed::conformance
