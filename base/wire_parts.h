// What wire_write.cc and wire_parse.cc share: checksum coverage, and ICMPv6 numbers for the ICMPv4
// ones of a Packet.
#pragma once

#include "base/checksum.h"
#include "base/packet.h"

namespace natbed::wire {

inline constexpr uint16_t kDontFragment = 0x4000, kMoreFragments = 0x2000,
                          kOffsetMask = 0x1FFF;  // RFC 791 §3.1
// Bytes of the transport header that an ICMP error quotes (RFC 792).
inline constexpr size_t kQuoted = 8;

// As on the wire: 4 or 16 bytes.
ByteView address_bytes(const IpAddress& ip);
// The sum that a transport checksum starts from: the pseudo header of UDP, TCP and ICMPv6 (RFC 9293
// §3.1, RFC 8200 §8.1), nothing for ICMP (RFC 792). `length` is that of transport header and
// payload.
InternetChecksum transport_sum(const Packet& packet, size_t length);

struct IcmpNumbers {
  uint8_t type = 0, code = 0;
};
// ICMPv6 (RFC 4443) numbers; codes as in RFC 7915 §4.2 and §5.2, except that host unreachable keeps
// an ICMPv6 code of its own, so that nothing is lost there and back.
IcmpNumbers to_icmpv6(const IcmpFields& icmp);
// Sets type and code. false: no Packet has this message.
bool from_icmpv6(IcmpNumbers numbers, IcmpFields* icmp);

}  // namespace natbed::wire
