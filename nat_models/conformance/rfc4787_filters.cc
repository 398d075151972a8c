// RFC 4787 REQ-8 to REQ-11: who may send in, packets that turn back, payloads, and whether all this
// stays as it is.
#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/protocol_checks.h"

namespace natbed::conformance {
namespace {

struct Classes {
  std::optional<Dependence> mapping, filtering;
  bool operator==(const Classes&) const = default;
};
Classes classes_of(Rig& rig, uint32_t host, uint16_t port) {
  Classes classes;
  classes.mapping = mapping_class(rig, rig.host(host, port), Protocol::kUdp);
  classes.filtering =
      filtering_class(rig, rig.host(host, static_cast<uint16_t>(port + 1)), Protocol::kUdp);
  return classes;
}
std::string words(const Classes& classes) {
  if (!classes.mapping || !classes.filtering) return "lets nothing through";
  return std::string("maps ") + text(*classes.mapping) + ", filters " + text(*classes.filtering);
}

Finding never_changes_class(const Subject& subject) {
  Rig rig(subject);
  const Classes first = classes_of(rig, 0, 5000);
  if (!first.mapping || !first.filtering) return rig.fail("answered datagrams do not get through");
  for (uint32_t n = 1; n < 4; ++n) {
    const Classes now = classes_of(rig, n, 5000);
    if (!now.mapping && !now.filtering) continue;  // refused
    if (now != first)
      return rig.fail("when others have the port it " + words(now) + "; before it " + words(first));
  }
  if (first.mapping == Dependence::kEndpointIndependent) {
    const std::string strays = strays_when_ports_clash(rig, rig.host(4, 5000), Protocol::kUdp);
    if (!strays.empty()) return rig.fail(strays);
  }
  // Full: whoever has mappings keeps them, and whoever gets one gets one as ever.
  const Endpoint old = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  const auto before = rig.mapped(old, remote);
  const size_t others = fill_all(rig, Protocol::kUdp, 66000, 20, {&old, 1}).internal.size();
  rig.note(std::to_string(others) + " more mappings are open now");
  for (const Endpoint to : {remote, Rig::remote(0, kOtherPort), Rig::remote(7, kPort)}) {
    const auto after = rig.mapped(old, to);
    const bool same = first.mapping != Dependence::kEndpointIndependent || after == before;
    if (!after && first.mapping != Dependence::kEndpointIndependent)
      continue;  // no room for one more
    if (!same)
      return rig.fail("under load " + text(old) + " moved from " + text(before) + " to " +
                      text(after));
  }
  const Classes loaded = classes_of(rig, 12, 5000);
  if (loaded.mapping && loaded.filtering && loaded != first)
    return rig.fail("under load it " + words(loaded));
  rig.wait(Duration::seconds(3600));
  const Classes later = classes_of(rig, 0, 7000);
  return rig.pass_if(later == first,
                     words(first) + ": at first, when ports clash, under load and an hour later",
                     "an hour later it " + words(later));
}

constexpr Requirement kRequirements[] = {
    {"4787-REQ-8",
     Level::kRecommended,
     "filters by endpoint-independence, or by address at most (UDP)",
     {},
     of<filters_by_address_at_most, Protocol::kUdp>},
    {"4787-REQ-8a", Level::kMay, "the filter can be set", kIsASetting, nullptr},
    {"4787-REQ-9", Level::kMust, "hairpinning (UDP)", {}, of<hairpins, Protocol::kUdp>},
    {"4787-REQ-9a",
     Level::kMust,
     "a hairpinned packet has an external source",
     {},
     of<hairpins_with_external_source, Protocol::kUdp>},
    {"4787-REQ-10",
     Level::kShould,
     "no payload is rewritten by default (UDP)",
     {},
     of<leaves_payloads_alone, Protocol::kUdp>},
    {"4787-REQ-10a", Level::kRecommended, "each ALG can be switched off", kIsASetting, nullptr},
    {"4787-REQ-11", Level::kMust, "mapping and filtering never change", {}, never_changes_class},
};

}  // namespace

std::span<const Requirement> rfc4787_filters() { return kRequirements; }

}  // namespace natbed::conformance
