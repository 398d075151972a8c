// What a box does with packets that nobody asked for, that are too big, in pieces or too many, and
// boxes that misbehave on purpose.
#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

const Endpoint kMapped{kOutside, 5000};

TEST(NatSyn, AnswersAnUnsolicitedSynAsTold) {  // RFC 5382 REQ-4 wants silence
  const struct {
    UnsolicitedSyn policy;
    Answer answer;
  } cases[] = {{UnsolicitedSyn::kAsOthers, Answer::kNothing},
               {UnsolicitedSyn::kReset, Answer::kReset},
               {UnsolicitedSyn::kIcmp, Answer::kPortUnreachable},
               {UnsolicitedSyn::kHold, Answer::kNothing}};
  for (const auto& c : cases) {
    NatBehavior b;
    b.unsolicited_syn = c.policy;
    Box box(b);
    EXPECT_EQ(box.in(tcp(kServer, kMapped, kSyn)).answer, c.answer);
    EXPECT_EQ(box.in(udp(kServer, kMapped)).answer, Answer::kNothing);
  }
}

TEST(NatSyn, TellsAfterSixSecondsThatNobodyWasThere) {
  NatBehavior b;
  b.unsolicited_syn = UnsolicitedSyn::kHold;
  Box box(b);
  EXPECT_TRUE(box.nat.deadline().is_never());
  (void)box.in(tcp(kServer, kMapped, kSyn), second(1));
  EXPECT_EQ(box.nat.deadline(), second(7));
  EXPECT_FALSE(box.nat.release(second(7) - Duration::nanoseconds(1)));
  const auto release = box.nat.release(second(7));
  ASSERT_TRUE(release);
  EXPECT_EQ(release->kind, Release::Kind::kAnswer);
  EXPECT_EQ(release->answer, Answer::kPortUnreachable);
  EXPECT_EQ(release->packet.source, kServer);
  EXPECT_EQ(release->from, Side::kOutside);
  EXPECT_TRUE(box.nat.deadline().is_never());
}

TEST(NatSyn, SaysNothingIfTheHostInsideOpensTheSameConnectionMeanwhile) {
  NatBehavior b;
  b.unsolicited_syn = UnsolicitedSyn::kHold;
  Box box(b);
  (void)box.in(tcp(kServer, kMapped, kSyn), second(1));
  box.leaves(tcp(kHost, kServer, kSyn), second(6));
  EXPECT_FALSE(box.nat.release(second(7)));
  box.enters(tcp(kServer, kMapped, kSyn), second(8));
}

TEST(NatTcp, KeepsAConnectionWhoseNeighbourOnTheSamePortCloses) {  // RFC 5382 REQ-5
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  for (const Endpoint& server : {kServer, kOtherServer}) {
    box.leaves(tcp(kHost, server, kSyn));
    box.enters(tcp(server, kMapped, kSyn | kAck));
    box.leaves(tcp(kHost, server, kAck));
  }
  box.leaves(tcp(kHost, kServer, kFin | kAck), second(10));
  box.enters(tcp(kServer, kMapped, kFin | kAck), second(10));
  box.leaves(tcp(kHost, kServer, kAck), second(10));
  EXPECT_EQ(box.in(tcp(kServer, kMapped, kAck), second(251)).reason, DropReason::kFiltered);
  box.enters(tcp(kOtherServer, kMapped, kAck), second(7439));
}

TEST(NatTcp, TakesAResetConnectionForAliveIfDataFollows) {  // RFC 7857 §2.2
  for (const bool revives : {true, false}) {
    NatBehavior b = with(kEndpointIndependent, kAddressAndPortDependent);
    b.reset_revives = revives;
    Box box(b);
    box.leaves(tcp(kHost, kServer, kSyn));
    box.enters(tcp(kServer, kMapped, kSyn | kAck));
    box.leaves(tcp(kHost, kServer, kAck));
    EXPECT_EQ(box.in(tcp(kServer, kMapped, kRst), second(1)).expires, second(241));
    const Instant end = box.out(tcp(kHost, kServer, kAck), second(2)).expires;
    EXPECT_EQ(end, revives ? second(2 + 7440) : second(2 + 240));
  }
}

TEST(NatTcp, OpensNothingForAnEndOfSomethingUnknown) {
  Box box({});
  EXPECT_EQ(box.out(tcp(kHost, kServer, kRst)).reason, DropReason::kNoMapping);
  EXPECT_EQ(box.out(tcp(kHost, kServer, kFin | kAck)).reason, DropReason::kNoMapping);
  EXPECT_TRUE(box.nat.list({}).empty());
}

