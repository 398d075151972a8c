// NatBehavior: what a NAT does, as data. One field per axis of RFC 4787 and its successors; one Nat
// class obeys it.
//
// "Cone" and "symmetric" are names of presets (presets.h), never of classes. An axis stands here
// only when the translator honours it and a test proves it.
#pragma once

#include <cstdint>

#include "base/time.h"

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

enum class PortAllocation : uint8_t {
  kPreserving,  // the internal port if free on the external address, else a random one of the range
  kSequential,  // the last port given out plus `port_step`, wrapping inside the range
  kRandom,      // uniform over the range
};

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

struct NatBehavior {
  Dependence mapping = Dependence::kEndpointIndependent;
  Dependence filtering = Dependence::kAddressAndPortDependent;
  FilterScope filter_scope = FilterScope::kInternalEndpoint;
  ReplyMapping reply_mapping = ReplyMapping::kSelected;

  PortAllocation port_allocation = PortAllocation::kPreserving;
  int32_t port_step = 1;  // kSequential only; negative counts down
  uint16_t port_low = 1024;
  uint16_t port_high = 65535;  // included

  Hairpin hairpin = Hairpin::kNone;
  Refresh refresh = Refresh::kOutbound;
  Duration udp_timeout = Duration::seconds(300);  // RFC 4787 REQ-5: at least 2 min, 5 recommended
  // Until the first inbound packet was admitted.
  Duration udp_unreplied_timeout = Duration::seconds(300);
  Duration tcp_transitory_timeout = Duration::seconds(240);    // RFC 5382 REQ-5
  Duration tcp_established_timeout = Duration::seconds(7440);  // RFC 5382 REQ-5
  Duration icmp_timeout = Duration::seconds(60);               // RFC 5508 REQ-2

  uint32_t max_mappings = 65536;  // rows in the table; a new one beyond is refused
  bool decrement_ttl = true;      // and answer ICMP time exceeded when it reaches zero

  bool operator==(const NatBehavior&) const = default;
};

}  // namespace natbed
