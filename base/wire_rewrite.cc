#include "base/wire_rewrite.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/wire_parts.h"

namespace natbed {
namespace {

using Bytes = std::span<std::byte>;

uint16_t word(ByteView bytes, size_t at) {
  return static_cast<uint16_t>(std::to_integer<int>(bytes[at]) << 8 |
                               std::to_integer<int>(bytes[at + 1]));
}

// What changed in the bytes that a checksum covers (RFC 1624 eqn. 3).
class Change {
 public:
  void put(Bytes bytes, size_t at, uint16_t value) {
    note(word(bytes, at), value);
    bytes[at] = static_cast<std::byte>(value >> 8);
    bytes[at + 1] = static_cast<std::byte>(value);
  }
  void put(Bytes bytes, size_t at, const IpAddress& ip) {
    put(bytes, at, static_cast<uint16_t>(ip.v4_value() >> 16));
    put(bytes, at + 2, static_cast<uint16_t>(ip.v4_value()));
  }
  void note(uint16_t before, uint16_t after) {
    if (before == after) return;
    sum_ += static_cast<uint16_t>(~before);
    sum_ += after;
  }
  Change& operator+=(const Change& other) { return sum_ += other.sum_, *this; }
  uint16_t applied_to(uint16_t checksum) const {
    if (sum_ == 0) return checksum;
    uint64_t sum = static_cast<uint16_t>(~checksum) + sum_;
    while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
    return static_cast<uint16_t>(~sum);
  }

 private:
  uint64_t sum_ = 0;
};

// The parts of an IPv4 packet, or of the beginning of one that is quoted.
struct Parts {
  Bytes header, body;
  Protocol protocol = Protocol::kUdp;
  bool has_transport = false;  // not a later fragment

  // Where the transport checksum stands; nothing: there is none here.
  std::optional<size_t> checksum_at() const {
    const size_t at = protocol == Protocol::kUdp ? 6 : protocol == Protocol::kTcp ? 16 : 2;
    if (!has_transport || body.size() < at + 2) return std::nullopt;
    return at;
  }
  bool is_icmp_error() const {
    if (!has_transport || protocol != Protocol::kIcmp) return false;
    const auto type = static_cast<IcmpType>(std::to_integer<uint8_t>(body[0]));
    return type != IcmpType::kEchoReply && type != IcmpType::kEchoRequest;
  }
};

std::optional<Parts> parts_of(Bytes bytes) {
  if (bytes.size() < 20 || std::to_integer<int>(bytes[0]) >> 4 != 4) return std::nullopt;
  const size_t header = 4 * (std::to_integer<size_t>(bytes[0]) & 0x0F);
  const size_t end = std::min<size_t>(word(bytes, 2), bytes.size());
  if (header < 20 || end < header) return std::nullopt;
  Parts parts;
  parts.header = bytes.first(header);
  parts.body = bytes.first(end).subspan(header);
  parts.protocol = static_cast<Protocol>(std::to_integer<uint8_t>(bytes[9]));
  parts.has_transport = (word(bytes, 6) & wire::kOffsetMask) == 0;
  // As much as every error quotes (RFC 792).
  if (parts.has_transport && parts.body.size() < wire::kQuoted) return std::nullopt;
  return parts;
}

// Carries `change` into the transport checksum; returns what changed there.
Change update_transport(const Parts& parts, const Change& change) {
  Change checksum;
  const auto at = parts.checksum_at();
  if (!at) return checksum;
  const uint16_t before = word(parts.body, *at);
  const bool udp = parts.protocol == Protocol::kUdp;
  if (udp && before == 0) return checksum;  // RFC 768: none
  uint16_t after = change.applied_to(before);
  if (after == 0 && before != 0) {
    // Of an ICMP message of nothing but zeros the sum is 0, which only 0xFFFF complements.
    const auto rest = parts.body.subspan(4);
    const bool zeros = parts.protocol == Protocol::kIcmp && word(parts.body, 0) == 0 &&
                       std::ranges::all_of(rest, [](std::byte b) { return b == std::byte{0}; });
    if (udp || zeros) after = 0xFFFF;
  }
  checksum.put(parts.body, *at, after);
  return checksum;
}

Change update_header(const Parts& parts, const Change& change) {
  Change checksum;
  checksum.put(parts.header, 10, change.applied_to(word(parts.header, 10)));
  return checksum;
}

// Gives a packet other endpoints. Returns all that changed, checksums included.
Change relabel(const Parts& parts, const Endpoint& source, const Endpoint& destination) {
  Change addresses, transport;
  addresses.put(parts.header, 12, source.ip);
  addresses.put(parts.header, 16, destination.ip);
  Change all = addresses;
  all += update_header(parts, addresses);
  if (!parts.has_transport) return all;
  if (parts.protocol != Protocol::kIcmp) {
    transport.put(parts.body, 0, source.port);
    transport.put(parts.body, 2, destination.port);
  } else if (!parts.is_icmp_error()) {
    // Where the identifier stands in a Packet: see packet.h.
    const bool request = parts.body[0] == static_cast<std::byte>(IcmpType::kEchoRequest);
    transport.put(parts.body, 4, request ? source.port : destination.port);
  }
  all += transport;
  if (parts.protocol != Protocol::kIcmp) transport += addresses;  // the pseudo header
  all += update_transport(parts, transport);
  return all;
}

bool is_known(Protocol protocol) {
  return protocol == Protocol::kUdp || protocol == Protocol::kTcp || protocol == Protocol::kIcmp;
}

}  // namespace

bool rewrite_packet(std::span<std::byte> bytes, const Packet& after) {
  const auto parts = parts_of(bytes);
  if (!parts || parts->protocol != after.protocol || !is_known(after.protocol)) return false;
  if (!after.source.ip.is_v4() || !after.destination.ip.is_v4()) return false;
  std::optional<Parts> quoted;
  if (parts->is_icmp_error()) {
    quoted = parts_of(parts->body.subspan(8));
    if (!quoted || quoted->protocol != after.icmp.inner_protocol || !quoted->has_transport ||
        !after.icmp.inner_source.ip.is_v4() || !after.icmp.inner_destination.ip.is_v4()) {
      return false;
    }
  }
  Change head;
  head.put(parts->header, 4, after.identification);
  head.put(parts->header, 8,
           static_cast<uint16_t>(after.ttl << 8 | static_cast<int>(after.protocol)));
  (void)update_header(*parts, head);
  (void)relabel(*parts, after.source, after.destination);
  if (quoted) {
    const Change inside = relabel(*quoted, after.icmp.inner_source, after.icmp.inner_destination);
    (void)update_transport(*parts, inside);
  }
  return true;
}

void payload_rewritten(std::span<std::byte> bytes, ByteView before, ByteView after) {
  NATBED_CHECK(before.size() == after.size());
  const auto parts = parts_of(bytes);
  if (!parts) return;
  Change change;
  const auto at = [](ByteView part, size_t i) {
    const int low = i + 1 < part.size() ? std::to_integer<int>(part[i + 1]) : 0;
    return static_cast<uint16_t>(std::to_integer<int>(part[i]) << 8 | low);
  };
  for (size_t i = 0; i < before.size(); i += 2) change.note(at(before, i), at(after, i));
  (void)update_transport(*parts, change);
}

}  // namespace natbed
