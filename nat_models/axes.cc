#include "nat_models/axes.h"

#include <algorithm>
#include <array>
#include <type_traits>

namespace natbed {
namespace {

using Words = std::span<const std::string_view>;

// The part of a behaviour that a field belongs to.
template <class Part>
auto& part_of(auto& b, Protocol protocol) {
  if constexpr (std::is_same_v<Part, ProtocolBehavior>) return b.of(protocol);
  if constexpr (std::is_same_v<Part, PortRules>) return b.of(protocol).ports;
  if constexpr (std::is_same_v<Part, NatTimers>) return b.timers;
  if constexpr (std::is_same_v<Part, NatLimits>) return b.limits;
  if constexpr (std::is_same_v<Part, PortBlocks>) return b.blocks;
  if constexpr (std::is_same_v<Part, IcmpErrors>) return b.icmp_errors;
  if constexpr (std::is_same_v<Part, NatBehavior>) return b;
}

template <class T>
bool is_unused(const T& entry) {
  if constexpr (std::is_same_v<T, PortRange>) return entry.empty();
  if constexpr (std::is_same_v<T, NatTimers::ByPort>) return entry.ports.empty();
  if constexpr (std::is_same_v<T, Bypass>) return entry.bits == 0;
}

template <class T>
auto& list_in(auto& value) {
  if constexpr (std::is_same_v<T, PortRange>) return value.ports;
  if constexpr (std::is_same_v<T, NatTimers::ByPort>) return value.port_times;
  if constexpr (std::is_same_v<T, Bypass>) return value.networks;
}

template <class T>
struct IsArray : std::false_type {};
template <class T, size_t n>
struct IsArray<std::array<T, n>> : std::true_type {};

template <class Field>
AxisValue to_value(const Field& field) {
  AxisValue value;
  if constexpr (std::is_same_v<Field, Duration>) {
    value.number = field.ns();
  } else if constexpr (std::is_same_v<Field, PortRange>) {
    value.ports = {field};
  } else if constexpr (IsArray<Field>::value) {
    for (const auto& entry : field) {
      if (!is_unused(entry)) list_in<typename Field::value_type>(value).push_back(entry);
    }
  } else {
    value.number = static_cast<int64_t>(field);
  }
  return value;
}

template <class Field>
void from_value(const AxisValue& value, Field& field) {
  if constexpr (std::is_same_v<Field, Duration>) {
    field = Duration::nanoseconds(value.number);
  } else if constexpr (std::is_same_v<Field, PortRange>) {
    field = value.ports.at(0);
  } else if constexpr (IsArray<Field>::value) {
    const auto& list = list_in<typename Field::value_type>(value);
    field = {};
    std::copy_n(list.begin(), std::min(list.size(), field.size()), field.begin());
  } else {
    field = static_cast<Field>(value.number);
  }
}

template <class Field>
constexpr AxisKind kind_of() {
  if constexpr (std::is_same_v<Field, bool>) return AxisKind::kFlag;
  if constexpr (std::is_enum_v<Field>) return AxisKind::kWord;
  if constexpr (std::is_same_v<Field, Duration>) return AxisKind::kTime;
  if constexpr (std::is_same_v<Field, PortRange>) return AxisKind::kPorts;
  if constexpr (IsArray<Field>::value) {
    using Entry = typename Field::value_type;
    if constexpr (std::is_same_v<Entry, PortRange>) return AxisKind::kPorts;
    if constexpr (std::is_same_v<Entry, Bypass>) return AxisKind::kNetworks;
    return AxisKind::kPortTimes;
  }
  return AxisKind::kCount;
}

template <auto member>
struct Member;
template <class Part, class Field, Field Part::*member>
struct Member<member> {
  static constexpr bool kPerProtocol =
      std::is_same_v<Part, ProtocolBehavior> || std::is_same_v<Part, PortRules>;
  static constexpr AxisKind kKind = kind_of<Field>();
  static AxisValue get(const NatBehavior& b, Protocol p) {
    return to_value(part_of<Part>(b, p).*member);
  }
  static void set(NatBehavior& b, Protocol p, const AxisValue& value) {
    from_value(value, part_of<Part>(b, p).*member);
  }
};

// The longest idle time, and the furthest that virtual time reaches in a script.
constexpr int64_t kYear = int64_t{365} * 86'400 * 1'000'000'000;

template <auto member>
constexpr NatAxis axis(std::string_view name, std::string_view meaning, std::string_view source,
                       Words words = {}, int64_t low = 0, int64_t high = 0) {
  using M = Member<member>;
  if (M::kKind == AxisKind::kTime) high = kYear;
  return {name, M::kPerProtocol, M::kKind, words, low, high, meaning, source, &M::get, &M::set};
}

template <auto member>
constexpr NatAxis count(std::string_view name, int64_t low, int64_t high, std::string_view meaning,
                        std::string_view source) {
  return axis<member>(name, meaning, source, {}, low, high);
}

// In the order of the enumerations.
constexpr std::string_view kMapping[] = {"eim", "adm", "apdm"};
constexpr std::string_view kFiltering[] = {"eif", "adf", "apdf"};
constexpr std::string_view kScopes[] = {"internal", "mapping"};
constexpr std::string_view kReplies[] = {"selected", "admitting"};
constexpr std::string_view kHairpins[] = {"none", "internal", "external"};
constexpr std::string_view kRefreshes[] = {"outbound", "inbound", "both"};
constexpr std::string_view kCrossings[] = {"all", "known-services", "none"};
constexpr std::string_view kAllocations[] = {"preserving", "sequential", "random"};
constexpr std::string_view kClashes[] = {"random", "next", "lowest", "refuse"};
constexpr std::string_view kSearches[] = {"exact", "kernel"};
constexpr std::string_view kClasses[] = {"none", "well-known", "three", "kernel"};
constexpr std::string_view kPoolings[] = {"paired", "arbitrary", "soft-paired"};
constexpr std::string_view kBlocks[] = {"none", "dynamic", "deterministic"};
constexpr std::string_view kFull[] = {"refuse", "evict-oldest"};
constexpr std::string_view kRefusals[] = {"silence", "prohibited", "host-unreachable"};
constexpr std::string_view kUnsolicited[] = {"drop", "reject", "accept"};
constexpr std::string_view kSyns[] = {"as-others", "reset", "icmp", "hold"};
constexpr std::string_view kFragments[] = {"dropped", "in-order", "any-order"};
constexpr std::string_view kIdentifications[] = {"kept", "rewritten"};
constexpr std::string_view kAlgs[] = {"none", "addresses"};

using Pb = ProtocolBehavior;
using Pr = PortRules;
using Nt = NatTimers;
using Nl = NatLimits;
using Bl = PortBlocks;
using Ie = IcmpErrors;
using Nb = NatBehavior;

constexpr std::array kAxes = {
    axis<&Pb::crossing>(
        "crossing", "which packets cross the box at all: all, those of DNS and the web, or none",
        "RFC 4787 §1", kCrossings),
    axis<&Pb::mapping>("mapping", "on what part of the remote endpoint a mapping depends",
                       "RFC 4787 §4.1", kMapping),
    axis<&Pb::filtering>("filtering",
                         "on what part of the remote endpoint it depends who may send in",
                         "RFC 4787 §5", kFiltering),
    axis<&Pb::filter_scope>(
        "filter_scope",
        "whose packets open a filter: all of the internal endpoint, or those of one mapping",
        "RFC 4787 §5", kScopes),
    axis<&Pb::reply_mapping>("reply_mapping",
                             "by which mapping an answer leaves: the one that its destination "
                             "selects, or the one that admitted the question",
                             "left open by RFC 4787 §4.1", kReplies),
    axis<&Pb::hairpin>(
        "hairpin",
        "whether a packet to the box's own address is turned round, and with which source",
        "RFC 4787 §6", kHairpins),
    axis<&Pb::refresh>("refresh", "which packets prolong a mapping", "RFC 4787 §4.3", kRefreshes),
    axis<&Pb::filter_timeout>("filter_timeout",
                              "how long a remote may send in after the last packet to it; 0: as "
                              "long as the mapping lives",
                              "RFC 4787 §5"),
    axis<&Pr::allocation>("ports", "which external port is tried first", "RFC 4787 §4.2",
                          kAllocations),
    axis<&Pr::clash>("port_clash", "what if the port to be preserved is taken", "RFC 4787 §4.2.1",
                     kClashes),
    axis<&Pr::search>("port_search",
                      "how a random port is looked for: among all free ones, or as netfilter does",
                      "RFC 6056 §3.3", kSearches),
    axis<&Pr::classes>("port_classes",
                       "sets of ports that a mapping stays inside of, by its internal port",
                       "RFC 4787 REQ-3a", kClasses),
    axis<&Pr::range>("port_range", "the ports from which the box itself chooses", "RFC 6056 §3.2",
                     {}, 1, 1),
    axis<&Pr::reserved>("port_reserved", "ports that are never given out", "RFC 6056 §3.2", {}, 0,
                        4),
    count<&Pr::step>("port_step", -1000, 1000, "sequential: the distance from one port to the next",
                     "RFC 4787 §4.2"),
    count<&Pr::cross_traffic_per_second>(
        "port_cross_traffic", 0, 1'000'000,
        "sequential: ports a second that other users take in between", "RFC 5128 §3.4"),
    axis<&Pr::parity>("port_parity", "an even port for an even one, an odd one for an odd one",
                      "RFC 4787 REQ-4"),
    axis<&Pr::contiguity>("port_contiguity", "the two ports of an even-odd pair side by side",
                          "RFC 4787 §4.2.3"),
    axis<&Pr::overload>("port_overload",
                        "one external endpoint serves several internal ones whose remotes differ",
                        "RFC 7857 §3"),
    axis<&Pr::clash_binds_remote>("clash_binds_remote",
                                  "a mapping that lost its port is bound to its remote",
                                  "RFC 4787 REQ-11"),
    axis<&Pr::hold>("port_hold", "how long a freed port rests", "RFC 6888 REQ-8"),
    axis<&Nb::pooling>("pooling", "which of several external addresses a mapping gets",
                       "RFC 4787 §4.1", kPoolings),
    axis<&Bl::kind>("blocks", "ports given to hosts in blocks", "RFC 6888 REQ-14", kBlocks),
    count<&Bl::size>("block_size", 1, 32768, "ports in a block", "RFC 7422 §2"),
    count<&Bl::per_host>("blocks_per_host", 1, 1024,
                         "blocks that a host may hold; deterministic: beside its own share",
                         "RFC 7422 §2"),
    NatAxis{"blocks_inside_first",
            false,
            AxisKind::kAddress,
            {},
            0,
            0,
            "deterministic: the first internal address",
            "RFC 7422 §2",
            &Member<&Bl::inside_first>::get,
            &Member<&Bl::inside_first>::set},
    count<&Bl::hosts_per_address>("blocks_hosts_per_address", 1, 65535,
                                  "deterministic: hosts that share an external address (C)",
                                  "RFC 7422 §2"),
    count<&Bl::dynamic_share>("blocks_dynamic_share", 0, 65535,
                              "deterministic: shares that are left as a dynamic pool (D)",
                              "RFC 7422 §2"),
    axis<&Nt::udp_unreplied>("udp_unreplied_timeout",
                             "idle time of a UDP mapping until it was answered", "RFC 4787 §4.3"),
    axis<&Nt::udp>("udp_timeout", "idle time of a UDP mapping", "RFC 4787 REQ-5"),
    axis<&Nt::udp_settles>("udp_settles",
                           "an answered mapping counts as such only this long after it was opened",
                           "nf_conntrack_proto_udp.c"),
    axis<&Nt::udp_by_port>("udp_port_timeouts", "idle times of mappings opened towards some ports",
                           "RFC 4787 REQ-5a", {}, 0, 4),
    axis<&Nt::tcp_syn_sent>("tcp_syn_sent_timeout", "idle time of a connection with a SYN one way",
                            "RFC 5382 REQ-5"),
    axis<&Nt::tcp_syn_crossed>("tcp_syn_crossed_timeout",
                               "idle time of a connection with a SYN each way, neither answered",
                               "RFC 5382 REQ-2, REQ-5"),
    axis<&Nt::tcp_syn_received>("tcp_syn_received_timeout",
                                "idle time of a connection that was answered but not acknowledged",
                                "RFC 5382 REQ-5"),
    axis<&Nt::tcp_established>("tcp_established_timeout", "idle time of an established connection",
                               "RFC 5382 REQ-5"),
    axis<&Nt::tcp_fin_wait>("tcp_fin_wait_timeout", "idle time after one side has closed",
                            "RFC 6146 §3.5.2.2"),
    axis<&Nt::tcp_close_wait>("tcp_close_wait_timeout",
                              "idle time after one side has closed and the other acknowledged it",
                              "RFC 6146 §3.5.2.2"),
    axis<&Nt::tcp_last_ack>("tcp_last_ack_timeout", "idle time after both sides have closed",
                            "RFC 5382 REQ-5"),
    axis<&Nt::tcp_time_wait>("tcp_time_wait_timeout",
                             "idle time after both sides have closed and all is acknowledged",
                             "RFC 5382 REQ-5"),
    axis<&Nt::tcp_reset>("tcp_reset_timeout", "idle time after an RST", "RFC 7857 §2.2"),
    axis<&Nt::icmp>("icmp_timeout", "idle time of an ICMP query mapping", "RFC 5508 REQ-2"),
    axis<&Nt::lifetime_low>(
        "lifetime_low", "a mapping ends this long after it was opened, whatever passes; 0: never",
        "RFC 4787 §4.3"),
    axis<&Nt::lifetime_high>("lifetime_high",
                             "the longest such life; each mapping draws its own between the two",
                             "RFC 4787 §4.3"),
    count<&Nl::mappings>("max_mappings", 1, 100'000'000, "mappings in the whole table",
                         "RFC 6888 REQ-5"),
    count<&Nl::mappings_per_host>("max_mappings_per_host", 0, 100'000'000,
                                  "mappings of one internal address; 0: any number",
                                  "RFC 6888 REQ-4"),
    count<&Nl::new_per_second_per_host>(
        "new_per_second_per_host", 0, 1'000'000,
        "new mappings of one internal address within a second; 0: any number", "RFC 6888 REQ-4c"),
    count<&Nl::packets_per_second>("packets_per_second", 0, 100'000'000,
                                   "packets through the box within a second; 0: any number",
                                   "RFC 4787 §11"),
    axis<&Nl::when_full>("when_full", "what becomes of a new mapping when there is no room",
                         "RFC 6888 REQ-11", kFull),
    axis<&Nl::refusal>("refusal", "what the box answers then", "RFC 5508 REQ-8", kRefusals),
    axis<&Nb::unsolicited>("unsolicited", "what the box does with a packet that no mapping takes",
                           "RFC 4787 §5", kUnsolicited),
    axis<&Nb::unsolicited_syn>("unsolicited_syn", "what it does with such a SYN", "RFC 5382 REQ-4",
                               kSyns),
    axis<&Nb::conntrack>("conntrack",
                         "flows are tracked before routing, and TCP segments that fit no state of "
                         "a session are dropped",
                         "nf_conntrack_proto_tcp.c"),
    axis<&Nb::reset_revives>("reset_revives",
                             "a TCP connection that was reset goes on if data follows",
                             "RFC 7857 §2.2"),
    axis<&Ie::pass>("icmp_errors", "ICMP errors are translated, not dropped", "RFC 5508 REQ-4"),
    axis<&Ie::inner>("icmp_inner", "the packet inside an ICMP error is translated as well",
                     "RFC 5508 REQ-4a"),
    axis<&Ie::from_anyone>("icmp_from_anyone",
                           "ICMP errors are admitted from routers on the way, too",
                           "RFC 4787 REQ-12a"),
    axis<&Ie::end_mappings>("icmp_ends_mappings",
                            "\"destination unreachable\" ends the mapping it is about",
                            "RFC 4787 REQ-12"),
    axis<&Nb::fragments>("fragments", "what becomes of fragments", "RFC 4787 §11", kFragments),
    count<&Nb::held_fragments>("held_fragments", 0, 65535,
                               "fragments that wait for their first one, at most",
                               "RFC 4787 REQ-14a"),
    count<&Nb::mtu_outside>("mtu_outside", 0, 65535,
                            "largest packet that leaves outside, bytes; 0: as the link says",
                            "RFC 4787 REQ-13"),
    count<&Nb::mtu_inside>("mtu_inside", 0, 65535,
                           "largest packet that leaves inside, bytes; 0: as the link says",
                           "RFC 4787 REQ-13"),
    axis<&Nb::tells_too_big>("tells_too_big",
                             "ICMP \"fragmentation needed\" for packets that are too big",
                             "RFC 4787 REQ-13"),
    axis<&Nb::decrement_ttl>("decrement_ttl",
                             "the box counts hops down, and tells when they run out",
                             "RFC 1812 §5.3.1"),
    axis<&Nb::identification>("identification", "IPv4 identification of packets to the outside",
                              "RFC 7857 §10", kIdentifications),
    axis<&Nb::alg>("alg", "payloads are searched for addresses, which are rewritten",
                   "RFC 5780 §3.6", kAlgs),
    axis<&Nb::bypass>("bypass", "remote networks whose packets pass untranslated", "RFC 6888 REQ-6",
                      {}, 0, 2),
    axis<&Nb::blacklist>(
        "blacklist", "how long a remote is ignored that sent something unsolicited; 0: not at all",
        "canndrew/netsim, \"blacklist unrecognised\""),
};

}  // namespace

std::span<const NatAxis> nat_axes() { return kAxes; }

const NatAxis* find_nat_axis(std::string_view name) {
  const auto found = std::ranges::find(kAxes, name, &NatAxis::name);
  return found == kAxes.end() ? nullptr : &*found;
}

std::vector<std::string_view> nat_axis_names() {
  std::vector<std::string_view> names;
  for (const NatAxis& axis : kAxes) names.push_back(axis.name);
  return names;
}

void set_axis(NatBehavior& behavior, const NatAxis& axis, const AxisValue& value) {
  for (const Protocol protocol : kNatProtocols) axis.set(behavior, protocol, value);
}

bool is_uniform(const NatBehavior& behavior, const NatAxis& axis) {
  const AxisValue first = axis.get(behavior, Protocol::kUdp);
  return std::ranges::all_of(kNatProtocols,
                             [&](Protocol p) { return axis.get(behavior, p) == first; });
}

}  // namespace natbed
