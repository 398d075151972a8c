// RFC 4787 REQ-12 to REQ-14: ICMP, packets that are too big, and fragments.
#include "base/wire.h"
#include "base/wire_rewrite.h"
#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

// A flow that got out and was answered.
struct Flow {
  Endpoint host, remote;
  Endpoint external;
  Frame left;  // its packet as it was seen outside
};
std::optional<Flow> open_flow(Rig& rig) {
  Flow flow{rig.host(0, 5000), Rig::remote(0, kPort), {}, {}};
  const auto left = rig.out(datagram(flow.host, flow.remote), 32);
  if (!left) return std::nullopt;
  flow.left = left->frame;
  flow.external = left->packet.source;
  if (!rig.reaches(flow.remote, flow.external, flow.host)) return std::nullopt;
  return flow;
}

Finding survives_icmp(const Subject& subject) {
  Rig rig(subject);
  const auto flow = open_flow(rig);
  if (!flow) return rig.fail("answered datagrams do not get through");
  for (int type = 0; type < 256; ++type) {
    rig.quiet(type != 3);
    for (int code = 0; code < (type == 3 ? 16 : 2); ++code) {
      for (const IpAddress from : {flow->remote.ip, Rig::router()}) {
        rig.send(Side::kOutside, error_frame(from, type, code, flow->left));
      }
    }
    rig.quiet(false);
    if (!rig.reaches(flow->remote, flow->external, flow->host)) {
      return rig.fail("ICMP type " + std::to_string(type) + " ended the mapping");
    }
  }
  const Frame inbound = frame_of(datagram(flow->remote, flow->host), 32);
  for (int code = 0; code < 16; ++code) {
    rig.send(Side::kInside, error_frame(flow->host.ip, 3, code, inbound));
  }
  const bool same = rig.mapped(flow->host, flow->remote) == flow->external;
  return rig.pass_if(same && rig.reaches(flow->remote, flow->external, flow->host),
                     "the mapping survives ICMP messages of all types, from outside and inside",
                     "an error that the host sent ended its mapping");
}

Finding error_arrives(const Subject& subject, IpAddress from, int type, int code) {
  Rig rig(subject);
  const auto flow = open_flow(rig);
  if (!flow) return rig.fail("answered datagrams do not get through");
  const auto entered = rig.in(error_frame(from, type, code, flow->left));
  return rig.pass_if(entered && entered->packet.destination.ip == flow->host.ip,
                     "an error from " + from.to_string() + " is delivered",
                     "an error from " + from.to_string() + " is not delivered");
}
Finding error_from_the_way_arrives(const Subject& subject) {
  return error_arrives(subject, Rig::router(), 11, 0);
}
Finding unreachable_arrives(const Subject& subject) {
  return error_arrives(subject, Rig::remote(0, 0).ip, 3, 3);
}

constexpr uint16_t kNarrow = 1400;

Packet big_datagram(const Rig& rig, bool dont_fragment) {
  Packet packet = datagram(rig.host(0, 5000), Rig::remote(0, kPort));
  packet.dont_fragment = dont_fragment;
  packet.identification = 77;
  return packet;
}

Finding tells_too_big(const Subject& subject) {
  Rig rig(subject, 1, kNarrow);
  rig.note("the link outside carries 1400 bytes");
  rig.send(Side::kInside, frame_of(big_datagram(rig, true), 1500 - 28));
  if (rig.came_on(Side::kOutside))
    return rig.fail("a packet of 1500 bytes leaves in spite of its flag");
  const Seen* error = rig.came_on(Side::kInside);
  if (!error || error->packet.icmp.type != IcmpType::kUnreachable ||
      error->packet.icmp.code != kFragmentationNeeded) {
    return rig.fail("no ICMP \"fragmentation needed\" comes back: a black hole");
  }
  const bool right = error->whole && error->packet.destination.ip == rig.host(0, 0).ip &&
                     error->packet.icmp.next_hop_mtu == kNarrow &&
                     error->packet.icmp.inner_source == rig.host(0, 5000);
  return rig.pass_if(right, "ICMP \"fragmentation needed\" with the right MTU comes back",
                     "the ICMP error does not say the MTU of 1400, or quotes another packet");
}

Finding fragments_what_may_be(const Subject& subject) {
  Rig rig(subject, 1, kNarrow);
  rig.note("the link outside carries 1400 bytes");
  const Frame sent = frame_of(big_datagram(rig, false), 3000 - 28);
  rig.send(Side::kInside, sent);
  std::vector<Seen> fragments = rig.came();
  for (const Seen& f : fragments) {
    if (f.side != Side::kOutside) return rig.fail("the box answers instead of cutting the packet");
    if (f.frame.size() > kNarrow) return rig.fail("a packet is too big for the link");
  }
  const Frame whole = assembled(fragments);
  const auto parsed = parse_packet(whole);
  if (!parsed || parsed->payload.size() != 3000 - 28 ||
      !rig.is_external(parsed->packet.source.ip)) {
    return rig.fail("the fragments do not make up the translated datagram");
  }
  for (size_t i = 1; i < fragments.size(); ++i) {
    if (fragments[i].packet.fragment_offset > fragments[i - 1].packet.fragment_offset) continue;
    return rig.fail("the fragments are not in order");
  }
  return rig.pass("the datagram leaves in " + std::to_string(fragments.size()) +
                  " fragments, in order");
}

