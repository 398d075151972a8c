// A packet in flight: the header fields that hosts, routers and NATs read or rewrite, as a plain
// value.
//
// Its `id` survives translation, so that a trace can follow one packet through every box; its
// payload bytes are kept by whoever carries it (the world's packet pool, the emulator's frame),
// because nothing between two hosts needs them. For ICMP queries the identifier stands in the port
// of the side that asked (the source of an echo request, the destination of its reply), which is
// how NATs treat it (RFC 5508 §3.1).
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/address.h"

namespace natbed {

enum class Protocol : uint8_t { kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpV6 = 58 };  // IANA numbers
constexpr bool is_icmp(Protocol p) { return p == Protocol::kIcmp || p == Protocol::kIcmpV6; }

// What a packet is for, as its sender knows it. A label for eyes and counters: no behaviour depends
// on it.
enum class Traffic : uint8_t { kOther, kStun, kRendezvous, kProbe, kRelay, kData, kKeepAlive };

enum TcpFlag : uint8_t { kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16 };

struct TcpFields {
  uint32_t sequence = 0;
  uint32_t acknowledgement = 0;
  uint16_t window = 0;  // bytes, unscaled
  uint8_t flags = 0;    // TcpFlag bits
  bool has(uint8_t flag) const { return (flags & flag) == flag; }
};

// ICMPv4 types and codes (RFC 792, RFC 1812); IPv6 packets are translated to them at the codec.
enum class IcmpType : uint8_t {
  kEchoReply = 0,
  kUnreachable = 3,
  kEchoRequest = 8,
  kTimeExceeded = 11
};
enum UnreachableCode : uint8_t {
  kNetUnreachable = 0,
  kHostUnreachable = 1,
  kPortUnreachable = 3,
  kFragmentationNeeded = 4,
  kAdministrativelyProhibited = 13,
};

struct IcmpFields {
  IcmpType type = IcmpType::kEchoRequest;
  uint8_t code = 0;
  uint16_t sequence = 0;      // echo
  uint16_t next_hop_mtu = 0;  // fragmentation needed
  // Of an error: the packet that caused it, as the reporting box saw it.
  Protocol inner_protocol = Protocol::kUdp;
  Endpoint inner_source, inner_destination;
  bool is_error() const {
    return type == IcmpType::kUnreachable || type == IcmpType::kTimeExceeded;
  }
};

struct Packet {
  uint64_t id = 0;
  Endpoint source, destination;
  Protocol protocol = Protocol::kUdp;
  uint8_t ttl = 64;
  Traffic traffic = Traffic::kOther;
  bool dont_fragment = false;
  uint32_t payload_size =
      0;  // bytes after the transport header; of a later fragment, all its bytes
  // Of the datagram that this is, or is a fragment of (RFC 791 §3.1); equal for all its fragments.
  uint16_t identification = 0;
  uint16_t fragment_offset = 0;  // in units of 8 bytes; above 0 there is no transport header: ports
                                 // are 0, and the union below says nothing
  bool more_fragments = false;
  union {
    TcpFields tcp;    // protocol == kTcp
    IcmpFields icmp;  // is_icmp(protocol)
  };
  Packet() : icmp() {}

  bool is_fragment() const { return more_fragments || fragment_offset > 0; }
  bool has_transport_header() const { return fragment_offset == 0; }

  // Bytes on the wire from the first byte of the IP header.
  uint32_t wire_size() const;
};
static_assert(std::is_trivially_copyable_v<Packet>);
static_assert(sizeof(Packet) <= 104,
              "a packet is copied once a hop: keep it within two cache lines");

// The ICMP error that `reporter` sends back to the source of `cause` (RFC 792, RFC 1812 §4.3). None
// in answer to an ICMP error (RFC 1122 §3.2.2): the result's protocol is then of no use and `false`
// is returned.
bool make_icmp_error(const Packet& cause, IpAddress reporter, IcmpType type, uint8_t code,
                     Packet* error);
// The RST that answers `cause` (RFC 9293 §3.10.7.1). REQUIRES: cause is TCP without RST.
Packet make_tcp_reset(const Packet& cause);

const char* to_string(Protocol p);
const char* to_string(Traffic t);

}  // namespace natbed
