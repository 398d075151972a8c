#include "base/fragment.h"

#include <algorithm>

#include "base/check.h"

namespace natbed {
namespace {

constexpr uint32_t kIpHeader = 20;

// Bytes behind the IP header that a fragment carries: whole units of eight.
uint32_t unit(uint16_t mtu) { return (mtu - kIpHeader) / 8 * 8; }

uint32_t transport_header(const Packet& packet) {
  return packet.wire_size() - kIpHeader - packet.payload_size;
}

}  // namespace

uint32_t fragment_count(const Packet& packet, uint16_t mtu) {
  NATBED_CHECK(mtu >= 68, "RFC 791 §3.1");
  const uint32_t body = packet.wire_size() - kIpHeader;
  if (packet.wire_size() <= mtu) return 1;
  return (body + unit(mtu) - 1) / unit(mtu);
}

Fragment fragment_at(const Packet& packet, uint16_t mtu, uint32_t i) {
  Fragment fragment{packet, 0, packet.payload_size};
  const uint32_t count = fragment_count(packet, mtu);
  if (count == 1) return fragment;
  const uint32_t header = transport_header(packet), body = packet.wire_size() - kIpHeader;
  const uint32_t begin = i * unit(mtu), end = std::min(body, begin + unit(mtu));
  Packet& p = fragment.packet;
  // Fragments of one datagram are known by it, so it must not be left to each to choose.
  if (p.identification == 0) p.identification = static_cast<uint16_t>(packet.id);
  p.fragment_offset = static_cast<uint16_t>(packet.fragment_offset + begin / 8);
  p.more_fragments = packet.more_fragments || i + 1 < count;
  fragment.payload_begin = begin > header ? begin - header : 0;
  fragment.payload_size = (end > header ? end - header : 0) - fragment.payload_begin;
  p.payload_size = fragment.payload_size;
  if (p.fragment_offset > 0) p.source.port = p.destination.port = 0;
  return fragment;
}

}  // namespace natbed
