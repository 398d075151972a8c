// Packets as bytes on a wire, and back: IPv4 and IPv6 with UDP, TCP, ICMP and ICMPv6, checksums
// included.
//
// Captures of simulated runs and the emulator's TUN devices need real headers; everything else in
// natbed works on Packet values. parse_packet(write_packet(p)) gives p again, but for what no
// header carries: id and traffic. Bytes from outside are hostile: every length is checked, nothing
// throws.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/packet.h"
#include "base/result.h"

namespace natbed {

// Room for the headers of any packet: IPv6, ICMPv6 error, quoted IPv6 header, eight bytes (RFC 4443
// §3.1).
inline constexpr size_t kMaxHeaderSize = 40 + 8 + 40 + 8;

// Appends headers and payload. The IPv4 identification is the low half of packet.id, so that
// captures at several boxes can be matched; IPv6 and TCP carry no options. `payload` may be shorter
// than packet.payload_size, for packets of which only the size is known: lengths and checksums are
// then those of the packet with the missing bytes zero. Overflow shows in out.ok(). REQUIRES: all
// addresses of one family, kIcmp in IPv4 and kIcmpV6 in IPv6 only, wire_size() and payload within
// 65535 bytes.
void write_packet(const Packet& packet, ByteView payload, ByteWriter& out);

enum class WireError : uint8_t {
  kMalformed,    // lengths or fields contradict each other
  kChecksum,     // a checksum is wrong
  kFragment,     // not the first fragment of a packet: it has no transport header
  kUnsupported,  // another protocol, or an ICMP message without a Packet form
};
const char* to_string(WireError error);

enum class Checksums : uint8_t { kVerify, kIgnore };

struct ParsedPacket {
  Packet packet;  // id 0, Traffic::kOther; IPv6 packets have dont_fragment set
  ByteView payload;
  // A first fragment: `payload` is its beginning only, and the transport checksum was not verified.
  bool more_fragments = false;
};

// `bytes` starts with an IP header; bytes after the end of the packet are ignored. IPv4 options,
// IPv6 extension headers and TCP options are skipped. The payload is a view into `bytes`.
Result<ParsedPacket, WireError> parse_packet(ByteView bytes,
                                             Checksums checksums = Checksums::kVerify);

}  // namespace natbed
