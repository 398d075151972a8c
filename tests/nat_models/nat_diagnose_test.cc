// Why a NAT dropped a packet: every diagnosis is tried. The same packets, with the smallest change
// that it names, must let the dropped one pass.
#include <algorithm>
#include <sstream>

#include "box.h"

namespace natbed::test {
namespace {

// A box and all that ever came to it, so that its past can be played again with a change.
class Past {
 public:
  explicit Past(const NatBehavior& behavior) : behavior_(behavior), nat_(fresh()) {}

  struct Step {
    Packet packet;
    Side from;
    Instant now;
  };

  Verdict out(const Packet& packet, Instant now = {}) {
    return carry({packet, Side::kInside, now});
  }
  Verdict in(const Packet& packet, Instant now = {}) {
    return carry({packet, Side::kOutside, now});
  }
  // The external endpoint of a UDP packet, which must get through.
  Endpoint sent(Endpoint from, Endpoint to, Instant now = {}) {
    EXPECT_EQ(out(udp(from, to), now).action, Verdict::Action::kForward);
    return passed_.source;
  }
  // Of the last packet, which must have been dropped.
  Diagnosis why() const { return why_; }
  const Step& last() const { return steps_.back(); }
  const Packet& passed() const { return passed_; }
  const NatBehavior& behavior() const { return behavior_; }
  const std::vector<Step>& steps() const { return steps_; }
  Nat nat_before_last() const { return replay(steps_.size() - 1, Instant::never()); }

  // Whether the last packet passes if `change` is done first, to a box that saw all before it.
  template <class Change>
  bool passes_if(Change change) const {
    Nat nat = nat_before_last();
    Step step = last();
    change(nat, step);
    return nat.process(step.packet, step.from, step.now).action == Verdict::Action::kForward;
  }
  // Whether it passes at `now`, earlier than it came.
  bool passes_at(Instant now) const {
    Nat nat = replay(steps_.size() - 1, now);
    Packet packet = last().packet;
    return nat.process(packet, last().from, now).action == Verdict::Action::kForward;
  }
  // Whether it passes if `early` leaves at `now`, before everything that came then or later, and
  // again and again, to keep open what it opened.
  bool passes_if_sent(const Packet& early, Instant now) const {
    Nat nat = fresh();
    size_t i = 0;
    for (; now <= last().now; now = now + Duration::seconds(5)) {
      for (; i + 1 < steps_.size() && steps_[i].now < now; ++i) (void)play(nat, steps_[i]);
      (void)play(nat, {early, Side::kInside, now});
    }
    for (; i + 1 < steps_.size(); ++i) (void)play(nat, steps_[i]);
    return play(nat, last()).action == Verdict::Action::kForward;
  }
  // Whether it passes a box that differs by `change`, after the same packets.
  template <class Change>
  bool passes_with(Change change) const {
    NatBehavior other = behavior_;
    change(other);
    Nat nat(&other, kPool, Rng(1));
    for (size_t i = 0; i + 1 < steps_.size(); ++i) (void)play(nat, steps_[i]);
    return play(nat, last()).action == Verdict::Action::kForward;
  }

 private:
  static inline const std::vector<IpAddress> kPool = {kOutside};

  Nat fresh() const { return Nat(&behavior_, kPool, Rng(1)); }
  static Verdict play(Nat& nat, const Step& step) {
    Packet packet = step.packet;
    return nat.process(packet, step.from, step.now);
  }
  // The first `count` packets, as far as they came before `until`.
  Nat replay(size_t count, Instant until) const {
    Nat nat = fresh();
    for (size_t i = 0; i < count && steps_[i].now < until; ++i) (void)play(nat, steps_[i]);
    return nat;
  }
  Verdict carry(const Step& step) {
    steps_.push_back(step);
    passed_ = step.packet;
    const Verdict verdict = nat_.process(passed_, step.from, step.now);
    why_ = {};
    if (verdict.action == Verdict::Action::kDrop)
      why_ = nat_.diagnose(step.packet, step.from, step.now, verdict);
    return verdict;
  }

