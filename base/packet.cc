#include "base/packet.h"

#include "base/check.h"

namespace natbed {

uint32_t Packet::wire_size() const {
  const uint32_t ip_header = source.ip.is_v4() ? 20 : 40;
  if (fragment_offset > 0) [[unlikely]]
    return ip_header + payload_size;
  uint32_t transport_header = 8;  // UDP, ICMP
  if (protocol == Protocol::kTcp) transport_header = 20;
  if (is_icmp(protocol) && icmp.is_error())
    transport_header += ip_header + 8;  // RFC 792: header + 64 bits
  return ip_header + transport_header + payload_size;
}

bool make_icmp_error(const Packet& cause, IpAddress reporter, IcmpType type, uint8_t code,
                     Packet* error) {
  if (is_icmp(cause.protocol) && cause.icmp.is_error()) return false;
  Packet reply;
  reply.source = {reporter, 0};
  reply.destination = {cause.source.ip, 0};
  reply.protocol = cause.source.ip.is_v4() ? Protocol::kIcmp : Protocol::kIcmpV6;
  reply.icmp.type = type;
  reply.icmp.code = code;
  reply.icmp.inner_protocol = cause.protocol;
  reply.icmp.inner_source = cause.source;
  reply.icmp.inner_destination = cause.destination;
  *error = reply;
  return true;
}

Packet make_tcp_reset(const Packet& cause) {
  NATBED_CHECK(cause.protocol == Protocol::kTcp && !cause.tcp.has(kRst));
  Packet reset;
  reset.source = cause.destination;
  reset.destination = cause.source;
  reset.protocol = Protocol::kTcp;
  reset.tcp = TcpFields{};
  if (cause.tcp.has(kAck)) {
    reset.tcp.sequence = cause.tcp.acknowledgement;
    reset.tcp.flags = kRst;
  } else {
    const uint32_t length = cause.payload_size + cause.tcp.has(kSyn) + cause.tcp.has(kFin);
    reset.tcp.acknowledgement = cause.tcp.sequence + length;
    reset.tcp.flags = kRst | kAck;
  }
  return reset;
}

const char* to_string(Protocol p) {
  switch (p) {
    case Protocol::kIcmp:
      return "icmp";
    case Protocol::kTcp:
      return "tcp";
    case Protocol::kUdp:
      return "udp";
    case Protocol::kIcmpV6:
      return "icmp6";
  }
  return "?";
}

const char* to_string(Traffic t) {
  switch (t) {
    case Traffic::kOther:
      return "other";
    case Traffic::kStun:
      return "stun";
    case Traffic::kRendezvous:
      return "rendezvous";
    case Traffic::kProbe:
      return "probe";
    case Traffic::kRelay:
      return "relay";
    case Traffic::kData:
      return "data";
    case Traffic::kKeepAlive:
      return "keep-alive";
  }
  return "?";
}

}  // namespace natbed