TEST(NatTimers, HasOtherTimesForSomePorts) {  // RFC 4787 REQ-5a
  NatBehavior b;
  b.timers.udp_by_port[0] = {{53, 53}, Duration::seconds(10)};
  Box box(b);
  EXPECT_EQ(box.out(udp(kHost, at("198.51.100.1:53"))).expires, second(10));
  EXPECT_EQ(box.out(udp({kHost.ip, 5001}, kServer)).expires, second(300));
}

TEST(NatTimers, EndsAMappingInTheMiddleOfTrafficIfItHasALifetime) {
  NatBehavior b;
  b.timers.lifetime_low = Duration::seconds(50);
  b.timers.lifetime_high = Duration::seconds(75);
  Box box(b);
  for (int s = 0; s < 50; ++s) {
    EXPECT_NE(box.out(udp(kHost, kServer), second(s)).change == Verdict::Change::kOpened, s > 0);
  }
  int opened = 0;
  for (int s = 50; s <= 75; ++s) {
    opened += box.out(udp(kHost, kServer), second(s)).change == Verdict::Change::kOpened;
  }
  EXPECT_EQ(opened, 1);
}

TEST(NatTimers, LetsFiltersEndBeforeTheirMapping) {
  NatBehavior b = with(kEndpointIndependent, kAddressAndPortDependent);
  b.set(&ProtocolBehavior::filter_timeout, Duration::seconds(20));
  Box box(b);
  box.sent(kHost, kServer);
  box.sent(kHost, kOtherServer, second(15));
  EXPECT_EQ(box.why_not(kServer, kMapped, second(20)), DropReason::kFiltered);
  EXPECT_TRUE(box.admits(kOtherServer, kMapped, second(34)));
  EXPECT_EQ(box.why_not(kOtherServer, kMapped, second(35)), DropReason::kFiltered);
  EXPECT_EQ(box.nat.list(second(300)).size(), 1u);
}

TEST(NatGate, CarriesOnlyWhatItIsToldTo) {
  NatBehavior b;
  b.udp.crossing = Crossing::kNone;
  b.tcp.crossing = Crossing::kKnownServices;
  Box box(b);
  EXPECT_EQ(box.out(udp(kHost, kServer)).reason, DropReason::kBlocked);
  EXPECT_EQ(box.out(tcp(kHost, kServer, kSyn)).reason, DropReason::kBlocked);
  box.leaves(tcp(kHost, at("198.51.100.1:443"), kSyn));
}

TEST(NatGate, CarriesSoManyPacketsASecond) {
  NatBehavior b;
  b.limits.packets_per_second = 5;
  Box box(b);
  for (int i = 0; i < 5; ++i) box.leaves(udp(kHost, kServer));
  EXPECT_EQ(box.out(udp(kHost, kServer)).reason, DropReason::kRateLimit);
  box.leaves(udp(kHost, kServer), second(1));
}

TEST(NatGate, IgnoresWhoeverKnockedTooEarly) {
  NatBehavior b;
  b.blacklist = Duration::seconds(60);
  Box box(b);
  EXPECT_EQ(box.in(udp(kServer, kMapped)).reason, DropReason::kNoMapping);
  box.sent(kHost, kServer, second(1));
  EXPECT_EQ(box.in(udp(kServer, kMapped), second(2)).reason, DropReason::kBlacklisted);
  EXPECT_TRUE(box.admits(kServer, kMapped, second(60)));
}

TEST(NatGate, RoutesWhatIsToPassUntranslated) {  // RFC 6888 REQ-6
  NatBehavior b;
  b.bypass[0] = {IpAddress::v4(198, 51, 100, 0).v4_value(), 24};
  Box box(b);
  box.leaves(udp(kHost, kServer));
  EXPECT_EQ(box.passed.source, kHost);
  box.enters(udp(kServer, kHost));
  EXPECT_EQ(box.passed.destination, kHost);
  EXPECT_EQ(box.sent(kHost, at("8.8.8.8:53")), kMapped);
}