  NatBehavior behavior_;
  std::vector<Step> steps_;
  Nat nat_;
  Packet passed_;
  Diagnosis why_;
};

#define EXPECT_DROPPED(verdict, why)                                 \
  do {                                                               \
    const Verdict its = (verdict);                                   \
    EXPECT_EQ(its.action, Verdict::Action::kDrop);                   \
    EXPECT_STREQ(to_string(its.reason), to_string(DropReason::why)); \
  } while (false)

Packet sized(Packet packet, uint16_t payload) {
  packet.payload_size = payload;
  packet.dont_fragment = true;
  return packet;
}

TEST(NatDiagnosis, StrangerIsLetInOnceSomethingWasSentToIt) {
  Past past(with(kEndpointIndependent, kAddressAndPortDependent));
  const Endpoint external = past.sent(kHost, kServer);
  EXPECT_DROPPED(past.in(udp(kOtherServer, external), second(1)), kFiltered);
  EXPECT_EQ(past.why().cure, Cure::kSendFirst);
  EXPECT_EQ(past.why().expected, kOtherServer);
  EXPECT_TRUE(past.passes_if([](Nat& nat, const Past::Step& step) {
    Packet first = udp(kHost, kOtherServer);
    (void)nat.process(first, Side::kInside, step.now);
  }));
}

// What a symmetric NAT sends to the stranger leaves by another mapping: sending first is no cure.
TEST(NatDiagnosis, MappingOfASymmetricNatIsForItsOwnRemoteOnly) {
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.set(&ProtocolBehavior::filter_scope, FilterScope::kMapping);
  Past past(b);
  const Endpoint external = past.sent(kHost, kServer);
  EXPECT_DROPPED(past.in(udp(kOtherServer, external), second(1)), kFiltered);
  EXPECT_EQ(past.why().cure, Cure::kAimFrom);
  EXPECT_EQ(past.why().expected, kServer);
  EXPECT_FALSE(past.passes_if([](Nat& nat, const Past::Step& step) {
    Packet first = udp(kHost, kOtherServer);
    (void)nat.process(first, Side::kInside, step.now);
  }));
  EXPECT_TRUE(
      past.passes_if([&](Nat&, Past::Step& step) { step.packet.source = past.why().expected; }));
}

TEST(NatDiagnosis, WrongDoorIsToldTheRightOne) {
  NatBehavior b = with(kAddressAndPortDependent, kAddressAndPortDependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.set(&ProtocolBehavior::filter_scope, FilterScope::kMapping);
  Past past(b);
  const Endpoint external = past.sent(kHost, kServer);
  const Endpoint door = past.sent(kHost, kOtherServer, second(1));
  for (const Endpoint aim : {external, Endpoint{kOutside, 9}}) {
    EXPECT_EQ(past.in(udp(kOtherServer, aim), second(2)).action, Verdict::Action::kDrop);
    EXPECT_EQ(past.why().cure, Cure::kAimElsewhere);
    EXPECT_EQ(past.why().expected, door);
    EXPECT_TRUE(past.passes_if(
        [&](Nat&, Past::Step& step) { step.packet.destination = past.why().expected; }));
  }
}

TEST(NatDiagnosis, LatePacketWouldHavePassedUntilTheMappingEnded) {
  Past past(with(kEndpointIndependent, kAddressAndPortDependent));
  const Endpoint external = past.sent(kHost, kServer);
  EXPECT_DROPPED(past.in(udp(kServer, external), second(3000)), kNoMapping);
  EXPECT_EQ(past.why().cure, Cure::kSendSooner);
  EXPECT_EQ(past.why().expected, kHost);
  EXPECT_TRUE(past.passes_at(past.why().since - Duration::nanoseconds(1)));
  EXPECT_FALSE(past.passes_at(past.why().since));
  EXPECT_TRUE(past.passes_if_sent(udp(kHost, kServer), second(2999))) << "or a refresh";
}

TEST(NatDiagnosis, LatePacketWouldHavePassedUntilTheFilterEnded) {
  NatBehavior b = with(kEndpointIndependent, kAddressDependent);
  b.set(&ProtocolBehavior::filter_timeout, Duration::seconds(20));
  Past past(b);
  const Endpoint external = past.sent(kHost, kServer);
  EXPECT_DROPPED(past.in(udp(kServer, external), second(25)), kFiltered);
  EXPECT_EQ(past.why().cure, Cure::kSendSooner);
  EXPECT_EQ(past.why().since, second(20));
  EXPECT_TRUE(past.passes_at(second(20) - Duration::nanoseconds(1)));
}

// The mapping had ended, and would not have let this one in before.
TEST(NatDiagnosis, StrangerToAnEndedMappingNeededAPacketBeforeItsEnd) {
  Past past(with(kEndpointIndependent, kAddressAndPortDependent));
  const Endpoint external = past.sent(kHost, kServer);
  EXPECT_DROPPED(past.in(udp(kOtherServer, external), second(3000)), kNoMapping);
  EXPECT_EQ(past.why().cure, Cure::kSendFirst);
  EXPECT_NE(past.why().since, Instant());
  EXPECT_TRUE(past.passes_if_sent(udp(kHost, kOtherServer), second(2999)));
}

TEST(NatDiagnosis, NobodySentThroughThisPort) {
  Past past(with(kEndpointIndependent, kAddressAndPortDependent));
  EXPECT_DROPPED(past.in(udp(kServer, {kOutside, kHost.port})), kNoMapping);
  EXPECT_EQ(past.why().cure, Cure::kOpenMapping);
  EXPECT_EQ(past.why().expected, (Endpoint{kOutside, kHost.port}));
  EXPECT_TRUE(past.passes_if([](Nat& nat, const Past::Step& step) {
    Packet first = udp(kHost, kServer);
    (void)nat.process(first, Side::kInside, step.now);
  }));
}

// A box whose own stack answers remembers what came early, and it stands in the way.
TEST(NatDiagnosis, EarlyPacketHadTakenThePlace) {
  NatBehavior b = with(kEndpointIndependent, kAddressAndPortDependent);
  b.unsolicited = Unsolicited::kAccept;
  b.set(&PortRules::overload, true);
  Past past(b);
  const Endpoint aim = past.sent(kHost, kOtherServer);
  EXPECT_DROPPED(past.in(udp(kServer, aim), second(1)), kNoMapping);
  EXPECT_DROPPED(past.in(udp(kServer, aim), second(2)), kNoMapping);
  EXPECT_EQ(past.why().cure, Cure::kSendFirst);
  EXPECT_EQ(past.why().since, second(1));
  EXPECT_TRUE(past.passes_if_sent(udp(kHost, kServer), second(0)));
  EXPECT_FALSE(past.passes_if_sent(udp(kHost, kServer), Instant() + Duration::milliseconds(1500)));
  // Once the host has sent, all the same, the way in is elsewhere.
  const Endpoint moved = past.sent(kHost, kServer, second(3));
  EXPECT_DROPPED(past.in(udp(kServer, aim), second(4)), kNoMapping);
  EXPECT_EQ(past.why().cure, Cure::kAimElsewhere);
  EXPECT_EQ(past.why().expected, moved);
}

TEST(NatDiagnosis, SessionWithSomebodyElseIsNoWayInUntilThereIsOneMore) {
  NatBehavior b = with(kEndpointIndependent, kAddressAndPortDependent);
  b.set(&PortRules::overload, true);
  Past past(b);
  const Endpoint external = past.sent(kHost, kServer);
  EXPECT_DROPPED(past.in(udp(kOtherServer, external), second(1)), kNoMapping);
  EXPECT_EQ(past.why().cure, Cure::kSendFirst);
  EXPECT_TRUE(past.passes_if_sent(udp(kHost, kOtherServer), second(1)));
}

TEST(NatDiagnosis, QuestionToTheBoxItselfHasNoCure) {
  Past past(with(kEndpointIndependent, kEndpointIndependent));
  EXPECT_DROPPED(past.in(echo(IcmpType::kEchoRequest, kServer, {kOutside, 0})), kNoMapping);
  EXPECT_EQ(past.why(), Diagnosis());
}

TEST(NatDiagnosis, TcpSegmentOfNoConnectionNeedsASynFromInside) {
  Past past(with(kEndpointIndependent, kAddressAndPortDependent));
  EXPECT_DROPPED(past.out(tcp(kHost, kServer, kFin | kAck)), kNoMapping);
  EXPECT_EQ(past.why().cure, Cure::kOpenMapping);
  EXPECT_EQ(past.why().expected, kHost);
  EXPECT_TRUE(past.passes_if_sent(tcp(kHost, kServer, kSyn), {}));
}

TEST(NatDiagnosis, SegmentOutOfStatePassesInAConnectionFromItsSynOn) {
  NatBehavior b = with(kEndpointIndependent, kAddressAndPortDependent);
  b.set(&PortRules::overload, true);
  b.conntrack = true;
  Past past(b);
  (void)past.out(tcp(kHost, kServer, kSyn));
  EXPECT_DROPPED(past.out(tcp(kHost, kServer, kAck), second(1)), kOutOfState);
  EXPECT_EQ(past.why().cure, Cure::kHandshake);
  EXPECT_TRUE(past.passes_if([](Nat& nat, const Past::Step& step) {
    Packet answer = tcp(kServer, {kOutside, kHost.port}, kSyn | kAck);
    (void)nat.process(answer, Side::kOutside, step.now);
  }));
}

TEST(NatDiagnosis, HairpinIsAMatterOfTheBox) {
  Past past(with(kEndpointIndependent, kEndpointIndependent));
  const Endpoint external = past.sent(kHost, kServer);
  EXPECT_DROPPED(past.out(udp(at("192.168.1.3:1"), external)), kNoHairpin);
  EXPECT_EQ(past.why().cure, Cure::kHairpin);
  EXPECT_TRUE(past.passes_with(
      [](NatBehavior& b) { b.set(&ProtocolBehavior::hairpin, Hairpin::kExternalSource); }));
}

// The filter saw the sender's external endpoint: that is whom the other host must have sent to.
TEST(NatDiagnosis, HairpinnedStrangerIsNamedAsTheFilterSawIt) {
  NatBehavior b = with(kEndpointIndependent, kAddressAndPortDependent);
  b.set(&ProtocolBehavior::hairpin, Hairpin::kExternalSource);
  Past past(b);
  const Endpoint neighbour = at("192.168.1.3:6000");
  const Endpoint external = past.sent(kHost, kServer);
  const Endpoint theirs = past.sent(neighbour, kServer);
  EXPECT_DROPPED(past.out(udp(neighbour, external), second(1)), kFiltered);
  EXPECT_EQ(past.why().cure, Cure::kSendFirst);
  EXPECT_EQ(past.why().expected, theirs);
  EXPECT_TRUE(past.passes_if_sent(udp(kHost, theirs), second(1)));
}

TEST(NatDiagnosis, FullTableNeedsRoomForOneMore) {
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  b.limits.mappings = 2;
  Past past(b);
  for (const char* host : {"192.168.1.2:1", "192.168.1.2:2"}) past.sent(at(host), kServer);
  EXPECT_DROPPED(past.out(udp(at("192.168.1.2:3"), kServer)), kTableFull);
  EXPECT_EQ(past.why().cure, Cure::kRaiseLimit);
  EXPECT_TRUE(
      past.passes_with([&](NatBehavior& more) { more.limits.mappings = past.why().amount + 1; }));
}

TEST(NatDiagnosis, QuotaIsToldFromTheRateOfNewMappings) {
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  b.limits.mappings_per_host = 3;
  b.limits.new_per_second_per_host = 2;
  Past past(b);
  for (const char* host : {"192.168.1.2:1", "192.168.1.2:2"}) past.sent(at(host), kServer);
  EXPECT_DROPPED(past.out(udp(at("192.168.1.2:3"), kServer)), kQuota);
  EXPECT_EQ(past.why().amount, 2u);
  EXPECT_TRUE(past.passes_with([](NatBehavior& more) { ++more.limits.new_per_second_per_host; }));
  EXPECT_FALSE(past.passes_with([](NatBehavior& more) { ++more.limits.mappings_per_host; }));
  past.sent(at("192.168.1.2:3"), kServer, second(1));
  EXPECT_DROPPED(past.out(udp(at("192.168.1.2:4"), kServer), second(2)), kQuota);
  EXPECT_EQ(past.why().cure, Cure::kRaiseLimit);
  EXPECT_EQ(past.why().amount, 3u);
  EXPECT_TRUE(past.passes_with([](NatBehavior& more) { ++more.limits.mappings_per_host; }));
}

TEST(NatDiagnosis, PortsThatRanOutNeedAWiderRange) {
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.set(&PortRules::range, PortRange{2000, 2001});
  Past past(b);
  for (const char* host : {"192.168.1.2:1", "192.168.1.2:2"}) past.sent(at(host), kServer);
  EXPECT_DROPPED(past.out(udp(at("192.168.1.2:3"), kServer)), kNoPort);
  EXPECT_EQ(past.why().cure, Cure::kRaiseLimit);
  EXPECT_EQ(past.why().amount, 2u);
  EXPECT_TRUE(past.passes_with([](NatBehavior& more) {
    more.set(&PortRules::range, PortRange{2000, 2002});
  }));
}

TEST(NatDiagnosis, PortThatIsTakenIsNoneOfTheHostsOtherOnes) {
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  b.set(&PortRules::clash, PortClash::kRefuse);
  Past past(b);
  past.sent(kHost, kServer);
  EXPECT_DROPPED(past.out(udp(at("192.168.1.3:5000"), kServer)), kNoPort);
  EXPECT_EQ(past.why().cure, Cure::kAimFrom);
  EXPECT_EQ(past.why().expected.ip, at("192.168.1.3:5000").ip);
  EXPECT_TRUE(past.passes_if([](Nat&, Past::Step& step) { ++step.packet.source.port; }));
}

TEST(NatDiagnosis, RateLimitNeedsRoomForOneMore) {
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  b.limits.packets_per_second = 2;
  Past past(b);
  past.sent(kHost, kServer);
  past.sent(kHost, kServer);
  EXPECT_DROPPED(past.out(udp(kHost, kServer)), kRateLimit);
  EXPECT_EQ(past.why().cure, Cure::kRaiseLimit);
  EXPECT_TRUE(past.passes_with(
      [&](NatBehavior& more) { more.limits.packets_per_second = past.why().amount + 1; }));
}

TEST(NatDiagnosis, BlockedTrafficPassesABoxThatCarriesIt) {
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  b.udp.crossing = Crossing::kKnownServices;
  Past past(b);
  EXPECT_DROPPED(past.out(udp(kHost, kServer)), kBlocked);
  EXPECT_EQ(past.why().cure, Cure::kAllowTraffic);
  EXPECT_TRUE(past.passes_with([](NatBehavior& more) { more.udp.crossing = Crossing::kAll; }));
}

TEST(NatDiagnosis, BanOfASenderEnds) {
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  b.blacklist = Duration::seconds(10);
  Past past(b);
  (void)past.in(udp(kServer, {kOutside, 9}));
  const Endpoint external = past.sent(kHost, kServer, second(1));
  EXPECT_DROPPED(past.in(udp(kServer, external), second(2)), kBlacklisted);
  EXPECT_EQ(past.why().cure, Cure::kWait);
  EXPECT_EQ(past.why().since, second(10));
  const auto at_time = [&](Instant now) {
    return past.passes_if([&](Nat&, Past::Step& step) { step.now = now; });
  };
  EXPECT_TRUE(at_time(past.why().since));
  EXPECT_FALSE(at_time(past.why().since - Duration::nanoseconds(1)));
}

TEST(NatDiagnosis, FragmentPassesWhole) {
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  for (const Fragments fragments : {Fragments::kDropped, Fragments::kInOrder}) {
    b.fragments = fragments;
    Past past(b);
    Packet fragment = udp(kHost, kServer);
    fragment.fragment_offset = 100;
    EXPECT_DROPPED(past.out(fragment), kFragmented);
    EXPECT_EQ(past.why().cure, Cure::kAssemble);
    EXPECT_TRUE(past.passes_if([](Nat&, Past::Step& step) { step.packet.fragment_offset = 0; }));
  }
}

TEST(NatDiagnosis, TooBigOrTooFarIsToldByHowMuch) {
  NatBehavior b = with(kEndpointIndependent, kEndpointIndependent);
  b.mtu_outside = 1000;
  Past past(b);
  EXPECT_DROPPED(past.out(sized(udp(kHost, kServer), 1200)), kTooBig);
  EXPECT_EQ(past.why().cure, Cure::kSmaller);
  const auto with_size = [&](uint32_t bytes) {
    return past.passes_if([&](Nat&, Past::Step& step) {
      step.packet.payload_size =
          static_cast<uint16_t>(step.packet.payload_size + bytes - step.packet.wire_size());
    });
  };
  EXPECT_TRUE(with_size(past.why().amount));
  EXPECT_FALSE(with_size(past.why().amount + 1));
  Packet tired = udp(kHost, kServer);
  tired.ttl = 1;
  EXPECT_DROPPED(past.out(tired, second(1)), kTtlExpired);
  EXPECT_EQ(past.why().cure, Cure::kMoreHops);
  EXPECT_TRUE(past.passes_if(
      [&](Nat&, Past::Step& step) { step.packet.ttl = static_cast<uint8_t>(past.why().amount); }));
}

TEST(NatDiagnosis, WhatIsNotTranslatedPassesAsSomethingThatIs) {
  Past past(with(kEndpointIndependent, kEndpointIndependent));
  EXPECT_DROPPED(past.out(echo(IcmpType::kEchoReply, kHost, kServer)), kUntranslatable);
  EXPECT_EQ(past.why().cure, Cure::kTranslatable);
  EXPECT_TRUE(past.passes_if(
      [](Nat&, Past::Step& step) { step.packet.icmp.type = IcmpType::kEchoRequest; }));
}

TEST(NatDiagnosis, IcmpErrorOfAStrangerPassesFromTheRemoteItIsAbout) {
  NatBehavior b = with(kEndpointIndependent, kAddressAndPortDependent);
  b.icmp_errors.from_anyone = false;
  Past past(b);
  const Endpoint external = past.sent(kHost, kServer);
  Packet error = udp(kOtherServer, external);
  error.protocol = Protocol::kIcmp;
  error.source.port = error.destination.port = 0;
  error.icmp = IcmpFields{};
  error.icmp.type = IcmpType::kUnreachable;
  error.icmp.inner_protocol = Protocol::kUdp;
  error.icmp.inner_source = external;
  error.icmp.inner_destination = kServer;
  EXPECT_DROPPED(past.in(error, second(1)), kFiltered);
  EXPECT_EQ(past.why().cure, Cure::kAimFrom);
  EXPECT_TRUE(past.passes_if(
      [&](Nat&, Past::Step& step) { step.packet.source.ip = past.why().expected.ip; }));
}

// Any mapping, filtering, scope, port rule and timing, two hosts, few remotes: whatever the
// diagnosis names is tried. What it cannot name must be rare.
class RandomPast {
 public:
  explicit RandomPast(uint64_t seed) : rng_(seed), past_(random_behavior()) {}

  void run(std::vector<int>& tried) {
    for (int i = 0; i < 40; ++i) {
      now_ = now_ + Duration::milliseconds(static_cast<int64_t>(rng_.below(5) == 0 ? 40'000 : 900));
      if (rng_.below(2) == 0) {
        const Endpoint host = {IpAddress::v4(192, 168, 1, 2),
                               static_cast<uint16_t>(5000 + rng_.below(2))};
        if (past_.out(udp(host, remote()), now_).action == Verdict::Action::kForward)
          externals_.push_back(past_.passed().source);
        continue;
      }
      const bool known = !externals_.empty() && rng_.below(8) != 0;
      const Endpoint aim = known ? externals_[rng_.below(externals_.size())]
                                 : Endpoint{kOutside, static_cast<uint16_t>(5000 + rng_.below(2))};
      const Verdict verdict = past_.in(udp(remote(), aim), now_);
      if (verdict.action != Verdict::Action::kDrop) continue;
      ++tried[static_cast<size_t>(past_.why().cure)];
      ASSERT_TRUE(cured()) << "step " << i << ": " << to_string(verdict.reason) << ", "
                           << explain(past_.why()) << "\n"
                           << story();
    }
  }

 private:
  NatBehavior random_behavior() {
    const auto any = [&] { return static_cast<Dependence>(rng_.below(3)); };
    NatBehavior b = with(any(), any());
    b.set(&ProtocolBehavior::filter_scope, static_cast<FilterScope>(rng_.below(2)));
    b.set(&PortRules::allocation, static_cast<PortAllocation>(rng_.below(3)));
    b.set(&ProtocolBehavior::refresh, rng_.below(2) == 0 ? Refresh::kOutbound : Refresh::kBoth);
    if (rng_.below(3) == 0) b.set(&ProtocolBehavior::filter_timeout, Duration::seconds(15));
    if (rng_.below(4) == 0) {
      b.set(&PortRules::overload, true);
      b.set(&ProtocolBehavior::filtering, kAddressAndPortDependent);
    }
    return b;
  }
  // What the box does and what came to it, to play the failure by hand.
  std::string story() const {
    const ProtocolBehavior& b = past_.behavior().udp;
    std::ostringstream text;
    text << "mapping " << int(b.mapping) << ", filtering " << int(b.filtering) << ", scope "
         << int(b.filter_scope) << ", allocation " << int(b.ports.allocation) << ", overload "
         << b.ports.overload << ", unsolicited " << int(past_.behavior().unsolicited)
         << ", refresh " << int(b.refresh) << ", filter " << b.filter_timeout.as_seconds() << "\n";
    for (const Past::Step& step : past_.steps()) {
      text << step.now.as_seconds() << (step.from == Side::kInside ? "  out " : "  in  ")
           << step.packet.source.to_string() << " > " << step.packet.destination.to_string()
           << "\n";
    }
    return text.str();
  }
  Endpoint remote() {
    return {IpAddress::v4(198, 51, 100, static_cast<uint8_t>(1 + rng_.below(2))),
            static_cast<uint16_t>(7000 + rng_.below(2))};
  }
  // The host inside that this is about: the test tries both.
  template <class Try>
  static bool either(Try try_with) {
    return try_with(at("192.168.1.2:5000")) || try_with(at("192.168.1.2:5001"));
  }
  // Which port a new mapping gets is the box's affair: only what preserves ports can be told to open
  // this one, and only while the host has no other mapping.
  bool could_open(const Endpoint& external) const {
    if (past_.behavior().udp.ports.allocation != PortAllocation::kPreserving) return false;
    const auto rows = past_.nat_before_last().list(now_);
    return (external.port == 5000 || external.port == 5001) &&
           std::ranges::none_of(
               rows, [&](const NatRow& row) { return row.internal.port == external.port; });
  }
  bool cured() {
    const Diagnosis why = past_.why();
    const Instant early = why.since == Instant() ? now_ : why.since - Duration::nanoseconds(1);
    switch (why.cure) {
      case Cure::kSendFirst:
        return either(
            [&](Endpoint host) { return past_.passes_if_sent(udp(host, why.expected), early); });
      case Cure::kSendSooner:
        return past_.passes_at(early) && !past_.passes_at(why.since);
      case Cure::kAimElsewhere:
        return past_.passes_if(
            [&](Nat&, Past::Step& step) { step.packet.destination = why.expected; });
      case Cure::kAimFrom:
        return past_.passes_if([&](Nat&, Past::Step& step) { step.packet.source = why.expected; });
      case Cure::kOpenMapping:
        return !could_open(why.expected) || either([&](Endpoint host) {
          return past_.passes_if_sent(udp(host, past_.last().packet.source), early);
        });
      case Cure::kNone:
        return true;
      default:
        return false;
    }
  }

  Rng rng_;
  Past past_;
  Instant now_;
  std::vector<Endpoint> externals_;
};

TEST(NatDiagnosis, EveryCureOfTwentyThousandRandomPastsWorks) {
  std::vector<int> tried(kCureCount);
  for (uint64_t seed = 1; seed <= 20'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomPast(seed).run(tried);
    if (testing::Test::HasFatalFailure()) return;
  }
  int all = 0;
  for (const int count : tried) all += count;
  for (const Cure cure : {Cure::kSendFirst, Cure::kSendSooner, Cure::kAimElsewhere, Cure::kAimFrom,
                          Cure::kOpenMapping})
    EXPECT_GT(tried[static_cast<size_t>(cure)], 500) << to_string(cure);
  EXPECT_LT(tried[static_cast<size_t>(Cure::kNone)] * 20, all) << "of " << all;
}

}  // namespace
}  // namespace natbed::test
