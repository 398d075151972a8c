#include "nat_models/presets.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace natbed {
namespace {

using enum Dependence;

constexpr NatBehavior classes(Dependence mapping, Dependence filtering) {
  NatBehavior behavior;
  behavior.set(&ProtocolBehavior::mapping, mapping);
  behavior.set(&ProtocolBehavior::filtering, filtering);
  return behavior;
}

// RFC 5382 knows two TCP timers; a connection that one side has closed still counts as established.
constexpr void set_tcp_times(NatBehavior& b, Duration established, Duration transitory) {
  NatTimers& t = b.timers;
  t.tcp_established = t.tcp_fin_wait = t.tcp_close_wait = established;
  t.tcp_syn_sent = t.tcp_syn_received = t.tcp_last_ack = t.tcp_time_wait = t.tcp_reset = transitory;
}

constexpr NatBehavior full_cone() {
  NatBehavior b = classes(kEndpointIndependent, kEndpointIndependent);
  b.set(&ProtocolBehavior::hairpin, Hairpin::kExternalSource);
  return b;
}

constexpr NatBehavior restricted() {
  NatBehavior b = classes(kEndpointIndependent, kAddressDependent);
  b.timers.udp = b.timers.udp_unreplied = Duration::seconds(120);
  set_tcp_times(b, Duration::seconds(1800), Duration::seconds(120));
  b.timers.icmp = Duration::seconds(30);
  return b;
}

constexpr NatBehavior port_restricted() {
  return classes(kEndpointIndependent, kAddressAndPortDependent);
}

constexpr NatBehavior symmetric(PortAllocation allocation) {
  NatBehavior b = classes(kAddressAndPortDependent, kAddressAndPortDependent);
  b.set(&ProtocolBehavior::filter_scope, FilterScope::kMapping);
  b.set(&PortRules::allocation, allocation);
  b.timers.udp = b.timers.udp_unreplied = Duration::seconds(120);
  set_tcp_times(b, Duration::seconds(3600), Duration::seconds(240));
  return b;
}

constexpr NatBehavior cgnat() {
  NatBehavior b = classes(kEndpointIndependent, kEndpointIndependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.set(&ProtocolBehavior::hairpin, Hairpin::kExternalSource);
  b.set(&ProtocolBehavior::refresh, Refresh::kBoth);
  b.timers.udp = Duration::seconds(120);
  b.timers.udp_unreplied = Duration::seconds(30);
  set_tcp_times(b, Duration::seconds(1800), Duration::seconds(120));
  b.limits.mappings = 1'000'000;
  return b;
}

constexpr NatBehavior linux_masquerade() {
  NatBehavior b = classes(kEndpointIndependent, kAddressAndPortDependent);
  b.set(&ProtocolBehavior::refresh, Refresh::kBoth);
  b.timers.udp = Duration::seconds(120);
  b.timers.udp_unreplied = Duration::seconds(30);
  set_tcp_times(b, Duration::seconds(432'000), Duration::seconds(120));
  b.timers.icmp = Duration::seconds(30);
  return b;
}

constexpr std::array kPresets = {
    Preset{.name = "full-cone",
           .behavior = full_cone(),
           .summary = "One external port per internal one, and anyone may send to it. Preserves "
                      "ports, hairpins "
                      "with the external source, UDP 300 s.",
           .seen =
               "OpenWrt with the out-of-tree full-cone patch, einat-ebpf "
               "(Chion82/netfilter-full-cone-nat, "
               "EHfive/einat-ebpf). 21 % of Tribler peers in 2011 (Halkes and Pouwelse, fig. 3)."},
    Preset{
        .name = "restricted",
        .behavior = restricted(),
        .summary =
            "One external port per internal one; a remote may send to it from any of its ports "
            "once the "
            "inside sent to its address. UDP 120 s, TCP 1800 s, only outbound packets refresh.",
        .seen =
            "Windows WinNAT of Hyper-V (Get-NetNat output, Microsoft Set-NetNat reference). 7 % of "
            "Tribler peers in 2011 (Halkes and Pouwelse, fig. 3)."},
    Preset{
        .name = "port-restricted",
        .behavior = port_restricted(),
        .summary =
            "One external port per internal one; only remote endpoints that the inside sent to may "
            "send "
            "in. Preserves ports, no hairpin, timers of RFC 4787 and 5382 (UDP 300 s, TCP 7440 s).",
        .seen = "Most homes: 57 % of Tribler peers in 2011 (Halkes and Pouwelse, fig. 3); Cisco "
                "IOS PAT has "
                "its 300 s (Cisco command reference)."},
    Preset{
        .name = "symmetric",
        .behavior = symmetric(PortAllocation::kRandom),
        .summary = "Another random external port for each remote endpoint, and only that remote "
                   "may send to it. "
                   "UDP 120 s, TCP 3600 s.",
        .seen =
            "Company firewalls and cloud gateways: Cisco ASA dynamic PAT, Palo Alto DIPP, FreeBSD "
            "pf, Azure NAT "
            "gateway (vendors' pages). About 40 % of cellular carrier NATs (Richter et al. 2016)."},
    Preset{
        .name = "symmetric-sequential",
        .behavior = symmetric(PortAllocation::kSequential),
        .summary = "As symmetric, but external ports are given out in order, so that the next one "
                   "can be guessed.",
        .seen =
            "Juniper MS-DPC by default, Juniper next-generation NAPT44 round robin (juniper.net)."},
    Preset{.name = "cgnat",
           .behavior = cgnat(),
           .summary = "A carrier's box: one random external port per internal one, open to anyone "
                      "(RFC 6888 REQ-7), "
                      "hairpins, UDP 30 s until answered, then 120 s, refreshed both ways. No port "
                      "quota per subscriber yet.",
           .seen = "Cisco CGv6 and its VPP vcgn (cnat_config.h), A10 Thunder CGN (LSN page). "
                   "Median UDP timeout of "
                   "carrier NATs 35 s fixed, 65 s cellular (Richter et al. 2016)."},
    Preset{
        .name = "linux",
        .behavior = linux_masquerade(),
        .summary = "netfilter masquerade: preserves ports, looks endpoint-independent, filters by "
                   "address and port, UDP 30 s "
                   "until answered, then 120 s. Not modelled yet: one external port shared by "
                   "several inside hosts "
                   "towards different remotes, port classes on a clash, the 2 s before 120 s "
                   "apply, and an early inbound "
                   "packet that occupies the flow and pushes the outbound one to another port.",
        .seen =
            "Linux nf_nat and nf_conntrack sysctl defaults; OpenWrt and most homes derive from it "
            "(nf_nat_core.c, nf_conntrack-sysctl.rst, measured on kernel 6.18)."},
    Preset{.name = "none",
           .is_nat = false,
           .behavior = {},
           .summary = "No NAT: a public host, or a router that forwards everything.",
           .seen = "Servers; 20 % of clouds and 2 % of homes in the proposed mix of 2026."},
};

constexpr std::string_view kGridSeen = "A kind of the systematic grid; see the presets for boxes.";
constexpr std::string_view kGridSummary =
    "Mapping and filtering as named; preserves ports, filter per internal endpoint, timers of RFC "
    "4787.";

constexpr Preset kind(std::string_view name, Dependence mapping, Dependence filtering) {
  return {.name = name,
          .behavior = classes(mapping, filtering),
          .summary = kGridSummary,
          .seen = kGridSeen};
}

constexpr std::array kKinds = {
    kind("eim-eif", kEndpointIndependent, kEndpointIndependent),
    kind("eim-adf", kEndpointIndependent, kAddressDependent),
    kind("eim-apdf", kEndpointIndependent, kAddressAndPortDependent),
    kind("adm-eif", kAddressDependent, kEndpointIndependent),
    kind("adm-adf", kAddressDependent, kAddressDependent),
    kind("adm-apdf", kAddressDependent, kAddressAndPortDependent),
    kind("apdm-eif", kAddressAndPortDependent, kEndpointIndependent),
    kind("apdm-adf", kAddressAndPortDependent, kAddressDependent),
    kind("apdm-apdf", kAddressAndPortDependent, kAddressAndPortDependent),
};

// How many letters to insert, delete or replace (Levenshtein), by rows.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const Preset> presets() { return kPresets; }
std::span<const Preset> nat_kinds() { return kKinds; }

const Preset* find_preset(std::string_view name) {
  for (std::span<const Preset> list : {presets(), nat_kinds()}) {
    const auto found = std::ranges::find(list, name, &Preset::name);
    if (found != list.end()) return &*found;
  }
  return nullptr;
}

Result<const Preset*> preset_named(std::string_view name) {
  if (const Preset* preset = find_preset(name)) return preset;
  std::string all;
  std::string_view closest;
  size_t least = std::string_view::npos;
  for (std::span<const Preset> list : {presets(), nat_kinds()}) {
    for (const Preset& preset : list) {
      all.append(all.empty() ? "" : ", ").append(preset.name);
      const size_t distance = edit_distance(name, preset.name);
      if (distance < least) least = distance, closest = preset.name;
    }
  }
  return Error{"there is no NAT preset \"" + std::string(name) + "\"; did you mean \"" +
               std::string(closest) + "\"? Known: " + all};
}

}  // namespace natbed