TEST(NatMtu, RefusesWhatMayNotBeFragmentedAndFragmentsTheRest) {  // RFC 4787 REQ-13
  NatBehavior b;
  b.mtu_outside = 1400;
  Box box(b);
  Packet packet = udp(kHost, kServer);
  packet.payload_size = 1373;
  packet.dont_fragment = true;
  const Verdict refused = box.out(packet);
  EXPECT_EQ(refused.reason, DropReason::kTooBig);
  EXPECT_EQ(refused.answer, Answer::kFragmentationNeeded);
  EXPECT_EQ(refused.mtu, 1400);
  EXPECT_TRUE(box.nat.list({}).empty());
  packet.dont_fragment = false;
  const Verdict split = box.out(packet);
  EXPECT_EQ(split.action, Verdict::Action::kForward);
  EXPECT_EQ(split.mtu, 1400);
  packet.payload_size = 1372;
  EXPECT_EQ(box.out(packet).mtu, 0);
}

Packet fragment(Packet packet, uint16_t offset, bool more, uint16_t identification = 7) {
  packet.fragment_offset = offset;
  packet.more_fragments = more;
  packet.identification = identification;
  if (offset > 0) packet.source.port = packet.destination.port = 0;
  return packet;
}

TEST(NatFragments, FollowTheFirstOne) {  // RFC 4787 REQ-14
  Box box({});
  box.leaves(fragment(udp(kHost, kServer), 0, true));
  EXPECT_EQ(box.passed.source, kMapped);
  box.leaves(fragment(udp(kHost, kServer), 185, false));
  EXPECT_EQ(box.passed.source.ip, kOutside);
  EXPECT_EQ(box.out(fragment(udp(kHost, kServer), 185, false, 8)).action, Verdict::Action::kHold);
}

TEST(NatFragments, ThatComeEarlyWaitForTheFirstOne) {
  Box box({});
  box.sent(kHost, kServer);
  const Verdict held = box.in(fragment(udp(kServer, kMapped), 185, false));
  ASSERT_EQ(held.action, Verdict::Action::kHold);
  EXPECT_FALSE(box.nat.release({}));
  const Verdict first = box.in(fragment(udp(kServer, kMapped), 0, true), second(1));
  EXPECT_EQ(first.action, Verdict::Action::kForward);
  EXPECT_TRUE(first.releases);
  const auto release = box.nat.release(second(1));
  ASSERT_TRUE(release);
  EXPECT_EQ(release->kind, Release::Kind::kForward);
  EXPECT_EQ(release->ticket, held.ticket);
  EXPECT_EQ(release->packet.destination.ip, kHost.ip);
  EXPECT_EQ(release->packet.ttl, 63);
  EXPECT_FALSE(box.nat.release(second(1)));
}

TEST(NatFragments, AreGivenUpAfterAWhileAndNeverTooMany) {  // RFC 4787 REQ-14a
  NatBehavior b;
  b.held_fragments = 3;
  Box box(b);
  for (uint16_t id = 1; id <= 3; ++id) {
    EXPECT_EQ(box.in(fragment(udp(kServer, kMapped), 10, true, id)).action, Verdict::Action::kHold);
  }
  EXPECT_EQ(box.in(fragment(udp(kServer, kMapped), 10, true, 4)).reason, DropReason::kFragmented);
  EXPECT_EQ(box.nat.deadline(), second(30));
  int given_up = 0;
  while (const auto release = box.nat.release(second(30))) {
    EXPECT_EQ(release->kind, Release::Kind::kDrop);
    ++given_up;
  }
  EXPECT_EQ(given_up, 3);
}

TEST(NatFragments, MayHaveToComeInOrderOrNotAtAll) {
  NatBehavior b;
  b.fragments = Fragments::kInOrder;
  Box in_order(b);
  EXPECT_EQ(in_order.out(fragment(udp(kHost, kServer), 185, false)).reason,
            DropReason::kFragmented);
  in_order.leaves(fragment(udp(kHost, kServer), 0, true));
  in_order.leaves(fragment(udp(kHost, kServer), 185, false));
  b.fragments = Fragments::kDropped;
  Box none(b);
  EXPECT_EQ(none.out(fragment(udp(kHost, kServer), 0, true)).reason, DropReason::kFragmented);
}

Packet unreachable(IpAddress reporter, Endpoint inner_from, Endpoint inner_to) {
  Packet error = echo(IcmpType::kUnreachable, {reporter, 0}, {inner_from.ip, 0});
  error.icmp.code = kPortUnreachable;
  error.icmp.inner_source = inner_from;
  error.icmp.inner_destination = inner_to;
  return error;
}

