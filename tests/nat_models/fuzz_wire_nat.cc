// Bytes from a TUN device at a box of any kind: no input breaks it, and what it lets out has right
// checksums.
#include "base/check.h"
#include "base/wire.h"
#include "nat_models/conformance/frames.h"
#include "nat_models/wire_nat.h"
#include "tests/support/fuzz.h"
#include "tests/support/packets.h"

namespace natbed::test {
namespace {

struct Checking final : FrameSink {
  void send(Side, ByteView frame) override {
    NATBED_CHECK(conformance::seen(Side::kOutside, frame).whole);
  }
};

// By the bits of a number.
NatBehavior box_of_kind(int bits) {
  NatBehavior behavior;
  const auto bit = [bits](int n) { return (bits >> n & 1) != 0; };
  if (bit(0)) behavior.set(&ProtocolBehavior::filtering, Dependence::kEndpointIndependent);
  if (bit(1)) behavior.set(&ProtocolBehavior::hairpin, Hairpin::kExternalSource);
  if (bit(2)) behavior.fragments = Fragments::kInOrder;
  if (bit(3)) behavior.alg = Alg::kAddresses;
  if (bit(4)) behavior.mtu_outside = 68;
  if (bit(5)) behavior.unsolicited = Unsolicited::kAccept;
  if (bit(6)) behavior.unsolicited_syn = UnsolicitedSyn::kHold;
  if (bit(7)) behavior.identification = Identification::kRewritten;
  return behavior;
}

}  // namespace

void fuzz_one(ByteView input) {
  if (input.empty()) return;
  const NatBehavior behavior = box_of_kind(std::to_integer<int>(input[0]));
  const IpAddress external = IpAddress::v4(192, 0, 2, 1);
  WireNat nat(&behavior, std::span(&external, 1), IpAddress::v4(192, 168, 1, 1), Rng(1));
  Checking out;
  for (const Side from : {Side::kInside, Side::kOutside, Side::kInside}) {
    std::vector<std::byte> frame(input.begin() + 1, input.end());
    nat.carry(frame, from, Instant(), out);
  }
  nat.release(Instant() + Duration::seconds(60), out);
}

std::vector<std::byte> fuzz_sample(Rng& rng) {
  Packet packet;
  do packet = random_packet(rng);
  while (!packet.source.ip.is_v4());
  packet.payload_size %= 32;
  std::vector<std::byte> bytes(1 + kMaxHeaderSize + packet.payload_size);
  bytes[0] = static_cast<std::byte>(rng.next());
  ByteWriter out(std::span<std::byte>(bytes).subspan(1));
  write_packet(packet, random_bytes(rng, packet.payload_size), out);
  bytes.resize(1 + out.size());
  return bytes;
}

}  // namespace natbed::test
