// Packets as the checks make and see them: bytes, and what stands in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/packet.h"
#include "base/time.h"
#include "nat_models/verdict.h"

namespace natbed::conformance {

using Frame = std::vector<std::byte>;

// A packet that came out of a box.
struct Seen {
  Side side = Side::kOutside;
  Frame frame;
  Packet packet;            // as far as its bytes say
  bool whole = false;       // they parse, and every checksum is right
  ByteView body() const;    // what follows the IP header
  ByteView quoted() const;  // of an ICMP error: the packet that it is about
};
Seen seen(Side side, ByteView frame);

Packet datagram(Endpoint from, Endpoint to, Protocol protocol = Protocol::kUdp);
Packet segment(Endpoint from, Endpoint to, int flags);
Packet echo(IcmpType type, Endpoint from, Endpoint to);
// The bytes of a packet; the payload is `size` bytes of a pattern unless given.
Frame frame_of(Packet packet, uint32_t size = 0);
Frame frame_of(Packet packet, ByteView payload);

// An ICMP message from `from` to `to` with `rest` after the first four bytes; checksums are right.
Frame icmp_frame(IpAddress from, IpAddress to, int type, int code, ByteView rest);
// The ICMP error about `cause`, of which it quotes `quote` bytes at most.
Frame error_frame(IpAddress from, int type, int code, ByteView cause, size_t quote = 548,
                  uint16_t mtu = 0);
// Makes the checksums of IP and ICMP right after bytes were changed.
void sign(Frame& frame);

// The packets whose fragments these are, whichever order they are in; empty if a piece is missing.
Frame assembled(const std::vector<Seen>& fragments);

// "192.168.1.2:5000 → 198.51.100.1:3478 udp", "... icmp unreachable 3 about ...".
std::string words_for(ByteView frame);
std::string seconds_text(Duration time);  // "119 s", "5.900 s"

}  // namespace natbed::conformance
