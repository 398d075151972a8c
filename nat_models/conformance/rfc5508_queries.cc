// RFC 5508 REQ-1, 2, 6, 8 to 11: ICMP queries, and which messages a box knows.
#include "base/checksum.h"
#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

constexpr uint16_t kQuery = 777;  // an ICMP identifier

Finding carries_queries(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, kQuery), remote = Rig::remote(0, 0);
  const auto left = rig.out(echo(IcmpType::kEchoRequest, host, remote), 56);
  if (!left || !left->whole || !rig.is_external(left->packet.source.ip))
    return rig.fail("an echo request does not get out");
  const auto back = rig.in(echo(IcmpType::kEchoReply, remote, left->packet.source), 56);
  const bool home = back && back->whole && back->packet.destination == host;
  return rig.pass_if(home, "an echo request gets out, and its reply back with its identifier",
                     "the reply does not come back");
}

Finding one_identifier_for_all_hosts(const Subject& subject) {
  Rig rig(subject);
  const auto first = rig.mapped(rig.host(0, kQuery), Rig::remote(0, 0), Protocol::kIcmp);
  const auto second = rig.mapped(rig.host(0, kQuery), Rig::remote(1, 0), Protocol::kIcmp);
  if (!first || !second) return rig.fail("echo requests do not get out");
  return rig.pass_if(
      first == second, "one external identifier for two destinations",
      "another destination, another identifier: " + text(first) + ", " + text(second));
}

Finding queries_live_a_minute(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, kQuery), remote = Rig::remote(0, 0);
  const auto external = rig.mapped(host, remote, Protocol::kIcmp);
  if (!external) return rig.fail("echo requests do not get out");
  rig.wait_until(59);
  return rig.pass_if(rig.reaches(remote, *external, host, Protocol::kIcmp),
                     "a reply gets in after 59 s", "a reply does not get in after 59 s");
}

// An error neither keeps a query's mapping nor ends it.
Finding errors_do_not_touch_queries(const Subject& subject) {
  const int64_t idle = idle_seconds(subject, Protocol::kIcmp, false);
  if (idle < 3 || idle == kForever)
    return Rig(subject).not_applicable("no time after which queries end was found");
  Finding finding;
  for (const bool late : {false, true}) {
    Rig rig(subject);
    const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, 0);
    const auto left = rig.out(echo(IcmpType::kEchoRequest, host, remote), 56);
    if (!left) return rig.fail("echo requests do not get out");
    rig.wait(Duration::seconds(idle - 2));
    for (const int code : {1, 3})
      rig.send(Side::kOutside, error_frame(Rig::router(), 3, code, left->frame));
    rig.wait(Duration::seconds(late ? 2 : 1));
    const bool lives = rig.reaches(remote, left->packet.source, host, Protocol::kIcmp);
    if (lives && late) return rig.fail("an error kept the query's mapping alive");
    if (!lives && !late) return rig.fail("an error ended the query's mapping");
    finding =
        rig.pass("errors leave the end of a query's mapping at " + std::to_string(idle) + " s");
  }
  return finding;
}

Finding says_that_it_is_full(const Subject& subject) {
  Rig rig(subject);
  const Filled filled = fill_all(rig, Protocol::kUdp, 66000);
  if (!filled.refused) return rig.not_applicable("66000 mappings did not fill it");
  const Seen* said = nullptr;
  for (const Seen& seen : filled.answer) {
    if (seen.side == Side::kInside) said = &seen;
  }
  const std::string full =
      "with " + std::to_string(filled.internal.size()) + " mappings it is full";
  if (!said || said->packet.protocol != Protocol::kIcmp ||
      said->packet.icmp.type != IcmpType::kUnreachable) {
    return rig.fail(full + " and refuses silently");
  }
  rig.note(words_for(said->frame));
  const uint8_t code = said->packet.icmp.code;
  return rig.pass_if(code == kAdministrativelyProhibited || code == kHostUnreachable,
                     full + " and says so with code " + std::to_string(code),
                     full + " and says so with code " + std::to_string(code) +
                         " instead of 13, or 1 at a carrier");
}

Finding supports_the_common_messages(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, kQuery), remote = Rig::remote(0, 0);
  const auto left = rig.out(echo(IcmpType::kEchoRequest, host, remote), 56);
  if (!left) return rig.fail("echo requests do not get out");
  if (!rig.reaches(remote, left->packet.source, host, Protocol::kIcmp))
    return rig.fail("echo replies do not come in");
  for (const int type : {3, 11}) {
    const auto in = rig.in(error_frame(Rig::router(), type, 0, left->frame));
    if (!in || in->packet.destination.ip != host.ip) {
      return rig.fail(type == 3 ? "destination unreachable does not come in"
                                : "time exceeded does not come in");
    }
  }
  return rig.pass("echo, destination unreachable and time exceeded get through");
}

