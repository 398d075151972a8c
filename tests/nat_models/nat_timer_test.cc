// How long rows and filters live, to the nanosecond. Requirement names are those of RFC 4787 unless
// said.
#include "nat_models/nat.h"
#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

const Duration kNanosecond = Duration::nanoseconds(1);

NatBehavior timers(Refresh refresh, int64_t unreplied, int64_t replied) {
  NatBehavior behavior = with(kEndpointIndependent, kAddressAndPortDependent);
  behavior.set(&ProtocolBehavior::refresh, refresh);
  behavior.timers.udp_unreplied = Duration::seconds(unreplied);
  behavior.timers.udp = Duration::seconds(replied);
  return behavior;
}

TEST(NatTimer, EndsARowAtItsVeryInstant) {  // REQ-5
  Box box(timers(Refresh::kOutbound, 300, 300));
  const Endpoint mapped = box.sent(kHost, kServer);
  EXPECT_TRUE(box.admits(kServer, mapped, second(300) - kNanosecond));
  EXPECT_EQ(box.why_not(kServer, mapped, second(300)), DropReason::kNoMapping);
  EXPECT_TRUE(box.nat.list(second(300)).empty());
}

TEST(NatTimer, OpensAnotherRowAtThatInstant) {
  Box box(timers(Refresh::kOutbound, 300, 300));
  const RowId first = box.out(udp(kHost, kServer)).row;
  const Verdict verdict = box.out(udp(kHost, kServer), second(300));
  EXPECT_EQ(verdict.change, Verdict::Change::kOpened);
  EXPECT_NE(verdict.row, first);
  EXPECT_EQ(box.passed.source.port, 5000) << "the port of the ended row is free at once";
}

TEST(NatTimer, RefreshesByOutboundPackets) {  // REQ-6
  Box box(timers(Refresh::kOutbound, 300, 300));
  const Endpoint mapped = box.sent(kHost, kServer);
  EXPECT_EQ(box.sent(kHost, kServer, second(200)), mapped);
  EXPECT_TRUE(box.admits(kServer, mapped, second(500) - kNanosecond));
  EXPECT_FALSE(box.admits(kServer, mapped, second(500))) << "inbound packets did not prolong it";
}

TEST(NatTimer, RefreshesByInboundPacketsOnly) {
  Box box(timers(Refresh::kInbound, 300, 300));
  const Endpoint mapped = box.sent(kHost, kServer);
  box.sent(kHost, kServer, second(100));
  EXPECT_TRUE(box.admits(kServer, mapped, second(200)));
  EXPECT_TRUE(box.admits(kServer, mapped, second(500) - kNanosecond));
  EXPECT_FALSE(box.admits(kServer, mapped, second(800) - kNanosecond));
}

TEST(NatTimer, RefreshesByBoth) {  // REQ-6a
  Box box(timers(Refresh::kBoth, 300, 300));
  const Endpoint mapped = box.sent(kHost, kServer);
  EXPECT_TRUE(box.admits(kServer, mapped, second(200)));
  EXPECT_TRUE(box.admits(kServer, mapped, second(500) - kNanosecond))
      << "its filter was prolonged too";
  EXPECT_EQ(box.sent(kHost, kServer, second(700)), mapped);
}

TEST(NatTimer, IsNotRefreshedByAFilteredPacket) {  // RFC 7857 §5 for refused packets
  Box box(timers(Refresh::kBoth, 300, 300));
  const Endpoint mapped = box.sent(kHost, kServer);
  EXPECT_FALSE(box.admits(kOtherServer, mapped, second(200)));
  EXPECT_FALSE(box.admits(kServer, mapped, second(300)));
}

TEST(NatTimer, GivesAnAnsweredRowItsLongerTime) {
  Box box(timers(Refresh::kOutbound, 30, 120));
  const Verdict out = box.out(udp(kHost, kServer));
  EXPECT_EQ(out.expires, second(30));
  const Endpoint mapped = box.passed.source;
  const Verdict in = box.in(udp(kServer, mapped), second(1));
  EXPECT_EQ(in.change, Verdict::Change::kRefreshed);
  EXPECT_EQ(in.expires, second(120)) << "counted from the last packet that refreshes";
  EXPECT_TRUE(box.admits(kServer, mapped, second(120) - kNanosecond));
  EXPECT_FALSE(box.admits(kServer, mapped, second(120)));
}

TEST(NatTimer, EndsAFilterWhileItsRowLivesOn) {
  Box box(timers(Refresh::kOutbound, 300, 300));
  const Endpoint mapped = box.sent(kHost, kServer);
  box.sent(kHost, kOtherServer, second(200));
  EXPECT_TRUE(box.admits(kServer, mapped, second(300) - kNanosecond));
  EXPECT_EQ(box.why_not(kServer, mapped, second(300)), DropReason::kFiltered);
  EXPECT_TRUE(box.admits(kOtherServer, mapped, second(300)));
}

TEST(NatTimer, RevivesNoFilterThatHasEnded) {
  Box box(timers(Refresh::kOutbound, 30, 120));
  box.sent(kHost, kServer);
  const Endpoint mapped = box.sent(kHost, kOtherServer, second(40));
  EXPECT_TRUE(box.admits(kOtherServer, mapped, second(41))) << "now the row has 120 s";
  EXPECT_EQ(box.why_not(kServer, mapped, second(42)), DropReason::kFiltered);
}

const Endpoint kWeb = at("198.51.100.1:443");

