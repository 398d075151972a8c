// Bytes from a TUN device: whatever parses has a canonical form that parses to the same packet.
#include <algorithm>

#include "base/check.h"
#include "base/wire.h"
#include "tests/support/fuzz.h"
#include "tests/support/packets.h"

namespace natbed::test {
namespace {

std::vector<std::byte> wire_of(const Packet& packet, ByteView payload) {
  std::vector<std::byte> bytes(kMaxHeaderSize + payload.size());
  ByteWriter out(bytes);
  write_packet(packet, payload, out);
  NATBED_CHECK(out.ok());
  bytes.resize(out.size());
  return bytes;
}

}  // namespace

void fuzz_one(ByteView input) {
  const auto first = parse_packet(input, Checksums::kIgnore);
  if (!first) return;
  const std::vector<std::byte> canonical = wire_of(first->packet, first->payload);
  const auto second = parse_packet(canonical);
  NATBED_CHECK(second.has_value());
  NATBED_CHECK(std::ranges::equal(second->payload, first->payload));
  NATBED_CHECK(wire_of(second->packet, second->payload) == canonical);
}

std::vector<std::byte> fuzz_sample(Rng& rng) {
  Packet packet = random_packet(rng);
  packet.payload_size %= 32;
  return wire_of(packet, random_bytes(rng, packet.payload_size));
}

}  // namespace natbed::test
