#include "base/wire_parts.h"

namespace natbed::wire {
namespace {

constexpr uint8_t kV6Unreachable = 1, kV6PacketTooBig = 2, kV6TimeExceeded = 3,
                  kV6EchoRequest = 128, kV6EchoReply = 129;
struct CodePair {
  uint8_t v4, v6;
};
constexpr CodePair kUnreachableCodes[] = {
    {kNetUnreachable, 0},  // no route to destination
    {kAdministrativelyProhibited, 1},
    {kHostUnreachable, 3},  // address unreachable
    {kPortUnreachable, 4},
};

}  // namespace

ByteView address_bytes(const IpAddress& ip) {
  const auto bytes = std::as_bytes(std::span(ip.bytes()));
  return ip.is_v4() ? bytes.last(4) : bytes;
}

InternetChecksum transport_sum(const Packet& packet, size_t length) {
  InternetChecksum sum;
  if (packet.protocol == Protocol::kIcmp) return sum;
  sum.add(address_bytes(packet.source.ip));
  sum.add(address_bytes(packet.destination.ip));
  sum.add_u16(static_cast<uint16_t>(packet.protocol));
  sum.add_u16(static_cast<uint16_t>(length));
  return sum;
}

IcmpNumbers to_icmpv6(const IcmpFields& icmp) {
  switch (icmp.type) {
    case IcmpType::kEchoRequest:
      return {kV6EchoRequest, icmp.code};
    case IcmpType::kEchoReply:
      return {kV6EchoReply, icmp.code};
    case IcmpType::kTimeExceeded:
      return {kV6TimeExceeded, icmp.code};
    case IcmpType::kUnreachable:
      break;
  }
  if (icmp.code == kFragmentationNeeded) return {kV6PacketTooBig, 0};
  for (const CodePair& pair : kUnreachableCodes) {
    if (pair.v4 == icmp.code) return {kV6Unreachable, pair.v6};
  }
  return {kV6Unreachable, 0};
}

bool from_icmpv6(IcmpNumbers v6, IcmpFields* icmp) {
  icmp->code = v6.code;
  switch (v6.type) {
    case kV6EchoRequest:
      icmp->type = IcmpType::kEchoRequest;
      return true;
    case kV6EchoReply:
      icmp->type = IcmpType::kEchoReply;
      return true;
    case kV6TimeExceeded:
      icmp->type = IcmpType::kTimeExceeded;
      return true;
    case kV6PacketTooBig:
      icmp->type = IcmpType::kUnreachable;
      icmp->code = kFragmentationNeeded;
      return true;
    case kV6Unreachable:
      break;
    default:
      return false;
  }
  icmp->type = IcmpType::kUnreachable;
  // 5, 6: refused by policy.
  icmp->code = v6.code == 2 ? kHostUnreachable : kAdministrativelyProhibited;
  for (const CodePair& pair : kUnreachableCodes) {
    if (pair.v6 == v6.code) icmp->code = pair.v4;
  }
  return true;
}

}  // namespace natbed::wire
