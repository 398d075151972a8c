// RFC 4787 REQ-8 to REQ-11: who may send in, packets that turn back, payloads, and whether all this
// stays as it is.
#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

// Also RFC 6888 REQ-7.
Finding filters_by_address_at_most(const Subject& subject) {
  Rig rig(subject);
  const auto filtering = filtering_class(rig, rig.host(0, 5000), Protocol::kUdp);
  if (!filtering) return rig.fail("not even answers come in");
  return rig.pass_if(*filtering != Dependence::kAddressAndPortDependent,
                     std::string("filtering is ") + text(*filtering),
                     "only the very endpoint that was sent to may answer");
}

// A sends to B's external endpoint, after both have sent to each other's, so that filters are open.
struct Turned {
  std::optional<Seen> arrived;
  std::optional<Endpoint> sender;  // A's external endpoint
};
Turned turn_back(Rig& rig) {
  const Endpoint a = rig.host(0, 5000), b = rig.host(1, 6000), remote = Rig::remote(0, kPort);
  Turned turned;
  turned.sender = rig.mapped(a, remote);
  const auto target = rig.mapped(b, remote);
  if (!turned.sender || !target) return turned;
  rig.send(Side::kInside, frame_of(datagram(a, *target)));
  rig.send(Side::kInside, frame_of(datagram(b, *turned.sender)));
  rig.send(Side::kInside, frame_of(datagram(a, *target)));
  const Seen* came = rig.came_on(Side::kInside);
  if (came && came->whole && came->packet.protocol == Protocol::kUdp &&
      came->packet.destination == b) {
    turned.arrived = *came;
  }
  return turned;
}

Finding hairpins(const Subject& subject) {
  Rig rig(subject);
  return rig.pass_if(turn_back(rig).arrived.has_value(),
                     "a host reaches another by its external endpoint",
                     "a datagram to a neighbour's external endpoint does not arrive");
}

Finding hairpins_with_external_source(const Subject& subject) {
  Rig rig(subject);
  const Turned turned = turn_back(rig);
  if (!turned.arrived) return rig.not_applicable("nothing arrives, see 4787-REQ-9");
  const Endpoint source = turned.arrived->packet.source;
  return rig.pass_if(source == turned.sender, "it comes from the sender's external endpoint",
                     "it comes from " + text(source) + ", not from " + text(turned.sender));
}

// A payload in which both addresses of the flow stand, as many protocols have it.
Frame telling_payload(const Endpoint& a, const Endpoint& b) {
  Frame payload = {std::byte{1}, std::byte{2}, std::byte{3}};
  for (const Endpoint& e : {a, b}) {
    const auto bytes = std::as_bytes(std::span(e.ip.bytes())).last(4);
    payload.insert(payload.end(), bytes.begin(), bytes.end());
    payload.push_back(static_cast<std::byte>(e.port >> 8));
    payload.push_back(static_cast<std::byte>(e.port));
  }
  return payload;
}

bool ends_with(const Seen& seen, ByteView payload) {
  const ByteView body = seen.body();
  return body.size() >= payload.size() && std::ranges::equal(body.last(payload.size()), payload);
}

Finding leaves_payloads_alone(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  const auto external = rig.mapped(host, remote);
  if (!external) return rig.fail("datagrams do not get out");
  const Frame payload = telling_payload(host, *external);
  const auto left = rig.out(frame_of(datagram(host, remote), payload));
  if (!left || !ends_with(*left, payload)) return rig.fail("the payload changed on its way out");
  const auto entered = rig.in(frame_of(datagram(remote, *external), payload));
  if (!entered || !ends_with(*entered, payload))
    return rig.fail("the payload changed on its way in");
  return rig.pass("payloads with the addresses of the flow pass as they are");
}

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
    if (now != first)
      return rig.fail("when others have the port it " + words(now) + "; before it " + words(first));
  }
  // Full: whoever has mappings keeps them, and whoever gets one gets one as ever.
  const Endpoint old = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  const auto before = rig.mapped(old, remote);
  for (uint32_t n = 4; n < 12; ++n) {
    if (fill(rig, n, Protocol::kUdp, 8300, 1024).internal.empty()) break;
    rig.mapped(old, remote);
  }
  rig.note("many more mappings are open now");
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
     filters_by_address_at_most},
    {"4787-REQ-8a", Level::kMay, "the filter can be set", kIsASetting, nullptr},
    {"4787-REQ-9", Level::kMust, "hairpinning (UDP)", {}, hairpins},
    {"4787-REQ-9a",
     Level::kMust,
     "a hairpinned packet has an external source",
     {},
     hairpins_with_external_source},
    {"4787-REQ-10",
     Level::kShould,
     "no payload is rewritten by default (UDP)",
     {},
     leaves_payloads_alone},
    {"4787-REQ-10a", Level::kRecommended, "each ALG can be switched off", kIsASetting, nullptr},
    {"4787-REQ-11", Level::kMust, "mapping and filtering never change", {}, never_changes_class},
};

}  // namespace

std::span<const Requirement> rfc4787_filters() { return kRequirements; }

}  // namespace natbed::conformance
