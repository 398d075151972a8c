// RFC 6888 REQ-1 to REQ-7: what a carrier's NAT owes its subscribers, and how much each may take.
#include <set>

#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

Finding meets_the_others(const Subject& subject) {
  Finding finding{Outcome::kPass, "no MUST of RFC 4787, 5382 and 5508 fails", {}};
  std::string failed;
  for (const Requirement& r : requirements()) {
    const bool counts =
        r.id.starts_with("4787") || r.id.starts_with("5382") || r.id.starts_with("5508");
    if (!counts || !is_binding(r.level)) continue;
    const Finding found = check(r, subject);
    if (found.outcome != Outcome::kFail) continue;
    failed += (failed.empty() ? "" : ", ") + std::string(r.id);
    if (finding.packets.empty()) finding.packets = found.packets;
  }
  if (!failed.empty()) finding.outcome = Outcome::kFail, finding.sentence = "fails " + failed;
  return finding;
}

Finding one_address_for_all_protocols(const Subject& subject) {
  Rig rig(subject, 4);
  for (uint32_t n = 0; n < 4; ++n) {
    std::set<IpAddress> addresses;
    for (uint16_t i = 0; i < 8; ++i) {
      for (const Protocol protocol : {Protocol::kUdp, Protocol::kTcp, Protocol::kIcmp}) {
        const Endpoint host = rig.host(n, static_cast<uint16_t>(5000 + i));
        const auto external =
            rig.mapped(host, Rig::remote(i % 3, protocol == Protocol::kIcmp ? 0 : kPort), protocol);
        if (!external) return rig.fail("a packet does not get out");
        addresses.insert(external->ip);
      }
    }
    if (addresses.size() > 1)
      return rig.fail("host " + std::to_string(n + 1) + " has " + std::to_string(addresses.size()) +
                      " external addresses");
  }
  return rig.pass("UDP, TCP and ICMP of a subscriber use one of four addresses");
}

Finding uses_any_pool(const Subject& subject) {
  Site site;  // neither contiguous nor small
  for (uint32_t i = 0; i < 8; ++i)
    site.external.push_back(IpAddress::v4(IpAddress::v4(192, 0, 2, 3).v4_value() + 5 * i));
  Rig rig(subject, site);
  std::set<IpAddress> used;
  for (uint32_t n = 0; n < 100; ++n) {
    const auto external = rig.mapped(rig.host(n, 5000), Rig::remote(0, kPort));
    if (external) used.insert(external->ip);
  }
  return rig.pass_if(used.size() == 8, "a pool with gaps is used as a whole",
                     "100 subscribers use " + std::to_string(used.size()) + " of 8 addresses");
}

Finding limits_ports(const Subject& subject) {
  Rig rig(subject);
  const Filled filled = fill(rig, 0, Protocol::kUdp, 64000);
  const std::string count = std::to_string(filled.internal.size());
  if (!filled.refused) return rig.fail("one subscriber has " + count + " ports and may have more");
  const bool other = rig.mapped(rig.host(1, 5000), Rig::remote(0, kPort)).has_value();
  return rig.pass_if(other, "a subscriber has " + count + " ports at most; others are not harmed",
                     "a subscriber with " + count + " ports leaves none for the next one");
}

Finding limits_each_transport(const Subject& subject) {
  Rig rig(subject);
  const Filled filled = fill(rig, 0, Protocol::kUdp, 64000);
  if (!filled.refused) return rig.not_applicable("there is no limit, see 6888-REQ-4");
  const bool tcp = rig.mapped(rig.host(0, 5000), Rig::remote(0, kPort), Protocol::kTcp).has_value();
  if (!tcp) return rig.not_applicable("the limit is one for all transports");
  return rig.pass("with no UDP port left, a subscriber still gets one for TCP");
}

Finding limits_rate(const Subject& subject) {
  constexpr uint16_t kBurst = 4000;
  Rig rig(subject);
  rig.quiet(true);
  uint16_t opened = 0;
  for (; opened < kBurst; ++opened) {
    if (!rig.mapped(rig.host(0, static_cast<uint16_t>(2000 + opened)), Rig::remote(0, kPort)))
      break;
  }
  rig.quiet(false);
  if (opened == kBurst) return rig.fail("4000 mappings of one subscriber open at once");
  rig.wait(Duration::seconds(2));
  const bool later =
      rig.mapped(rig.host(0, static_cast<uint16_t>(2000 + opened)), Rig::remote(0, kPort))
          .has_value();
  return rig.pass_if(
      later, "after " + std::to_string(opened) + " new mappings at once it asks for patience",
      "only the number of mappings is limited, not how fast they come");
}

Finding leaves_chosen_remotes_alone(const Subject& subject) {
  Rig rig(subject);
  if (!subject.untranslated) return rig.not_applicable("the operator has chosen no destination");
  const Endpoint host = rig.host(0, 5000), chosen{*subject.untranslated, kPort};
  const auto out = rig.out(datagram(host, chosen));
  if (!out || out->packet.source != host)
    return rig.fail("a packet to the chosen destination is translated, or lost");
  const auto in = rig.in(datagram(chosen, host));
  if (!in || in->packet.destination != host) return rig.fail("the answer does not come in");
  const auto other = rig.mapped(host, Rig::remote(0, kPort));
  return rig.pass_if(other.has_value(),
                     "packets to " + chosen.ip.to_string() + " are not translated, others are",
                     "other packets are not translated either");
}

Finding filters_by_endpoint_independence(const Subject& subject) {
  Rig rig(subject);
  const auto filtering = filtering_class(rig, rig.host(0, 5000), Protocol::kUdp);
  return rig.pass_if(filtering == Dependence::kEndpointIndependent,
                     "whoever knows the mapping may send in",
                     std::string("filtering is ") + (filtering ? text(*filtering) : "closed"));
}

constexpr std::string_view kMemory =
    "memory does not show in packets; how many mappings a subscriber may have does, see 6888-REQ-4";

constexpr Requirement kRequirements[] = {
    {"6888-REQ-1",
     Level::kMust,
     "meets the requirements for UDP, TCP and ICMP",
     {},
     meets_the_others},
    {"6888-REQ-2",
     Level::kMust,
     "one external address for all transports of a subscriber",
     {},
     one_address_for_all_protocols},
    {"6888-REQ-3", Level::kShouldNot, "the pool's size or gaps are limited", {}, uses_any_pool},
    {"6888-REQ-4", Level::kMust, "the ports of a subscriber are limited", {}, limits_ports},
    {"6888-REQ-4a", Level::kMust, "that limit can be set", kIsASetting, nullptr},
    {"6888-REQ-4b", Level::kMay, "each transport has its own limit", {}, limits_each_transport},
    {"6888-REQ-4c",
     Level::kRecommended,
     "new mappings of a subscriber are limited in rate",
     {},
     limits_rate},
    {"6888-REQ-5", Level::kShould, "the state of a subscriber is limited", kMemory, nullptr},
    {"6888-REQ-5a", Level::kShould, "those limits can be set", kIsASetting, nullptr},
    {"6888-REQ-5b", Level::kShould, "the rate of new state can be limited", {}, limits_rate},
    {"6888-REQ-6",
     Level::kMust,
     "chosen destinations are not translated",
     {},
     leaves_chosen_remotes_alone},
    {"6888-REQ-7",
     Level::kRecommended,
     "endpoint-independent filtering",
     {},
     filters_by_endpoint_independence},
};

}  // namespace

std::span<const Requirement> rfc6888_subscribers() { return kRequirements; }

}  // namespace natbed::conformance