// A connection from inside, opened by both SYNs at `now`.
Endpoint connected(Box& box, Instant now) {
  box.leaves(tcp(kHost, kWeb, kSyn), now);
  const Endpoint mapped = box.passed.source;
  box.enters(tcp(kWeb, mapped, kSyn | kAck), now);
  box.leaves(tcp(kHost, kWeb, kAck), now);
  return mapped;
}

TEST(NatTimer, GivesAnEstablishedConnectionTwoHoursAndFourMinutes) {  // RFC 5382 REQ-5
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  EXPECT_EQ(box.out(tcp(kHost, kWeb, kSyn)).expires, second(240));
  const Endpoint mapped = connected(box, second(1));
  box.enters(tcp(kWeb, mapped, kAck), second(7441) - kNanosecond);
  EXPECT_EQ(box.in(tcp(kWeb, mapped, kAck), second(7441)).reason, DropReason::kNoMapping);
}

TEST(NatTimer, TakesSimultaneousOpenAsEstablished) {  // RFC 5382 REQ-2a
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  box.leaves(tcp(kHost, kWeb, kSyn));
  const Endpoint mapped = box.passed.source;
  EXPECT_EQ(box.in(tcp(kWeb, mapped, kSyn), second(1)).action, Verdict::Action::kForward);
  box.leaves(tcp(kHost, kWeb, kSyn | kAck), second(2));
  box.enters(tcp(kWeb, mapped, kSyn | kAck), second(2));
  EXPECT_EQ(box.out(tcp(kHost, kWeb, kAck), second(3)).expires, second(3 + 7440));
}

TEST(NatTimer, GivesAClosingConnectionItsWholeTransitoryTime) {
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const Endpoint mapped = connected(box, second(0));
  EXPECT_EQ(box.out(tcp(kHost, kWeb, kFin | kAck), second(1000)).expires, second(1000 + 7440))
      << "half closed";
  EXPECT_EQ(box.in(tcp(kWeb, mapped, kFin | kAck), second(2000)).expires, second(2000 + 240));
  EXPECT_EQ(box.in(tcp(kWeb, mapped, kAck), second(2240)).reason, DropReason::kNoMapping);
}

TEST(NatTimer, KeepsAConnectionForFourMinutesAfterAReset) {  // RFC 7857 §2.2
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const Endpoint mapped = connected(box, second(0));
  const Verdict reset = box.in(tcp(kWeb, mapped, kRst), second(3000));
  EXPECT_EQ(reset.action, Verdict::Action::kForward);
  EXPECT_EQ(reset.expires, second(3000 + 240));
  EXPECT_EQ(connected(box, second(3100)), mapped) << "the next connection of this socket";
  EXPECT_EQ(box.nat.list(second(3100)).at(0).expires, second(3100 + 7440));
}

TEST(NatTimer, DropsAnUnsolicitedSynWithoutAWord) {  // RFC 5382 REQ-4
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const Endpoint mapped = connected(box, second(0));
  const Verdict verdict = box.in(tcp(at("198.51.100.9:1234"), mapped, kSyn));
  EXPECT_EQ(verdict.reason, DropReason::kFiltered);
  EXPECT_EQ(verdict.answer, Answer::kNothing);
}

TEST(NatTimer, KeepsTheRowsOfEachProtocolApart) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  box.sent(kHost, kServer);
  EXPECT_EQ(box.in(tcp(kWeb, {box.passed.source.ip, 5000}, kSyn)).reason, DropReason::kNoMapping);
  box.leaves(tcp(kHost, kWeb, kSyn));
  EXPECT_EQ(box.passed.source.port, 5000) << "one port number serves both protocols";
}

// Ends come late (a refresh) and early (a reset) among so many rows that the expiry queue is at
// work.
TEST(NatTimer, CountsLiveRowsExactlyAmongMany) {
  NatBehavior behavior = with(kEndpointIndependent, kEndpointIndependent);
  behavior.limits.mappings = 1000;
  Box box(behavior);
  const auto host = [](int i) {
    return Endpoint{IpAddress::v4(10, 0, static_cast<uint8_t>(i / 256), static_cast<uint8_t>(i)),
                    7000};
  };
  for (int i = 0; i < 1000; ++i) box.leaves(tcp(host(i), kWeb, kSyn));
  EXPECT_EQ(box.out(tcp(host(1000), kWeb, kSyn), second(1)).reason, DropReason::kTableFull);
  for (int i = 0; i < 500; ++i) {  // half of them are established, the others end at 240 s
    box.leaves(tcp(host(i), kWeb, kSyn), second(2));
    box.enters(tcp(kWeb, box.passed.source, kSyn | kAck), second(2));
    box.leaves(tcp(host(i), kWeb, kAck), second(2));
  }
  EXPECT_EQ(box.nat.list(second(240) - kNanosecond).size(), 1000u);
  EXPECT_EQ(box.nat.list(second(240)).size(), 500u);
  box.leaves(tcp(host(1000), kWeb, kSyn), second(250));  // reclaims the ended, puts the others off
  for (int i = 0; i < 10; ++i) box.leaves(tcp(host(i), kWeb, kRst), second(300));
  EXPECT_EQ(box.nat.list(second(540) - kNanosecond).size(), 500u);
  EXPECT_EQ(box.nat.list(second(540)).size(), 490u);
  int opened = 0;
  for (int i = 2000; i < 4000; ++i) {
    opened += box.out(tcp(host(i), kWeb, kSyn), second(540)).change == Verdict::Change::kOpened;
  }
  EXPECT_EQ(opened, 510);
}

}  // namespace
}  // namespace natbed::test