TEST(NatIcmpRules, MayEndAMappingOrNot) {  // RFC 4787 REQ-12 forbids it
  for (const bool ends : {false, true}) {
    NatBehavior b;
    b.icmp_errors.end_mappings = ends;
    Box box(b);
    box.sent(kHost, kServer);
    box.enters(unreachable(kServer.ip, kMapped, kServer));
    EXPECT_EQ(box.passed.icmp.inner_source, kHost);
    EXPECT_EQ(box.nat.list({}).size(), ends ? 0u : 1u);
  }
}

TEST(NatIcmpRules, MayDropErrorsOrLeaveTheirInsideOrDistrustRouters) {
  NatBehavior b;
  const IpAddress router = IpAddress::v4(100, 64, 0, 1);
  b.icmp_errors.inner = false;
  Box untouched(b);
  untouched.sent(kHost, kServer);
  untouched.enters(unreachable(router, kMapped, kServer));
  EXPECT_EQ(untouched.passed.icmp.inner_source, kMapped);
  EXPECT_EQ(untouched.passed.destination.ip, kHost.ip);

  b.icmp_errors = {};
  b.icmp_errors.from_anyone = false;
  Box strict(b);
  strict.sent(kHost, kServer);
  EXPECT_EQ(strict.in(unreachable(router, kMapped, kServer)).reason, DropReason::kFiltered);
  strict.enters(unreachable(kServer.ip, kMapped, kServer));

  b.icmp_errors = {};
  b.icmp_errors.pass = false;
  Box deaf(b);
  deaf.sent(kHost, kServer);
  EXPECT_EQ(deaf.in(unreachable(kServer.ip, kMapped, kServer)).reason, DropReason::kBlocked);
}

TEST(NatAlg, RewritesWhatLooksLikeAnAddressInThePayload) {  // RFC 5780 §3.6
  NatBehavior b;
  b.alg = Alg::kAddresses;
  Box box(b);
  const Packet before = udp(kHost, kServer);
  const Verdict verdict = box.out(before);
  EXPECT_TRUE(verdict.rewrite_payload);
  std::array<std::byte, 12> payload = {
      std::byte{1},   std::byte{192}, std::byte{168}, std::byte{1}, std::byte{2}, std::byte{19},
      std::byte{136}, std::byte{192}, std::byte{168}, std::byte{1}, std::byte{2}, std::byte{9}};
  EXPECT_EQ(Nat::rewrite_payload(before, box.passed, payload), 2u);
  const std::array<std::byte, 12> expected = {
      std::byte{1},   std::byte{203}, std::byte{0}, std::byte{113}, std::byte{1}, std::byte{19},
      std::byte{136}, std::byte{203}, std::byte{0}, std::byte{113}, std::byte{1}, std::byte{9}};
  EXPECT_EQ(payload, expected);
  EXPECT_FALSE(Box({}).out(before).rewrite_payload);
}

TEST(NatIdentification, IsTheBoxsOwnIfItRewritesIt) {
  NatBehavior b;
  b.identification = Identification::kRewritten;
  Box box(b);
  Packet packet = udp(kHost, kServer);
  packet.identification = 0x1234;
  box.leaves(packet);
  const uint16_t first = box.passed.identification;
  box.leaves(packet);
  EXPECT_EQ(box.passed.identification, static_cast<uint16_t>(first + 1));
}

TEST(NatCopy, DoesTheSameAsItsOriginalForEver) {
  NatBehavior b = with(kAddressAndPortDependent, kAddressDependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.limits.mappings_per_host = 30;
  b.limits.when_full = WhenFull::kEvictOldest;
  Rng rng(3);
  const auto packet = [&] {
    return udp({IpAddress::v4(192, 168, 1, static_cast<uint8_t>(rng.below(5))), 5000},
               {IpAddress::v4(198, 51, 100, static_cast<uint8_t>(rng.below(60))), 7000});
  };
  Box box(b);
  for (int i = 0; i < 300; ++i) box.leaves(packet(), second(i));
  Nat copy = box.nat;
  for (int i = 300; i < 900; ++i) {
    Packet mine = packet();
    Packet its = mine;
    const Verdict verdict = copy.process(its, Side::kInside, second(i));
    EXPECT_EQ(box.out(mine, second(i)).row, verdict.row);
    EXPECT_EQ(box.passed.source, its.source);
  }
}

}  // namespace
}  // namespace natbed::test
