// RFC 5382 REQ-1 to REQ-5: TCP connections, how they begin, end, and for how long they are kept.
#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/protocol_checks.h"

namespace natbed::conformance {
namespace {

// Connections as RFC 9293 has them. After a SYN both sides may be first with everything else.
constexpr std::string_view kFromInside[] = {
    ">S <SA >A >D <A <D >A >FA <A <FA >A",  // closed from inside
    ">S <SA >A >D <A <FA >A >D <A >FA <A",  // closed from outside, data in the half that is open
    ">S <SA >A >FA <A <D >A <D >A <FA >A",  // the same the other way round
    ">S <SA >A >FA <FA >A <A",              // both at once
    ">S <SA >A >FA <FA >A",                 // FIN answered by FIN
    ">S >S <SA <SA >A >A >FA >FA <A <FA <FA >A",  // segments lost beyond the box, sent again
    ">S <SA >A >D <R",                            // reset from outside
    ">S <SA >A <D >R",                            // reset from inside
    ">S <RA",                                     // refused
    ">S <SA >D <A >FA <A <FA >A >S <SA >A",       // and once more from the same port
};
constexpr std::string_view kFromOutside[] = {
    "<S >SA <A >D <A <FA >A >FA <A",
    "<S <S >SA >SA <A <D >A >FA <A <D >A <FA >A",
    "<S >RA",
};

Finding every_valid_sequence(const Subject& subject) {
  for (const std::string_view script : kFromInside) {
    Rig rig(subject);
    Tcp tcp(&rig, rig.host(0, 5000), Rig::remote(0, 80));
    if (!tcp.plays(script)) return rig.fail(tcp.lost() + " is lost in " + in_words(script));
  }
  // From outside where the filter lets it: here from a remote that the port has a connection with.
  Rig last(subject);
  const Endpoint host = last.host(0, 5000);
  for (const std::string_view script : kFromOutside) {
    Rig rig(subject);
    Tcp opener(&rig, host, Rig::remote(0, 80));
    if (!opener.opens()) return rig.fail(opener.lost() + " is lost in a handshake");
    Tcp other(&rig, host, Rig::remote(2, 4000));
    other.set_external(opener.external());
    const bool admitted =
        rig.in(segment(Rig::remote(2, 4000), opener.external(), kSyn)).has_value();
    if (!admitted) {
      last.append(rig);
      continue;
    }
    if (!other.plays(script)) return rig.fail(other.lost() + " is lost in " + in_words(script));
    last.append(rig);
  }
  return last.pass(
      "handshakes and closings in every order get through, from outside where the filter admits "
      "them");
}

Finding simultaneous_open(const Subject& subject) {
  Rig rig(subject);
  Tcp tcp(&rig, rig.host(0, 5000), Rig::remote(0, 4000));
  const bool opened = tcp.plays(">S <S >SA <SA >A <A >D <D");
  return rig.pass_if(opened, "SYNs that cross become a connection",
                     tcp.lost() + " is lost when SYNs cross");
}

Finding tcp_and_udp_may_differ(const Subject& subject) {
  Rig rig(subject);
  const auto udp = filtering_class(rig, rig.host(0, 5000), Protocol::kUdp);
  const auto tcp = filtering_class(rig, rig.host(0, 5000), Protocol::kTcp);
  if (!udp || !tcp) return rig.not_applicable("answers do not come in");
  if (udp == tcp) return rig.not_applicable("the box does not use the permission");
  return rig.pass(std::string("filtering is ") + text(*udp) + " for UDP, " + text(*tcp) +
                  " for TCP");
}

// What the box itself said to the sender of a SYN: nothing, or a segment or ICMP error.
const Seen* answer(const Rig& rig) { return rig.came_on(Side::kOutside); }

// Six seconds and a bit after a SYN that nobody asked for; `until` the time at which a matching one
// leaves, if one does.
struct Silence {
  std::string broken;  // what the box said, and when; empty: nothing before six seconds
  bool icmp_later = false;
};
Silence listen(Rig& rig, int64_t milliseconds) {
  Silence silence;
  for (int64_t at = 100; at <= milliseconds; at += 100) {
    rig.wait(Duration::milliseconds(100));
    const Seen* said = answer(rig);
    if (!said) continue;
    const bool reset = said->packet.protocol == Protocol::kTcp;
    const bool unreachable = said->packet.protocol == Protocol::kIcmp &&
                             said->packet.icmp.type == IcmpType::kUnreachable &&
                             said->packet.icmp.code == kPortUnreachable;
    if (!reset && unreachable && at >= 6000) {
      silence.icmp_later = true;
    } else {
      silence.broken = (reset ? "an RST" : "ICMP") + std::string(" after ") +
                       seconds_text(Duration::milliseconds(at));
    }
  }
  return silence;
}

Finding does_not_answer_syns(const Subject& subject) {
  const Endpoint stranger = Rig::remote(2, 4000);
  // To a port that nobody has.
  Rig unmapped(subject);
  unmapped.send(Side::kOutside, frame_of(segment(stranger, {unmapped.external()[0], 40000}, kSyn)));
  if (answer(unmapped)) return unmapped.fail("a SYN to a port that nobody has is answered at once");
  const Silence there = listen(unmapped, 8000);
  if (!there.broken.empty())
    return unmapped.fail("a SYN to a port that nobody has is answered: " + there.broken);

  // To the port that a host is about to get, if the box gives it the one that it has itself.
  Rig early(subject);
  const Endpoint opener = early.host(0, 40000);
  early.send(Side::kOutside, frame_of(segment(stranger, {early.external()[0], 40000}, kSyn)));
  const Silence before = listen(early, 5900);
  if (early.mapped(opener, stranger, Protocol::kTcp) == Endpoint{early.external()[0], 40000}) {
    const Silence after = listen(early, 4000);
    if (!before.broken.empty() || !after.broken.empty() || after.icmp_later) {
      return early.fail("a SYN is answered although a matching one left at 5.9 s");
    }
    unmapped.append(early);
  }

  // To a port that a host has, but not for this remote; a matching SYN leaves in time, or too late.
  for (const int64_t leaves : {5900, 0}) {
    Rig rig(subject);
    const Endpoint host = rig.host(0, 5000);
    const auto external = rig.mapped(host, Rig::remote(0, 80), Protocol::kTcp);
    if (!external) return rig.fail("SYNs do not get out");
    rig.send(Side::kOutside, frame_of(segment(stranger, *external, kSyn)));
    if (rig.came_on(Side::kInside)) break;  // it is not unsolicited
    if (answer(rig)) return rig.fail("a SYN that the filter refuses is answered at once");
    Silence silence;
    if (leaves > 0) {
      silence = listen(rig, leaves);
      rig.mapped(host, stranger, Protocol::kTcp);
      const Silence after = listen(rig, 4000);
      if (!after.broken.empty() || after.icmp_later) {
        return rig.fail("a SYN is answered although a matching one left at 5.9 s");
      }
    } else {
      silence = listen(rig, 8000);
    }
    if (!silence.broken.empty())
      return rig.fail("a SYN that the filter refuses is answered: " + silence.broken);
    unmapped.append(rig);
  }
  return unmapped.pass(there.icmp_later ? "silence for six seconds, ICMP port unreachable then"
                                        : "unsolicited SYNs are dropped silently");
}

Finding lives(const Subject& subject, std::string_view before, int64_t seconds,
              std::string_view after) {
  Rig rig(subject);
  Tcp tcp(&rig, rig.host(0, 5000), Rig::remote(0, 80));
  const std::string time = std::to_string(seconds) + " s after " + in_words(before);
  if (!tcp.plays(before)) return rig.fail(tcp.lost() + " is lost in " + in_words(before));
  rig.wait(Duration::seconds(seconds));
  if (!tcp.plays(after)) return rig.fail(tcp.lost() + " is lost " + time);
  return rig.pass("connections live as long as they should: the last one " + time);
}

// What comes first after the silence is from outside: what leaves would open a mapping anew.
Finding idle_times(const Subject& subject) {
  constexpr struct {
    std::string_view before;
    int64_t seconds;
    std::string_view after;
  } kCases[] = {
      {">S <SA >A", 7439, "<D >A"},
      {">S <SA >A >D <A", 7439, "<D >D"},
      {">S", 239, "<SA >A"},
      {">S <SA", 239, "<SA >A <D"},
      {">S <S", 239, "<S >SA <SA"},
      {">S <SA >A >FA <A", 239, "<D >A <FA >A"},
      {">S <SA >A <FA >A", 239, "<A >D <A >FA"},
      {">S <SA >A >FA <FA", 239, "<FA >A <A"},
  };
  Finding finding;
  for (const auto& c : kCases) {
    finding = lives(subject, c.before, c.seconds, c.after);
    if (finding.outcome == Outcome::kFail) return finding;
  }
  // Two connections from one port: the end of one is not the end of the other.
  for (const std::string_view end : {">FA <FA >A <A", "<FA >A >FA <A", ">R", "<R"}) {
    Rig rig(subject);
    const Endpoint host = rig.host(0, 5000);
    Tcp kept(&rig, host, Rig::remote(0, 80)), closed(&rig, host, Rig::remote(1, 80));
    if (!kept.opens() || !closed.opens() || !closed.plays(end))
      return rig.fail("a handshake or closing is lost");
    rig.wait(Duration::seconds(7439));
    if (!kept.plays("<D >A"))
      return rig.fail("a connection is lost 7439 s after another from its port ended by " +
                      in_words(end));
  }
  return finding;
}

constexpr Requirement kRequirements[] = {
    {"5382-REQ-1",
     Level::kMust,
     "one external endpoint for all destinations (TCP)",
     {},
     of<one_mapping_for_all_destinations, Protocol::kTcp>},
    {"5382-REQ-2",
     Level::kMust,
     "every valid sequence of segments gets through",
     {},
     every_valid_sequence},
    {"5382-REQ-2a", Level::kMust, "simultaneous open", {}, simultaneous_open},
    {"5382-REQ-3",
     Level::kRecommended,
     "filters by endpoint-independence, or by address at most (TCP)",
     {},
     of<filters_by_address_at_most, Protocol::kTcp>},
    {"5382-REQ-3a", Level::kMay, "the filter can be set", kIsASetting, nullptr},
    {"5382-REQ-3b", Level::kMay, "filters of TCP and UDP may differ", {}, tcp_and_udp_may_differ},
    {"5382-REQ-4",
     Level::kMustNot,
     "an unsolicited SYN is answered within six seconds",
     {},
     does_not_answer_syns},
    {"5382-REQ-4a", Level::kMust, "it is dropped silently where policy forbids an answer",
     "which policy a box has does not show in its packets", nullptr},
    {"5382-REQ-5",
     Level::kMustNot,
     "a connection is given up before 2 h 4 min, or 4 min while it opens or closes",
     {},
     idle_times},
    {"5382-REQ-5a", Level::kMay, "the TCP timers can be set", kIsASetting, nullptr},
};

}  // namespace

std::span<const Requirement> rfc5382_connections() { return kRequirements; }

}  // namespace natbed::conformance
