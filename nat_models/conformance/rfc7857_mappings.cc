// RFC 7857 §3 to §12: sharing, pooling, protocols, refreshing, ports, identification, hairpinning.
#include <algorithm>
#include <map>
#include <set>

#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

Finding may_share_ports(const Subject& subject) {
  Rig rig(subject);
  const auto first = rig.mapped(rig.host(0, 5000), Rig::remote(0, kPort));
  const auto second = rig.mapped(rig.host(1, 5000), Rig::remote(1, kPort));
  if (!first || first != second) return rig.not_applicable("the box does not use the permission");
  const bool both = rig.reaches(Rig::remote(0, kPort), *first, rig.host(0, 5000)) &&
                    rig.reaches(Rig::remote(1, kPort), *first, rig.host(1, 5000));
  return rig.pass_if(both, "two hosts share " + text(first) + "; answers find the right one",
                     "two hosts share " + text(first) + ", and answers go astray");
}

Finding stays_on_its_address(const Subject& subject) {
  Finding finding;
  for (const Protocol protocol : {Protocol::kUdp, Protocol::kTcp}) {
    Rig rig(subject, 2);
    const Filled filled = fill_all(rig, protocol, 140000);
    if (filled.external.empty()) return rig.fail("packets do not get out");
    std::map<IpAddress, std::vector<IpAddress>> addresses;  // external ones of an internal one
    for (size_t i = 0; i < filled.external.size(); ++i) {
      addresses[filled.internal[i].ip].push_back(filled.external[i].ip);
    }
    for (const auto& [host, list] : addresses) {
      const auto other =
          std::ranges::find_if(list, [first = list[0]](const auto& ip) { return ip != first; });
      if (other == list.end()) continue;
      return rig.fail(other - list.begin() < 100
                          ? "a host's mappings are spread over the pool"
                          : "with no port left on its address, a host gets another address");
    }
    if (!filled.refused) return rig.not_applicable("140000 mappings did not fill two addresses");
    finding = rig.pass("with no port left on its address, a host's new sessions are dropped");
  }
  return finding;
}

Finding maps_each_protocol(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  const auto udp = rig.mapped(host, remote);
  if (!udp) return rig.fail("datagrams do not get out");
  if (rig.in(segment(remote, *udp, kSyn))) return rig.fail("a UDP mapping lets TCP in");
  const Endpoint other = rig.host(0, 5002);
  const auto tcp = rig.mapped(other, remote, Protocol::kTcp);
  if (!tcp) return rig.fail("SYNs do not get out");
  return rig.pass_if(!rig.in(datagram(remote, *tcp)), "UDP and TCP have mappings of their own",
                     "a TCP mapping lets UDP in");
}

Finding filters_each_protocol(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort),
                 stranger = Rig::remote(2, kPort);
  const auto tcp = rig.mapped(host, remote, Protocol::kTcp);
  const auto udp = rig.mapped(host, stranger);
  if (!udp || !tcp) return rig.fail("packets do not get out");
  // What UDP opened for a remote must not be open for its TCP, unless TCP is open to everybody.
  const bool anybody = rig.in(segment(Rig::remote(4, kPort), *tcp, kSyn)).has_value();
  if (anybody) return rig.not_applicable("TCP is open to everybody");
  return rig.pass_if(!rig.in(segment(stranger, *tcp, kSyn)),
                     "a datagram does not open the filter of TCP",
                     "a datagram opens the filter of TCP");
}

Finding refused_packets_do_not_refresh(const Subject& subject) {
  const int64_t idle = idle_seconds(subject, Protocol::kUdp, false);
  if (idle < 3 || idle == kForever)
    return Rig(subject).not_applicable("no time after which mappings end was found");
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  const auto external = rig.mapped(host, remote);
  rig.wait(Duration::seconds(idle - 1));
  if (rig.in(datagram(Rig::remote(2, kOtherPort), *external)))
    return rig.not_applicable("nothing is refused");
  rig.wait(Duration::seconds(1));
  return rig.pass_if(!rig.reaches(remote, *external, host),
                     "a packet that is refused does not keep the mapping",
                     "a packet that is refused keeps the mapping");
}

Finding answers_do_not_refresh(const Subject& subject) {
  const int64_t idle = idle_seconds(subject, Protocol::kUdp, true);
  if (idle < 3 || idle == kForever)
    return Rig(subject).not_applicable("no time after which mappings end was found");
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  const auto external = rig.mapped(host, remote);
  const auto in = rig.in(datagram(remote, *external), 32);
  if (!in) return rig.fail("answers do not come in");
  rig.wait(Duration::seconds(idle - 1));
  rig.send(Side::kInside, error_frame(host.ip, 3, 3, in->frame));
  rig.wait(Duration::seconds(1));
  return rig.pass_if(!rig.reaches(remote, *external, host),
                     "an error that the host sends does not keep the mapping",
                     "an error that the host sends keeps the mapping");
}

