// RFC 5382 REQ-6 to REQ-10: payloads, overloading, hairpinning and ICMP of TCP.
#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/protocol_checks.h"

namespace natbed::conformance {
namespace {

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
  // As long as one does that no error met.
  const int64_t idle = idle_seconds(subject, Protocol::kTcp, true);
  rig.wait(Duration::seconds(idle - 1));
  return rig.pass_if(tcp.plays("<D"), "the connection survives ICMP messages of all types",
                     "after ICMP errors the connection ends early");
}

constexpr Requirement kRequirements[] = {
    {"5382-REQ-6",
     Level::kRecommended,
     "no payload is rewritten by default (TCP)",
     {},
     of<leaves_payloads_alone, Protocol::kTcp>},
    {"5382-REQ-7",
     Level::kMustNot,
     "one external endpoint for two internal ones (TCP)",
     {},
     of<no_overloading, Protocol::kTcp>},
    {"5382-REQ-8", Level::kMust, "hairpinning (TCP)", {}, of<hairpins, Protocol::kTcp>},
    {"5382-REQ-8a",
     Level::kMust,
     "a hairpinned segment has an external source",
     {},
     of<hairpins_with_external_source, Protocol::kTcp>},
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