// Sends a datagram in two fragments, the first one first or last, and says whether it arrives whole.
bool carries_fragments(Rig& rig, Side from, const Packet& packet, bool first_last,
                       uint16_t identification) {
  Packet numbered = packet;
  numbered.identification = identification;
  const Frame whole = frame_of(numbered, 1200);
  auto pieces = fragment_packet(whole, 700);
  if (first_last) std::swap(pieces[0], pieces[1]);
  std::vector<Seen> arrived;
  for (const Frame& piece : pieces) {
    rig.send(from, piece);
    for (const Seen& came : rig.came()) {
      if (came.side != from) arrived.push_back(came);
    }
  }
  const Frame result = assembled(arrived);
  const auto parsed = parse_packet(result);
  if (!parsed) return false;
  const ByteView sent = ByteView(whole).last(1200);
  return std::ranges::equal(parsed->payload, sent);
}

Finding carries_fragments_in_any_order(const Subject& subject) {
  Rig rig(subject);
  const auto flow = open_flow(rig);
  if (!flow) return rig.fail("answered datagrams do not get through");
  uint16_t id = 300;
  for (const bool first_last : {false, true}) {
    const std::string order = first_last ? ", the first one last," : ", in order,";
    if (!carries_fragments(rig, Side::kOutside, datagram(flow->remote, flow->external), first_last,
                           ++id)) {
      return rig.fail("fragments from outside" + order + " do not arrive");
    }
    if (!carries_fragments(rig, Side::kInside, datagram(flow->host, flow->remote), first_last,
                           ++id)) {
      return rig.fail("fragments from inside" + order + " do not arrive");
    }
  }
  return rig.pass("fragments arrive, both ways and in both orders");
}

Finding survives_a_flood_of_fragments(const Subject& subject) {
  constexpr uint16_t kFlood = 4000;
  Rig rig(subject);
  const auto flow = open_flow(rig);
  if (!flow) return rig.fail("answered datagrams do not get through");
  const auto pieces_of = [&](uint16_t id) {
    Packet packet = datagram(flow->remote, flow->external);
    packet.identification = id;
    return fragment_packet(frame_of(packet, 200), 128);
  };
  rig.quiet(true);
  for (uint16_t id = 1; id <= kFlood; ++id) rig.send(Side::kOutside, pieces_of(id)[1]);
  rig.quiet(false);
  rig.note("these were fragments whose first one is missing");
  if (!rig.reaches(flow->remote, flow->external, flow->host) ||
      rig.mapped(flow->host, flow->remote) != flow->external) {
    return rig.fail("datagrams do not get through any more");
  }
  uint32_t kept = 0;
  rig.quiet(true);
  for (uint16_t id = 1; id <= kFlood; ++id) {
    rig.send(Side::kOutside, pieces_of(id)[0]);
    for (const Seen& came : rig.came()) kept += came.packet.fragment_offset > 0;
  }
  rig.quiet(false);
  return rig.pass_if(
      kept < kFlood, "of 4000 fragments without a first one it keeps " + std::to_string(kept),
      "it keeps all of 4000 fragments without a first one: nothing bounds its memory");
}

constexpr Requirement kRequirements[] = {
    {"4787-REQ-12", Level::kMustNot, "an ICMP message ends a mapping (UDP)", {}, survives_icmp},
    {"4787-REQ-12a",
     Level::kShouldNot,
     "ICMP is filtered by its source",
     {},
     error_from_the_way_arrives},
    {"4787-REQ-12b",
     Level::kRecommended,
     "ICMP destination unreachable is delivered",
     {},
     unreachable_arrives},
    {"4787-REQ-13",
     Level::kMust,
     "too big and not to be fragmented: ICMP says so",
     {},
     tells_too_big},
    {"4787-REQ-13a",
     Level::kMust,
     "too big otherwise: it is fragmented",
     {},
     fragments_what_may_be},
    {"4787-REQ-14",
     Level::kMust,
     "fragments pass in any order",
     {},
     carries_fragments_in_any_order},
    {"4787-REQ-14a",
     Level::kMust,
     "a flood of fragments harms nobody else",
     {},
     survives_a_flood_of_fragments},
};

}  // namespace

std::span<const Requirement> rfc4787_packets() { return kRequirements; }

}  // namespace natbed::conformance
