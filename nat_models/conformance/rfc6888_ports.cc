// RFC 6888 REQ-8 to REQ-15: ports that rest, boxes that are full, and what a log would have to hold.
#include <algorithm>
#include <map>
#include <set>

#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

// Opens many mappings, lets them end, and opens many others within two minutes: how many external
// endpoints come back at once.
struct Reuse {
  size_t first = 0, second = 0, same = 0;
};
Reuse reuse_ports(Rig& rig, const Subject& subject, Protocol protocol) {
  constexpr uint32_t kHosts = 40, kEach = 50;
  const int64_t idle = idle_seconds(subject, protocol, false);
  std::set<Endpoint> before;
  for (uint32_t n = 0; n < kHosts; ++n) {
    const Filled filled = fill(rig, n, protocol, kEach, 5000);
    before.insert(filled.external.begin(), filled.external.end());
  }
  rig.wait(Duration::seconds(std::min<int64_t>(idle, 8000) + 2));
  Reuse reuse;
  reuse.first = before.size();
  for (uint32_t n = kHosts; n < 2 * kHosts; ++n) {
    const Filled filled = fill(rig, n, protocol, kEach, 5000);
    reuse.second += filled.external.size();
    for (const Endpoint& e : filled.external) reuse.same += before.contains(e);
  }
  rig.note(std::to_string(reuse.first) + " mappings ended; of the next " +
           std::to_string(reuse.second) + ", " + std::to_string(reuse.same) +
           " have an external endpoint of theirs");
  return reuse;
}

Finding ports_rest(const Subject& subject) {
  Rig rig(subject);
  const Reuse reuse = reuse_ports(rig, subject, Protocol::kUdp);
  if (reuse.first == 0) return rig.fail("datagrams do not get out");
  return rig.pass_if(reuse.same == 0, "no port is given out again within two minutes",
                     std::to_string(reuse.same) + " ports are given out again within two minutes");
}

Finding tcp_ports_need_not_rest(const Subject& subject) {
  Rig rig(subject);
  const Reuse reuse = reuse_ports(rig, subject, Protocol::kTcp);
  if (reuse.same == 0) return rig.not_applicable("the box does not use the permission");
  return rig.pass("TCP ports are given out again within two minutes");
}

// A box filled to the brim: what becomes of the next one, and of those that are there.
struct Full {
  Filled filled;
  bool first_lives = false;
};
Full brim(Rig& rig) {
  Full full;
  full.filled = fill_all(rig, Protocol::kUdp, 66000);
  if (full.filled.internal.empty()) return full;
  full.first_lives =
      rig.reaches(Rig::remote(0, kPort), full.filled.external[0], full.filled.internal[0]);
  return full;
}

Finding drops_when_full(const Subject& subject) {
  Rig rig(subject);
  const Full full = brim(rig);
  if (full.filled.refused)
    return rig.pass("with " + std::to_string(full.filled.internal.size()) +
                    " mappings it is full, and drops what wants one more");
  if (full.first_lives) return rig.not_applicable("66000 mappings did not fill it");
  return rig.fail("it never refuses: older mappings give way");
}

Finding says_host_unreachable(const Subject& subject) {
  Rig rig(subject);
  const Full full = brim(rig);
  if (!full.filled.refused) return rig.not_applicable("it never refuses, see 6888-REQ-11a");
  for (const Seen& seen : full.filled.answer) {
    if (seen.side != Side::kInside || seen.packet.protocol != Protocol::kIcmp) continue;
    rig.note(words_for(seen.frame));
    const bool right = seen.packet.icmp.type == IcmpType::kUnreachable &&
                       seen.packet.icmp.code == kHostUnreachable;
    return rig.pass_if(right, "it says host unreachable",
                       "it says code " + std::to_string(seen.packet.icmp.code) + ", not 1");
  }
  return rig.fail("it refuses silently");
}

Finding deletes_nothing(const Subject& subject) {
  Rig rig(subject);
  const Full full = brim(rig);
  if (full.filled.internal.empty()) return rig.fail("datagrams do not get out");
  return rig.pass_if(full.first_lives,
                     "the first of " + std::to_string(full.filled.internal.size()) +
                         " mappings lives when it is full",
                     "the first mapping gave way to later ones");
}