// Whether an ICMP message of this type from inside shows outside.
std::optional<Seen> leaves(Rig& rig, int type) {
  const Frame rest(16);
  return rig.out(icmp_frame(rig.host(0, 0).ip, Rig::remote(0, 0).ip, type, 0, rest));
}

Finding may_support_others(const Subject& subject) {
  Rig rig(subject);
  std::string carried;
  for (const int type : {5, 9, 10, 12, 13, 17}) {
    if (leaves(rig, type)) carried += (carried.empty() ? "" : ", ") + std::to_string(type);
  }
  if (carried.empty()) return rig.not_applicable("the box does not use the permission");
  return rig.pass("it carries ICMP types " + carried);
}

Finding does_not_support_dead_messages(const Subject& subject) {
  Rig rig(subject);
  for (const int type : {4, 15, 16}) {
    if (leaves(rig, type)) return rig.fail("ICMP type " + std::to_string(type) + " gets out");
  }
  return rig.pass("source quench and information requests go nowhere");
}

Finding others_leave_no_trace(const Subject& subject) {
  Rig rig(subject);
  for (const int type : {1, 7, 19, 40, 42, 200}) {
    const auto left = leaves(rig, type);
    if (left && !rig.is_external(left->packet.source.ip)) {
      return rig.fail("ICMP type " + std::to_string(type) + " leaves with a private source");
    }
  }
  return rig.pass("unknown ICMP types do not leave untranslated");
}

// RFC 5508 §7.7 and the rules of RFC 1812 that it points to.
Finding good_manners(const Subject& subject) {
  Rig rig(subject);
  const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
  Frame marked = frame_of(datagram(host, remote), 32);
  marked[1] = std::byte{0xB8};  // expedited forwarding
  sign(marked);
  const auto left = rig.out(marked);
  if (!left) return rig.fail("datagrams do not get out");
  if (left->frame[1] != marked[1]) return rig.fail("the differentiated services field changed");

  Frame dying_error = error_frame(Rig::router(), 11, 0, left->frame);
  dying_error[8] = std::byte{1};
  sign(dying_error);
  rig.send(Side::kOutside, dying_error);
  if (rig.came_on(Side::kOutside)) return rig.fail("it answers an ICMP error with an ICMP error");
  Packet piece = datagram(host, remote);
  piece.ttl = 1;
  Frame later = frame_of(piece, 64);
  later[6] = std::byte{0};
  later[7] = std::byte{100};
  sign(later);
  rig.send(Side::kInside, later);
  if (rig.came_on(Side::kInside)) return rig.fail("it answers a later fragment with an ICMP error");
  return rig.pass(
      "keeps the DS field; no errors about errors or later fragments (rates of errors are not "
      "looked at)");
}

constexpr Requirement kRequirements[] = {
    {"5508-REQ-1",
     Level::kMust,
     "ICMP queries from inside and their replies get through",
     {},
     carries_queries},
    {"5508-REQ-1a",
     Level::kShould,
     "one external identifier for all destinations",
     {},
     one_identifier_for_all_hosts},
    {"5508-REQ-2",
     Level::kMustNot,
     "a query's mapping ends within a minute",
     {},
     queries_live_a_minute},
    {"5508-REQ-2a", Level::kRecommended, "that timer can be set", kIsASetting, nullptr},
};
constexpr Requirement kRest[] = {
    {"5508-REQ-6",
     Level::kMustNot,
     "an error refreshes or ends a query's mapping",
     {},
     errors_do_not_touch_queries},
};
constexpr Requirement kTypes[] = {
    {"5508-REQ-8", Level::kShould, "no room for a mapping: it says so", {}, says_that_it_is_full},
    {"5508-REQ-9", Level::kMay, "policy may forbid errors",
     "which policy a box has does not show in its packets", nullptr},
    {"5508-REQ-10a",
     Level::kMust,
     "destination unreachable, time exceeded and echo",
     {},
     supports_the_common_messages},
    {"5508-REQ-10b", Level::kMay, "redirect, timestamp and some more", {}, may_support_others},
    {"5508-REQ-10c",
     Level::kShouldNot,
     "source quench and information requests",
     {},
     does_not_support_dead_messages},
    {"5508-REQ-10d-f",
     Level::kRecommended,
     "the DS field, when not to send errors, how many",
     {},
     good_manners},
    {"5508-REQ-11",
     Level::kMay,
     "other messages are dropped or handled",
     {},
     others_leave_no_trace},
};

}  // namespace

std::span<const Requirement> rfc5508_queries() { return kRequirements; }
std::span<const Requirement> rfc5508_query_errors() { return kRest; }
std::span<const Requirement> rfc5508_messages() { return kTypes; }

}  // namespace natbed::conformance
