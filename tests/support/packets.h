// Random packets that have a form on the wire, for property tests.
#pragma once

#include <vector>

#include "base/packet.h"
#include "tests/support/events.h"

namespace natbed::test {

inline Endpoint random_endpoint_of(Rng& rng, bool v4) {
  return {v4 ? random_v4(rng) : random_v6(rng), static_cast<uint16_t>(rng.below(65536))};
}

inline void fill_icmp(Rng& rng, bool v4, Packet& p) {
  constexpr uint8_t kCodes[] = {kNetUnreachable, kHostUnreachable, kPortUnreachable,
                                kFragmentationNeeded, kAdministrativelyProhibited};
  constexpr IcmpType kTypes[] = {IcmpType::kEchoReply, IcmpType::kEchoRequest,
                                 IcmpType::kUnreachable, IcmpType::kTimeExceeded};
  p.icmp = IcmpFields{};
  p.icmp.type = kTypes[rng.below(4)];
  p.source.port = p.destination.port = 0;
  if (!p.icmp.is_error()) {
    const bool request = p.icmp.type == IcmpType::kEchoRequest;
    (request ? p.source : p.destination).port = static_cast<uint16_t>(rng.below(65536));
    p.icmp.sequence = static_cast<uint16_t>(rng.below(65536));
    return;
  }
  if (p.icmp.type == IcmpType::kUnreachable) p.icmp.code = kCodes[rng.below(5)];
  if (p.icmp.type == IcmpType::kUnreachable && p.icmp.code == kFragmentationNeeded) {
    p.icmp.next_hop_mtu = static_cast<uint16_t>(rng.below(65536));
  }
  const Protocol inner[] = {Protocol::kUdp, Protocol::kTcp,
                            v4 ? Protocol::kIcmp : Protocol::kIcmpV6};
  p.icmp.inner_protocol = inner[rng.below(3)];
  p.icmp.inner_source = random_endpoint_of(rng, v4);
  p.icmp.inner_destination = random_endpoint_of(rng, v4);
  if (is_icmp(
          p.icmp
              .inner_protocol)) {  // a query has one identifier, in the port of the side that asked
    const bool request = rng.below(2) != 0;
    (request ? p.icmp.inner_destination : p.icmp.inner_source).port = 0;
    Endpoint& asker = request ? p.icmp.inner_source : p.icmp.inner_destination;
    if (asker.port == 0) asker.port = 1;
  }
}

// With id and traffic as no header carries them: 0 and kOther.
inline Packet random_packet(Rng& rng) {
  const bool v4 = rng.below(2) != 0;
  Packet p;
  p.source = random_endpoint_of(rng, v4);
  p.destination = random_endpoint_of(rng, v4);
  p.ttl = static_cast<uint8_t>(rng.below(256));
  p.dont_fragment = !v4 || rng.below(2) != 0;  // IPv6 routers never fragment
  const Protocol protocols[] = {Protocol::kUdp, Protocol::kTcp,
                                v4 ? Protocol::kIcmp : Protocol::kIcmpV6};
  p.protocol = protocols[rng.below(3)];
  if (is_icmp(p.protocol)) fill_icmp(rng, v4, p);
  if (p.protocol == Protocol::kTcp) {
    p.tcp = TcpFields{static_cast<uint32_t>(rng.next()), static_cast<uint32_t>(rng.next()),
                      static_cast<uint16_t>(rng.next()), static_cast<uint8_t>(rng.below(32))};
  }
  p.payload_size = static_cast<uint32_t>(rng.below(4) == 0 ? 0 : rng.below(1400));
  return p;
}

inline std::vector<std::byte> random_bytes(Rng& rng, size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::byte& b : bytes) b = static_cast<std::byte>(rng.next());
  return bytes;
}

}  // namespace natbed::test
