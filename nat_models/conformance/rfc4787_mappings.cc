// RFC 4787 REQ-1 to REQ-7: which external endpoint a flow gets, and for how long.
#include <algorithm>
#include <set>

#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/protocol_checks.h"

namespace natbed::conformance {
namespace {

Finding one_address_for_a_host(const Subject& subject) {
  Rig rig(subject, 4);
  std::set<IpAddress> addresses;
  for (uint16_t i = 0; i < 64; ++i) {
    const auto external =
        rig.mapped(rig.host(0, static_cast<uint16_t>(20000 + i)), Rig::remote(i % 3, kPort));
    if (!external) return rig.fail("socket " + std::to_string(i + 1) + " gets no mapping");
    addresses.insert(external->ip);
  }
  return rig.pass_if(
      addresses.size() == 1, "64 sockets of one host share one of four addresses",
      "64 sockets of one host use " + std::to_string(addresses.size()) + " of four addresses");
}

Finding keeps_port_class(const Subject& subject) {
  Rig rig(subject);
  for (const uint16_t port : {uint16_t{700}, uint16_t{5000}}) {
    for (uint32_t n = 0; n < 3; ++n) {  // the second and third cannot have the same port
      const auto external = rig.mapped(rig.host(n, port), Rig::remote(0, kPort));
      if (!external) return rig.fail("host " + std::to_string(n + 1) + " gets no mapping");
      if ((external->port < 1024) != (port < 1024)) {
        return rig.fail("port " + std::to_string(port) + " becomes " +
                        std::to_string(external->port));
      }
    }
  }
  return rig.pass("ports below and from 1024 on stay on their side");
}

Finding keeps_parity(const Subject& subject) {
  Rig rig(subject);
  for (const uint16_t port : {uint16_t{5000}, uint16_t{5001}}) {
    for (uint32_t n = 0; n < 8; ++n) {
      const auto external = rig.mapped(rig.host(n, port), Rig::remote(0, kPort));
      if (!external) return rig.fail("host " + std::to_string(n + 1) + " gets no mapping");
      if (external->port % 2 != port % 2) {
        return rig.fail("port " + std::to_string(port) + " becomes " +
                        std::to_string(external->port));
      }
    }
  }
  return rig.pass("even ports stay even, odd ones odd, also where eight hosts want one port");
}

// Whether a mapping that nobody used for so long still lets an answer in, answered before or not.
Finding lives(const Subject& subject, int64_t seconds) {
  Rig answered(subject), unanswered(subject);
  for (Rig* rig : {&answered, &unanswered}) {
    const Endpoint host = rig->host(0, 5000), remote = Rig::remote(0, kPort);
    const auto external = rig->mapped(host, remote);
    if (!external) return rig->fail("datagrams do not get out");
    if (rig == &answered && !rig->reaches(remote, *external, host)) {
      return rig->fail("answers do not come in");
    }
    rig->wait_until(seconds);
    if (rig->reaches(remote, *external, host)) continue;
    return rig->fail(std::string("gone after ") + std::to_string(seconds) + " s of silence" +
                     (rig == &answered ? "" : ", if the remote never answered"));
  }
  answered.append(unanswered);
  return answered.pass("answers come in after " + std::to_string(seconds) + " s of silence");
}
Finding lives_two_minutes(const Subject& subject) { return lives(subject, 119); }
Finding lives_five_minutes(const Subject& subject) { return lives(subject, 299); }

Finding shorter_for_well_known_ports(const Subject& subject) {
  Rig rig(subject);
  struct Flow {
    uint16_t port;
    std::optional<Endpoint> external;
    bool lives = false;
  } flows[] = {{53, {}},    {123, {}},  {443, {}},  {1194, {}},
               {kPort, {}}, {5060, {}}, {8801, {}}, {51820, {}}};
  uint16_t n = 0;
  for (Flow& flow : flows) {
    const Endpoint host = rig.host(0, static_cast<uint16_t>(6000 + 2 * n++));
    flow.external = rig.mapped(host, Rig::remote(0, flow.port));
    if (flow.external) rig.reaches(Rig::remote(0, flow.port), *flow.external, host);
  }
  rig.wait_until(119);
  std::string shorter, forbidden;
  n = 0;
  for (Flow& flow : flows) {
    const Endpoint host = rig.host(0, static_cast<uint16_t>(6000 + 2 * n++));
    if (!flow.external || rig.reaches(Rig::remote(0, flow.port), *flow.external, host)) continue;
    std::string& list = flow.port < 1024 ? shorter : forbidden;
    list += (list.empty() ? "" : ", ") + std::to_string(flow.port);
  }
  if (!forbidden.empty())
    return rig.fail("shorter than two minutes for ports that are not well-known: " + forbidden);
  if (shorter.empty()) return rig.not_applicable("the box does not use the permission");
  return rig.pass("shorter than two minutes for well-known ports only: " + shorter);
}

// A mapping that ended is opened again by the next datagram, so only silence and an answer show
// whether the datagrams before kept it.
Finding outbound_refreshes(const Subject& subject) {
  const int64_t idle = idle_seconds(subject, Protocol::kUdp, false);
  if (idle < 3) return Rig(subject).fail("a mapping does not live three seconds");
  const int64_t step = std::min<int64_t>(idle - 1, 3600);
  Finding finding;
  for (const int times : {1, 10}) {
    Rig rig(subject);
    const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
    const auto external = rig.mapped(host, remote);
    for (int i = 0; i < times; ++i) {
      rig.wait(Duration::seconds(step));
      const auto again = rig.mapped(host, remote);
      if (again == external) continue;
      return rig.fail("sending every " + std::to_string(step) + " s moved the mapping from " +
                      text(external) + " to " + text(again));
    }
    rig.wait(Duration::seconds(step - 1));
    if (!external || !rig.reaches(remote, *external, host)) {
      return rig.fail("a datagram after " + std::to_string(step) + " s does not keep the mapping");
    }
    finding = rig.pass("kept by a datagram every " + std::to_string(step) + " s");
  }
  return finding;
}

Finding inbound_refreshes(const Subject& subject) {
  const int64_t idle = idle_seconds(subject, Protocol::kUdp, true);
  if (idle < 2 || idle == kForever)
    return Rig(subject).not_applicable("no time after which mappings end was found");
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  const auto external = rig.mapped(host, remote);
  if (!external) return rig.not_applicable("datagrams do not get out");
  rig.reaches(remote, *external, host);
  rig.wait(Duration::seconds(idle - 1));
  rig.reaches(remote, *external, host);
  rig.wait(Duration::seconds(idle - 1));
  if (!rig.reaches(remote, *external, host))
    return rig.not_applicable("the box does not use the permission");
  return rig.pass("inbound datagrams refresh, too");
}

// Two boxes in a row, both with one prefix inside, and a host that has the inner box' own external
// address: what an ISP's NAT makes of a home.
Finding overlapping_prefixes(const Subject& subject) {
  Rig outer(subject);
  Site site;
  site.external = {outer.host(1, 0).ip};
  Rig inner(subject, site);
  for (const uint32_t n : {0u, 1u}) {
    const Endpoint host = inner.host(n, n == 0 ? 5000 : 6000), remote = Rig::remote(0, kPort);
    const auto half = inner.out(datagram(host, remote));
    if (!half) return inner.fail(text(host) + " does not get through the inner box");
    const auto whole = outer.out(half->frame);
    inner.note("and through the outer box:");
    inner.append(outer);
    if (!whole || !outer.is_external(whole->packet.source.ip))
      return inner.fail("nothing leaves the outer box");
    const auto back = outer.in(datagram(remote, whole->packet.source));
    const auto home = back ? inner.in(back->frame) : std::nullopt;
    if (!home || home->packet.destination != host)
      return inner.fail("the answer does not come back to " + text(host));
  }
  return inner.pass("two boxes with one prefix inside translate there and back");
}

constexpr Requirement kRequirements[] = {
    {"4787-REQ-1",
     Level::kMust,
     "one external endpoint for all destinations (UDP)",
     {},
     of<one_mapping_for_all_destinations, Protocol::kUdp>},
    {"4787-REQ-2",
     Level::kRecommended,
     "one external address for all sockets of a host",
     {},
     one_address_for_a_host},
    {"4787-REQ-3",
     Level::kMustNot,
     "one external endpoint for two internal ones (UDP)",
     {},
     of<no_overloading, Protocol::kUdp>},
    {"4787-REQ-3a",
     Level::kRecommended,
     "well-known ports stay well-known, others stay others",
     {},
     keeps_port_class},
    {"4787-REQ-4", Level::kRecommended, "even ports stay even, odd ports odd", {}, keeps_parity},
    {"4787-REQ-5",
     Level::kMustNot,
     "a UDP mapping ends within two minutes of silence",
     {},
     lives_two_minutes},
    {"4787-REQ-5a",
     Level::kMay,
     "shorter for well-known destination ports",
     {},
     shorter_for_well_known_ports},
    {"4787-REQ-5b", Level::kMay, "the UDP timer can be set", kIsASetting, nullptr},
    {"4787-REQ-5c",
     Level::kRecommended,
     "a UDP mapping lives five minutes or more",
     {},
     lives_five_minutes},
    {"4787-REQ-6", Level::kMust, "outbound packets refresh a mapping", {}, outbound_refreshes},
    {"4787-REQ-6a", Level::kMay, "inbound packets refresh it, too", {}, inbound_refreshes},
    {"4787-REQ-7",
     Level::kMust,
     "works with its own prefix outside as well",
     {},
     overlapping_prefixes},
};

}  // namespace

std::span<const Requirement> rfc4787_mappings() { return kRequirements; }

}  // namespace natbed::conformance
