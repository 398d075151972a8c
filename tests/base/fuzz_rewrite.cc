// Bytes from a TUN device, translated: whatever parses can be rewritten, stays as right as it was,
// and says then what it was told to say.
#include "base/check.h"
#include "base/wire.h"
#include "base/wire_rewrite.h"
#include "tests/support/fuzz.h"
#include "tests/support/packets.h"

namespace natbed::test {
namespace {

void swap_ends(Packet& packet) {
  packet.source.ip = IpAddress::v4(packet.source.ip.v4_value() + 1);
  packet.destination.ip = IpAddress::v4(packet.destination.ip.v4_value() ^ 0x00FF00FF);
  if (packet.source.port != 0) packet.source.port ^= 0x8001;
  if (!is_icmp(packet.protocol) || !packet.icmp.is_error()) return;
  packet.icmp.inner_source.ip = packet.source.ip;
  packet.icmp.inner_destination.ip = packet.destination.ip;
}

}  // namespace

void fuzz_one(ByteView input) {
  std::vector<std::byte> bytes(input.begin(), input.end());
  Packet wanted;
  if (!bytes.empty()) wanted.protocol = static_cast<Protocol>(bytes[0]);
  (void)rewrite_packet(bytes, wanted);  // whatever it says, nothing is read or written beyond

  bytes.assign(input.begin(), input.end());
  const bool right = parse_packet(input).has_value();
  const auto before = parse_packet(input, Checksums::kIgnore);
  if (!before || !before->packet.source.ip.is_v4()) return;
  Packet after = before->packet;
  swap_ends(after);
  if (!rewrite_packet(bytes, after)) return;
  const auto parsed = parse_packet(bytes, right ? Checksums::kVerify : Checksums::kIgnore);
  NATBED_CHECK(parsed.has_value());
  NATBED_CHECK(parsed->packet.source.ip == after.source.ip);
  NATBED_CHECK(parsed->packet.destination.ip == after.destination.ip);
  (void)fragment_packet(input, 68);
}

std::vector<std::byte> fuzz_sample(Rng& rng) {
  Packet packet = random_packet(rng);
  packet.payload_size %= 32;
  std::vector<std::byte> bytes(kMaxHeaderSize + packet.payload_size);
  ByteWriter out(bytes);
  write_packet(packet, random_bytes(rng, packet.payload_size), out);
  bytes.resize(out.size());
  return bytes;
}

}  // namespace natbed::test
