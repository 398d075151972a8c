#include "nat_models/conformance/protocol_checks.h"

#include <algorithm>
#include <set>

namespace natbed::conformance {
namespace {

Packet first_packet(Endpoint from, Endpoint to, Protocol protocol) {
  return protocol == Protocol::kTcp ? segment(from, to, kSyn) : datagram(from, to);
}

// A sends to B's external endpoint, after both have sent to each other's, so that filters are open.
struct Turned {
  std::optional<Seen> arrived;
  std::optional<Endpoint> sender;  // A's external endpoint
};
Turned turn_back(Rig& rig, Protocol protocol) {
  const Endpoint a = rig.host(0, 5000), b = rig.host(1, 6000), remote = Rig::remote(0, kPort);
  Turned turned;
  turned.sender = rig.mapped(a, remote, protocol);
  const auto target = rig.mapped(b, remote, protocol);
  if (!turned.sender || !target) return turned;
  rig.send(Side::kInside, frame_of(first_packet(a, *target, protocol)));
  rig.send(Side::kInside, frame_of(first_packet(b, *turned.sender, protocol)));
  rig.send(Side::kInside, frame_of(first_packet(a, *target, protocol)));
  const Seen* came = rig.came_on(Side::kInside);
  const bool arrived =
      came && came->whole && came->packet.protocol == protocol && came->packet.destination == b;
  if (arrived) turned.arrived = *came;
  return turned;
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

bool ends_with(const std::optional<Seen>& seen, ByteView payload) {
  if (!seen || !seen->whole || seen->body().size() < payload.size()) return false;
  return std::ranges::equal(seen->body().last(payload.size()), payload);
}

}  // namespace

std::string strays_when_ports_clash(Rig& rig, Endpoint internal, Protocol protocol) {
  const auto first = rig.mapped(internal, Rig::remote(3, kPort), protocol);
  for (const Endpoint to :
       {Rig::remote(0, kPort), Rig::remote(0, kOtherPort), Rig::remote(3, kPort)}) {
    const auto again = rig.mapped(internal, to, protocol);
    if (again == first || !again) continue;
    return "where two hosts use one port, the second has " + text(first) + " and " + text(again);
  }
  return {};
}

Finding one_mapping_for_all_destinations(const Subject& subject, Protocol protocol) {
  Rig rig(subject);
  const auto mapping = mapping_class(rig, rig.host(0, 5000), protocol);
  if (!mapping) return rig.fail("packets do not get out");
  if (*mapping != Dependence::kEndpointIndependent) {
    return rig.fail(std::string("the mapping is ") + text(*mapping));
  }
  const std::string strays = strays_when_ports_clash(rig, rig.host(1, 5000), protocol);
  if (!strays.empty()) return rig.fail(strays);
  return rig.pass("one external endpoint for three destinations, also where ports clash");
}

// Boxes that overload wait for a second destination, or for a second host that wants the same port.
Finding no_overloading(const Subject& subject, Protocol protocol) {
  Rig rig(subject);
  std::set<Endpoint> taken;
  for (uint32_t n = 0; n < 8; ++n) {
    const Endpoint remote = Rig::remote(n % 2 == 0 ? 0 : n, kPort);
    const auto external = rig.mapped(rig.host(n, 5000), remote, protocol);
    if (!external) continue;  // refused: that is not sharing
    if (!taken.insert(*external).second) {
      return rig.fail(text(*external) + " serves two internal endpoints at once");
    }
  }
  return rig.pass_if(!taken.empty(),
                     "eight hosts that send from one port have " + std::to_string(taken.size()) +
                         " external endpoints, none of them shared",
                     "packets do not get out");
}

Finding filters_by_address_at_most(const Subject& subject, Protocol protocol) {
  Rig rig(subject);
  const auto filtering = filtering_class(rig, rig.host(0, 5000), protocol);
  if (!filtering) return rig.fail("not even answers come in");
  return rig.pass_if(*filtering != Dependence::kAddressAndPortDependent,
                     std::string("filtering is ") + text(*filtering),
                     "only the very endpoint that was sent to may send in");
}

Finding hairpins(const Subject& subject, Protocol protocol) {
  Rig rig(subject);
  return rig.pass_if(turn_back(rig, protocol).arrived.has_value(),
                     "a host reaches another by its external endpoint",
                     "a packet to a neighbour's external endpoint does not arrive");
}

Finding hairpins_with_external_source(const Subject& subject, Protocol protocol) {
  Rig rig(subject);
  const Turned turned = turn_back(rig, protocol);
  if (!turned.arrived) return rig.not_applicable("nothing arrives, see the requirement above");
  const Endpoint source = turned.arrived->packet.source;
  return rig.pass_if(source == turned.sender, "it comes from the sender's external endpoint",
                     "it comes from " + text(source) + ", not from " + text(turned.sender));
}

Finding leaves_payloads_alone(const Subject& subject, Protocol protocol) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  const auto external = rig.mapped(host, remote, protocol);
  if (!external) return rig.fail("packets do not get out");
  if (!rig.reaches(remote, *external, host, protocol)) return rig.fail("answers do not come in");
  const Frame payload = telling_payload(host, *external);
  Packet there = first_packet(host, remote, protocol),
         back = first_packet(remote, *external, protocol);
  if (protocol == Protocol::kTcp) there.tcp.flags = back.tcp.flags = kPsh | kAck;
  if (!ends_with(rig.out(frame_of(there, payload)), payload)) {
    return rig.fail("the payload changed on its way out");
  }
  if (!ends_with(rig.in(frame_of(back, payload)), payload)) {
    return rig.fail("the payload changed on its way in");
  }
  return rig.pass("payloads with the addresses of the flow pass as they are");
}

}  // namespace natbed::conformance
