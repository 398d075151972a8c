#include "tests/differential/model_subject.h"

#include <array>

#include "base/check.h"
#include "nat_models/profiles.h"

namespace natbed::differential {
namespace {

const char* profile_name(Masquerade masquerade) {
  switch (masquerade) {
    case Masquerade::kRandom:
      return "linux-random";
    case Masquerade::kFullyRandom:
      return "linux-fully-random";
    case Masquerade::kPlain:
    case Masquerade::kFullCone:
    case Masquerade::kFourPorts:
      break;
  }
  return "linux";
}

NatTimers short_timers(NatTimers t) {
  constexpr Timers k = kTimers;
  t.udp_unreplied = Duration::seconds(k.udp);
  t.udp = Duration::seconds(k.udp_stream);
  t.icmp = Duration::seconds(k.icmp);
  t.tcp_syn_sent = Duration::seconds(k.syn_sent);
  t.tcp_syn_crossed = Duration::seconds(k.syn_crossed);
  t.tcp_syn_received = Duration::seconds(k.syn_received);
  t.tcp_established = Duration::seconds(k.established);
  t.tcp_fin_wait = Duration::seconds(k.fin_wait);
  t.tcp_close_wait = Duration::seconds(k.close_wait);
  t.tcp_last_ack = Duration::seconds(k.last_ack);
  t.tcp_time_wait = Duration::seconds(k.time_wait);
  t.tcp_reset = Duration::seconds(k.close);
  return t;
}

NatBehavior make_behavior(const Rules& rules) {
  const NatProfile* profile = find_profile(profile_name(rules.masquerade));
  NATBED_CHECK(profile, "the linux profiles are part of natbed");
  NatBehavior b = profile->behavior;
  b.timers = short_timers(b.timers);
  constexpr Unsolicited kInputs[] = {Unsolicited::kDrop, Unsolicited::kAccept,
                                     Unsolicited::kReject};
  b.unsolicited = kInputs[static_cast<size_t>(rules.input)];
  if (rules.masquerade != Masquerade::kFourPorts) return b;
  for (ProtocolBehavior* p : {&b.udp, &b.tcp}) {
    p->ports.range = {kFirstPort, kLastPort};
    p->ports.classes = PortClasses::kNone;
    p->ports.reserved[0] = {1, kFirstPort - 1};  // a port outside of the range is not preserved
    p->ports.reserved[1] = {kLastPort + 1, 65535};
  }
  return b;
}

bool answer_of(const Packet& cause, Side from, Answer answer, Packet* reply) {
  const IpAddress box = from == Side::kInside ? kBoxInside : kBoxOutside;
  switch (answer) {
    case Answer::kNothing:
    case Answer::kFragmentationNeeded:
      return false;
    case Answer::kTimeExceeded:
      return make_icmp_error(cause, box, IcmpType::kTimeExceeded, 0, reply);
    case Answer::kHostUnreachable:
      return make_icmp_error(cause, cause.destination.ip, IcmpType::kUnreachable, kHostUnreachable,
                             reply);
    case Answer::kPortUnreachable:
      return make_icmp_error(cause, cause.destination.ip, IcmpType::kUnreachable, kPortUnreachable,
                             reply);
    case Answer::kAdministrativelyProhibited:
      return make_icmp_error(cause, box, IcmpType::kUnreachable, kAdministrativelyProhibited,
                             reply);
    case Answer::kReset:
      *reply = make_tcp_reset(cause);
      return true;
  }
  return false;
}

Packet echo_reply_of(const Packet& request) {
  Packet reply = request;
  std::swap(reply.source, reply.destination);
  reply.icmp.type = IcmpType::kEchoReply;
  reply.ttl = 64;
  return reply;
}

}  // namespace

const NatBehavior& behavior_of(const Rules& rules) {
  static const auto all = [] {
    std::array<std::array<NatBehavior, 3>, 5> made;
    for (const Rules& r : all_rules()) {
      made[static_cast<size_t>(r.masquerade)][static_cast<size_t>(r.input)] = make_behavior(r);
    }
    return made;
  }();
  return all[static_cast<size_t>(rules.masquerade)][static_cast<size_t>(rules.input)];
}

ModelBox::ModelBox(const Rules& rules, uint64_t seed)
    : nat_(&behavior_of(rules), std::array{kBoxOutside}, Rng(seed)) {
  if (rules.masquerade != Masquerade::kFullCone) return;
  for (const Forward& f : kForwards) {
    for (const Protocol protocol : {Protocol::kUdp, Protocol::kTcp}) {
      const auto row = nat_.map(protocol, {host_ip(f.host), f.port}, f.port, Instant(),
                                Duration::seconds(1'000'000));
      NATBED_CHECK(row.has_value(), "a fresh box forwards any port");
    }
  }
}

std::vector<TableRow> ModelBox::table(Instant now) const {
  std::vector<TableRow> rows;
  for (const NatRow& row : nat_.list(now)) {
    const bool inside = row.internal.ip != kBoxOutside;
    const bool forwarded = row.remote.ip.is_unspecified();
    if (!inside || forwarded) continue;
    rows.push_back(
        {row.protocol, row.internal, row.external, row.remote, (row.expires - now).as_seconds()});
  }
  return rows;
}

std::vector<Emission> ModelBox::carry(Packet packet, Side from, Instant now) {
  const Packet cause = packet;
  const Verdict verdict = nat_.process(packet, from, now);
  Packet reply;
  switch (verdict.action) {
    case Verdict::Action::kForward:
      return {{verdict.egress, packet}};
    case Verdict::Action::kDrop:
      if (answer_of(cause, from, verdict.answer, &reply)) return {{from, reply}};
      return {};
    case Verdict::Action::kLocal:
      return {{from, echo_reply_of(cause)}};
    case Verdict::Action::kHold:
      break;
  }
  NATBED_CHECK(false, "the judge plays no fragments");
  return {};
}

}  // namespace natbed::differential