// Of each of eight hosts, which open mappings in turn, from the same ports.
std::map<uint32_t, std::vector<uint16_t>> ports_in_turn(Rig& rig, uint16_t each) {
  std::map<uint32_t, std::vector<uint16_t>> ports;
  for (uint16_t i = 0; i < each; ++i) {
    for (uint32_t n = 0; n < 8; ++n) {
      const auto external =
          rig.mapped(rig.host(n, static_cast<uint16_t>(5000 + i)), Rig::remote(0, kPort));
      if (external) ports[n].push_back(external->port);
    }
    rig.wait(Duration::milliseconds(100));
  }
  return ports;
}

Finding gives_ports_in_blocks(const Subject& subject) {
  Rig rig(subject);
  const auto ports = ports_in_turn(rig, 24);
  std::vector<std::pair<uint16_t, uint16_t>> ranges;
  for (const auto& [host, list] : ports) {
    const auto [low, high] = std::ranges::minmax(list);
    ranges.emplace_back(low, high);
  }
  std::ranges::sort(ranges);
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first <= ranges[i - 1].second)
      return rig.fail("ports of subscribers are mixed: each mapping needs a line of the log");
  }
  return rig.pass_if(ranges.size() == 8,
                     "each subscriber's ports lie together: one line of a log for many",
                     "datagrams do not get out");
}

// What an attacker would try: the same step as last time, between ports that the box itself chose.
Finding ports_are_hard_to_guess(const Subject& subject) {
  Rig rig(subject);
  const auto ports = ports_in_turn(rig, 24);
  if (ports.empty()) return rig.fail("datagrams do not get out");
  for (const auto& [host, list] : ports) {
    std::map<int, int> steps;
    int chosen = 0;
    for (size_t i = 1; i < list.size(); ++i) {
      const bool preserved = list[i] == 5000 + static_cast<int>(i);
      if (!preserved) ++chosen, ++steps[list[i] - list[i - 1]];
    }
    for (const auto& [step, times] : steps) {
      if (2 * times > chosen && times > 4)
        return rig.fail("most ports of a host are " + std::to_string(step) + " after the last one");
    }
  }
  return rig.pass("no step leads from one port that the box chose to the next");
}

constexpr std::string_view kManaged = "how a box is managed does not show in its packets";
constexpr std::string_view kReboot = "which state survived a loss does not show in packets";

constexpr Requirement kRequirements[] = {
    {"6888-REQ-8",
     Level::kShouldNot,
     "a freed port is given out again within two minutes",
     {},
     ports_rest},
    {"6888-REQ-8a",
     Level::kMay,
     "except TCP ports, where TCP is tracked",
     {},
     tcp_ports_need_not_rest},
    {"6888-REQ-8b", Level::kMay, "except fixed blocks that survive a loss of state", kReboot,
     nullptr},
    {"6888-REQ-8c", Level::kMay, "except ports with a filter before a loss of state", kReboot,
     nullptr},
    {"6888-REQ-9", Level::kMust, "subscribers can ask for mappings (PCP)",
     "port mapping services are not modelled yet; a NAT alone has none", nullptr},
    {"6888-REQ-10", Level::kShould, "it can be managed", kManaged, nullptr},
    {"6888-REQ-11a", Level::kMust, "no room: the packet is dropped", {}, drops_when_full},
    {"6888-REQ-11b", Level::kShould, "and ICMP host unreachable sent", {}, says_host_unreachable},
    {"6888-REQ-11c", Level::kShould, "and management told", kManaged, nullptr},
    {"6888-REQ-11d", Level::kMustNot, "mappings are deleted to make room", {}, deletes_nothing},
    {"6888-REQ-12", Level::kShouldNot, "destinations are logged",
     "what is logged does not show in packets", nullptr},
    {"6888-REQ-13", Level::kShould, "ports are used as far as possible",
     "the RFC gives no measure of it", nullptr},
    {"6888-REQ-14", Level::kShould, "little needs to be logged", {}, gives_ports_in_blocks},
    {"6888-REQ-15", Level::kShould, "ports are hard to guess", {}, ports_are_hard_to_guess},
};

}  // namespace

std::span<const Requirement> rfc6888_ports() { return kRequirements; }

}  // namespace natbed::conformance
