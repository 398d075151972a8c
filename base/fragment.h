// Cutting a datagram into fragments that fit a link (RFC 791 §3.2), as plain values.
#pragma once

#include <cstdint>

#include "base/packet.h"

namespace natbed {

// One fragment: its header, and which bytes of the datagram's payload it carries.
struct Fragment {
  Packet packet;
  uint32_t payload_begin = 0, payload_size = 0;
};

// How many fragments of at most `mtu` bytes an IPv4 packet is cut into; 1 if it fits. A fragment may
// itself be cut further. REQUIRES: mtu is at least 68 (RFC 791 §3.1).
uint32_t fragment_count(const Packet& packet, uint16_t mtu);
// The i-th of them. REQUIRES: i < fragment_count(packet, mtu).
Fragment fragment_at(const Packet& packet, uint16_t mtu, uint32_t i);

}  // namespace natbed