Finding may_lose_parity(const Subject& subject) {
  Rig rig(subject);
  for (uint32_t n = 0; n < 8; ++n) {
    const auto external = rig.mapped(rig.host(n, 5000), Rig::remote(0, kPort));
    if (external && external->port % 2 != 0) return rig.pass("an even port becomes odd");
  }
  return rig.not_applicable("the box does not use the permission");
}

// RFC 6056: the same ports again in another box of the kind, or one port after the other, are guesses
// that must not come true.
Finding chooses_ports_at_random(const Subject& subject) {
  Rig first(subject, 1, 0, 1), second(subject, 1, 0, 2);
  const auto ports = [&](Rig& rig) {
    std::vector<int> chosen;
    for (uint32_t n = 0; n < 10; ++n) {
      const auto external = rig.mapped(rig.host(n, 5000), Rig::remote(0, kPort));
      if (external && external->port != 5000) chosen.push_back(external->port);
    }
    return chosen;
  };
  const std::vector<int> one = ports(first), other = ports(second);
  first.append(second);
  if (one.empty()) return first.fail("where a port is taken there is none instead");
  if (one == other) return first.fail("two boxes choose the same ports: nothing is random");
  std::map<int, int> steps;
  for (size_t i = 1; i < one.size(); ++i) ++steps[one[i] - one[i - 1]];
  for (const auto& [step, times] : steps) {
    if (times > 4)
      return first.fail("ports come one after the other, " + std::to_string(step) + " apart");
  }
  return first.pass("where the box chooses a port, it does so at random");
}

Finding numbers_datagrams(const Subject& subject) {
  Rig rig(subject);
  std::set<uint16_t> used;
  for (uint32_t n = 0; n < 8; ++n) {
    Packet packet = datagram(rig.host(n, 5000), Rig::remote(0, kPort));
    packet.identification = 4711;
    const auto left = rig.out(packet);
    if (!left) return rig.fail("datagrams do not get out");
    if (!used.insert(left->packet.identification).second) {
      return rig.fail(
          "datagrams of two hosts leave with one IP identification: their fragments would be "
          "mixed");
    }
  }
  return rig.pass("datagrams of several hosts that have one IP identification leave with others");
}

Finding knows_whom_errors_are_about(const Subject& subject) {
  Rig rig(subject);
  const Endpoint a = rig.host(0, 5000), b = rig.host(1, 6000), remote = Rig::remote(0, kPort);
  const auto from = rig.mapped(a, remote), target = rig.mapped(b, remote);
  if (!from || !target) return rig.fail("datagrams do not get out");
  rig.send(Side::kInside, frame_of(datagram(b, *from)));
  rig.send(Side::kInside, frame_of(datagram(a, *target), 64));
  const Seen* arrived = rig.came_on(Side::kInside);
  if (!arrived || arrived->packet.destination != b) return rig.fail("packets do not turn back");
  // A router inside, between the box and B, reports it: no host that has a mapping.
  rig.send(Side::kInside, error_frame(rig.host(9, 0).ip, 11, 0, arrived->frame));
  const Seen* error = rig.came_on(Side::kInside);
  return rig.pass_if(error && error->packet.destination.ip == a.ip,
                     "an error that a router inside reports turns back to the sender",
                     "an error that a router inside reports is lost");
}

constexpr Requirement kRequirements[] = {
    {"7857-3",
     Level::kMay,
     "internal endpoints share a port where destinations differ",
     {},
     may_share_ports},
    {"7857-4",
     Level::kShould,
     "no port on a host's address: its new sessions are dropped",
     {},
     stays_on_its_address},
    {"7857-5", Level::kShould, "mappings are per protocol", {}, maps_each_protocol},
    {"7857-6", Level::kShould, "filters are per protocol", {}, filters_each_protocol},
    {"7857-7",
     Level::kShouldNot,
     "refused packets refresh a mapping",
     {},
     refused_packets_do_not_refresh},
    {"7857-7.1",
     Level::kShouldNot,
     "errors in answer to packets refresh a mapping",
     {},
     answers_do_not_refresh},
    {"7857-8", Level::kMay, "parity need not be kept", {}, may_lose_parity},
    {"7857-9",
     Level::kShould,
     "ports are chosen at random, if one must be chosen",
     {},
     chooses_ports_at_random},
    {"7857-10",
     Level::kShould,
     "IP identification is unique behind the box",
     {},
     numbers_datagrams},
    {"7857-11", Level::kMay, "a query's mapping ends with its last session",
     "mapping and session of a query have one timer in the packets' eyes", nullptr},
    {"7857-12",
     Level::kUpdate,
     "errors turn back, whoever inside reports them",
     {},
     knows_whom_errors_are_about},
};

}  // namespace

std::span<const Requirement> rfc7857_mappings() { return kRequirements; }

}  // namespace natbed::conformance
