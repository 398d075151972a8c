// Rewriting IPv4 packets where they lie: what a translator changes, and nothing else.
//
// A translated packet is the one that came, but for addresses, ports and what follows from them.
// Checksums are therefore updated, not computed anew (RFC 1624): options, payload, type of service
// and whatever no Packet has stay as they were, and bytes that were damaged on the way do not leave
// with a checksum that vouches for them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/packet.h"

namespace natbed {

// Puts into `bytes`, an IPv4 packet that parse_packet() took, what a translator changed: addresses,
// ports or ICMP identifier, TTL and identification of `after`; of an ICMP error also addresses and
// ports of the packet that it quotes (RFC 5508 §4). All checksums over these follow, as far as they
// are quoted; a UDP checksum of 0 stays 0. A later fragment has no ports. false, and nothing is
// changed: not a whole IPv4 header with a transport header, or of another protocol than `after`.
[[nodiscard]] bool rewrite_packet(std::span<std::byte> bytes, const Packet& after);

// Updates the transport checksum of an IPv4 packet in which a part of the payload, which starts an
// even number of bytes after the transport header, was `before` and is `after` now. REQUIRES: both
// of one size; of an odd one only at the payload's end.
void payload_rewritten(std::span<std::byte> bytes, ByteView before, ByteView after);

// `packet` in fragments of at most `mtu` bytes, in order (RFC 791 §3.2). One that fits is its own
// only fragment; a fragment is cut further. Empty: malformed, or `mtu` has no room for a header and
// eight bytes. The flag "don't fragment" is the caller's affair. fragment.h does the same to plain
// values, which have no options.
std::vector<std::vector<std::byte>> fragment_packet(ByteView packet, uint16_t mtu);

}  // namespace natbed
