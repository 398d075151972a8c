// NatBehavior: what a NAT does, as data. One field per axis of RFC 4787 and its successors; one Nat
// class obeys it.
//
// "Cone" and "symmetric" are names of profiles (profiles.h), never of classes. What a box may do
// differently for UDP, TCP and ICMP stands in ProtocolBehavior, once for each; the rest holds for
// the box. An axis stands here only when the translator honours it and a test proves it. Names,
// words and RFC sections of all axes: axes.h, docs/nat_behaviors.md.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "base/packet.h"
#include "base/time.h"
#include "nat_models/nat_limits.h"
#include "nat_models/nat_timers.h"
#include "nat_models/port_rules.h"

namespace natbed {

// On what part of the remote endpoint a mapping (RFC 4787 §4.1) or a filter (RFC 4787 §5) depends.
enum class Dependence : uint8_t {
  kEndpointIndependent,
  kAddressDependent,
  kAddressAndPortDependent
};

// Whose outbound packets open the filter for a remote: any from the same internal endpoint, or only
// those that left through the mapping that the inbound packet comes in on. RFC 4787 §5 says
// "internal endpoint"; many boxes keep sessions per mapping. It matters when one internal endpoint
// owns several mappings.
enum class FilterScope : uint8_t { kInternalEndpoint, kMapping };

// Through which mapping an answer leaves after an inbound packet was admitted: the one that the
// destination selects (kSelected), or the one that the packet came in on, which then also serves
// later packets to that remote and displaces an earlier choice (kAdmitting). RFC 4787 leaves this
// open; published oracles disagree because of it.
enum class ReplyMapping : uint8_t { kSelected, kAdmitting };

// What happens to a packet from inside to an own external endpoint (RFC 4787 §6). It must pass the
// filter of the target's mapping, which sees the source that the packet is delivered with.
enum class Hairpin : uint8_t {
  kNone,            // dropped
  kInternalSource,  // delivered with the sender's internal endpoint as source
  kExternalSource,  // delivered with the sender's mapped endpoint as source: what RFC 4787 REQ-9 asks for
};

// Which packets prolong a mapping's life (RFC 4787 §4.3, REQ-6), and likewise that of the filter
// they pass.
enum class Refresh : uint8_t { kOutbound, kInbound, kBoth };

// Which packets of a protocol cross the box at all.
enum class Crossing : uint8_t {
  kAll,
  kKnownServices,  // to and from remote ports 53 (DNS), 80 and 443 only: hotels, companies
  kNone,           // blocked
};

struct ProtocolBehavior {
  Crossing crossing = Crossing::kAll;
  Dependence mapping = Dependence::kEndpointIndependent;
  Dependence filtering = Dependence::kAddressAndPortDependent;
  FilterScope filter_scope = FilterScope::kInternalEndpoint;
  ReplyMapping reply_mapping = ReplyMapping::kSelected;
  Hairpin hairpin = Hairpin::kNone;
  Refresh refresh = Refresh::kOutbound;
  // How long a remote may still send in after the last packet to it, where that differs from the
  // mapping's own time. Zero: as the mapping.
  Duration filter_timeout = Duration::zero();
  PortRules ports;
  bool operator==(const ProtocolBehavior&) const = default;
};

// Which address of the pool a mapping gets (RFC 4787 §4.1, RFC 7857 §4).
enum class Pooling : uint8_t {
  kPaired,      // all mappings of an internal address share one
  kArbitrary,   // any, for each mapping anew
  kSoftPaired,  // the paired one as long as it has a free port
};

// What the box does with a packet from outside that no mapping takes.
enum class Unsolicited : uint8_t {
  kDrop,    // nothing
  kReject,  // ICMP port unreachable; its own stack never sees the packet
  // Its own stack takes it, answers RST or ICMP port unreachable, and remembers the flow: an early
  // packet then stands in the way of the mapping that it was meant for (Linux with INPUT accept).
  kAccept,
};

// A SYN from outside that no mapping takes (RFC 5382 REQ-4).
enum class UnsolicitedSyn : uint8_t {
  kAsOthers,  // as NatBehavior::unsolicited says, an RST where that says "accept"
  kReset,     // RST at once
  kIcmp,      // ICMP port unreachable at once
  kHold,      // silence for six seconds; if no matching SYN leaves meanwhile, ICMP port unreachable
};

// What becomes of fragments that have no transport header (RFC 4787 §11).
enum class Fragments : uint8_t {
  kDropped,   // all fragments, the first ones too
  kInOrder,   // later ones pass once the first one has
  kAnyOrder,  // those that come early wait for the first one
};

struct IcmpErrors {
  bool pass = true;   // false: dropped, both ways
  bool inner = true;  // false: the packet quoted inside keeps its translated addresses
  bool from_anyone =
      true;  // false: only from the remote that the quoted packet went to (RFC 4787 REQ-12a)
  bool end_mappings =
      false;  // a "destination unreachable" from outside ends the mapping it is about
  bool operator==(const IcmpErrors&) const = default;
};

// Rewriting of payloads: addresses that look like the internal or external one (RFC 5780 §3.6), the
// reason for XOR-MAPPED-ADDRESS.
enum class Alg : uint8_t { kNone, kAddresses };

// IPv4 identification of translated packets (RFC 7857 §10, RFC 6864 §5.3.1).
enum class Identification : uint8_t { kKept, kRewritten };

// Part of IPv4 space whose packets pass untranslated (RFC 6888 REQ-6).
struct Bypass {
  uint32_t network = 0;  // host byte order
  uint8_t bits = 0;      // 0: unused
  constexpr bool covers(uint32_t ip) const {
    return bits > 0 && (ip ^ network) >> (32 - bits) == 0;
  }
  bool operator==(const Bypass&) const = default;
};

struct NatBehavior {
  ProtocolBehavior udp, tcp, icmp;
  NatTimers timers;
  Pooling pooling = Pooling::kPaired;
  PortBlocks blocks;
  NatLimits limits;
  Unsolicited unsolicited = Unsolicited::kDrop;
  UnsolicitedSyn unsolicited_syn = UnsolicitedSyn::kAsOthers;
  // Flows are tracked as netfilter's conntrack does it: before routing, so that a packet whose TTL ends
  // here still moves its flow on, and strictly, so that TCP segments which fit no state of their
  // connection are dropped (tcp_tracker.h). The latter holds for sessions (PortRules::overload).
  bool conntrack = false;
  // A TCP connection that was reset goes on if data follows: the RST may be forged (RFC 7857 §2.2).
  bool reset_revives = true;
  IcmpErrors icmp_errors;
  Fragments fragments = Fragments::kAnyOrder;
  uint16_t held_fragments = 64;  // that wait for their first one, at most (RFC 4787 REQ-14a)
  // Largest packets that leave on either side, bytes; 0: whatever the link carries.
  uint16_t mtu_outside = 0, mtu_inside = 0;
  bool tells_too_big = true;  // ICMP "fragmentation needed" (RFC 4787 REQ-13); false: a black hole
  bool decrement_ttl = true;  // and answer ICMP time exceeded when it reaches zero
  Identification identification = Identification::kKept;
  Alg alg = Alg::kNone;
  std::array<Bypass, 2> bypass = {};
  // A remote that sent something unsolicited is ignored for so long, even where it was let in
  // before. Zero: no blacklist.
  Duration blacklist = Duration::zero();

  const ProtocolBehavior& of(Protocol protocol) const {
    if (protocol == Protocol::kUdp) return udp;
    return protocol == Protocol::kTcp ? tcp : icmp;
  }
  ProtocolBehavior& of(Protocol protocol) {
    return const_cast<ProtocolBehavior&>(std::as_const(*this).of(protocol));
  }
  // The same for all three protocols.
  template <class T>
  constexpr void set(T ProtocolBehavior::*field, T value) {
    udp.*field = tcp.*field = icmp.*field = value;
  }
  template <class T>
  constexpr void set(T PortRules::*field, T value) {
    udp.ports.*field = tcp.ports.*field = icmp.ports.*field = value;
  }
  bool operator==(const NatBehavior&) const = default;
};

}  // namespace natbed
