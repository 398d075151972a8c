// RFC 5382 REQ-6 to REQ-10: payloads, overloading, hairpinning and ICMP of TCP.
#include <set>

#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

Finding leaves_payloads_alone(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  Tcp tcp(&rig, host, remote);
  if (!tcp.opens()) return rig.fail(tcp.lost() + " is lost in a handshake");
  Frame payload;
  for (const Endpoint& e : {host, tcp.external()}) {
    const auto bytes = std::as_bytes(std::span(e.ip.bytes())).last(4);
    payload.insert(payload.end(), bytes.begin(), bytes.end());
  }
  const auto same = [&](const std::optional<Seen>& seen) {
    return seen && seen->body().size() == 20 + payload.size() &&
           std::ranges::equal(seen->body().subspan(20), payload);
  };
  const bool out = same(rig.out(frame_of(segment(host, remote, kPsh | kAck), payload)));
  const bool in = same(rig.in(frame_of(segment(remote, tcp.external(), kPsh | kAck), payload)));
  return rig.pass_if(out && in, "payloads with the addresses of the connection pass as they are",
                     std::string("the payload changed on its way ") + (out ? "in" : "out"));
}

Finding no_overloading(const Subject& subject) {
  Rig rig(subject);
  std::set<Endpoint> taken;
  for (uint32_t n = 0; n < 8; ++n) {
    const auto external =
        rig.mapped(rig.host(n, 5000), Rig::remote(n % 2 == 0 ? 0 : n, 80), Protocol::kTcp);
    if (!external) return rig.fail("host " + std::to_string(n + 1) + " gets no mapping");
    if (!taken.insert(*external).second) {
      return rig.fail(text(*external) + " serves two internal endpoints at once");
    }
  }
  return rig.pass("eight hosts that connect from one port have eight external endpoints");
}

// A's SYN to B's external endpoint, after both have tried each other.
std::optional<Seen> turn_back(Rig& rig, std::optional<Endpoint>* sender) {
  const Endpoint a = rig.host(0, 5000), b = rig.host(1, 6000), remote = Rig::remote(0, 80);
  *sender = rig.mapped(a, remote, Protocol::kTcp);
  const auto target = rig.mapped(b, remote, Protocol::kTcp);
  if (!*sender || !target) return std::nullopt;
  rig.send(Side::kInside, frame_of(segment(a, *target, kSyn)));
  rig.send(Side::kInside, frame_of(segment(b, **sender, kSyn)));
  rig.send(Side::kInside, frame_of(segment(a, *target, kSyn)));
  const Seen* came = rig.came_on(Side::kInside);
  const bool arrived = came && came->whole && came->packet.protocol == Protocol::kTcp &&
                       came->packet.destination == b;
  if (!arrived) return std::nullopt;
  return *came;
}

Finding hairpins(const Subject& subject) {
  Rig rig(subject);
  std::optional<Endpoint> sender;
  return rig.pass_if(turn_back(rig, &sender).has_value(),
                     "a host connects to another by its external endpoint",
                     "a SYN to a neighbour's external endpoint does not arrive");
}

Finding hairpins_with_external_source(const Subject& subject) {
  Rig rig(subject);
  std::optional<Endpoint> sender;
  const auto arrived = turn_back(rig, &sender);
  if (!arrived) return rig.not_applicable("nothing arrives, see 5382-REQ-8");
  return rig.pass_if(
      arrived->packet.source == sender, "it comes from the sender's external endpoint",
      "it comes from " + text(arrived->packet.source) + ", not from " + text(sender));
}

Finding unreachable_arrives(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, 80);
  const auto left = rig.out(segment(host, remote, kSyn));
  if (!left) return rig.fail("SYNs do not get out");
  for (const int code : {0, 1, 3, 4, 13}) {
    const auto entered = rig.in(error_frame(Rig::router(), 3, code, left->frame));
    const bool right = entered && entered->whole && entered->packet.destination.ip == host.ip &&
                       entered->packet.icmp.inner_source == host &&
                       entered->packet.icmp.code == code;
    if (!right)
      return rig.fail("destination unreachable with code " + std::to_string(code) +
                      " does not arrive as it should");
  }
  return rig.pass("destination unreachable arrives at the host, about its own connection");
}

Finding survives_icmp(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, 80);
  Tcp tcp(&rig, host, remote);
  if (!tcp.opens()) return rig.fail(tcp.lost() + " is lost in a handshake");
  const auto left = rig.out(segment(host, remote, kAck), 100);
  if (!left) return rig.fail("data does not get out");
  for (int type = 0; type < 256; ++type) {
    rig.quiet(type != 3);
    for (int code = 0; code < (type == 3 ? 16 : 1); ++code) {
      rig.send(Side::kOutside, error_frame(remote.ip, type, code, left->frame));
    }
    rig.quiet(false);
    if (!tcp.plays("<D >A"))
      return rig.fail("ICMP type " + std::to_string(type) + " ended the connection");
  }
  const Frame inbound = frame_of(segment(remote, host, kAck), 100);
  for (int code = 0; code < 16; ++code)
    rig.send(Side::kInside, error_frame(host.ip, 3, code, inbound));
  rig.wait(Duration::seconds(7439));
  return rig.pass_if(tcp.plays("<D >A"),
                     "the connection survives ICMP messages of all types, and lives on for 7439 s",
                     "after ICMP errors the connection does not live 7439 s");
}

constexpr Requirement kRequirements[] = {
    {"5382-REQ-6",
     Level::kRecommended,
     "no payload is rewritten by default (TCP)",
     {},
     leaves_payloads_alone},
    {"5382-REQ-7",
     Level::kMustNot,
     "one external endpoint for two internal ones (TCP)",
     {},
     no_overloading},
    {"5382-REQ-8", Level::kMust, "hairpinning (TCP)", {}, hairpins},
    {"5382-REQ-8a",
     Level::kMust,
     "a hairpinned segment has an external source",
     {},
     hairpins_with_external_source},
    {"5382-REQ-9",
     Level::kShould,
     "ICMP destination unreachable is delivered (TCP)",
     {},
     unreachable_arrives},
    {"5382-REQ-10",
     Level::kMustNot,
     "an ICMP message ends a mapping or a connection (TCP)",
     {},
     survives_icmp},
};

}  // namespace

std::span<const Requirement> rfc5382_rest() { return kRequirements; }

}  // namespace natbed::conformance
