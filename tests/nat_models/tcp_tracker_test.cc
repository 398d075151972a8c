// What the strict tracker makes of segments, where the field's models go wrong. The kernel is asked
// the same in tests/differential.
#include "nat_models/tcp_tracker.h"

#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

const Endpoint kWeb = at("198.51.100.80:443");

NatBehavior conntrack() {
  NatBehavior b;
  b.set(&ProtocolBehavior::mapping, kAddressAndPortDependent);
  b.set(&ProtocolBehavior::filter_scope, FilterScope::kMapping);
  b.set(&ProtocolBehavior::refresh, Refresh::kBoth);
  b.set(&PortRules::overload, true);
  b.conntrack = true;
  b.timers.tcp_syn_sent = Duration::seconds(10);
  b.timers.tcp_syn_crossed = Duration::seconds(70);
  b.timers.tcp_syn_received = Duration::seconds(20);
  b.timers.tcp_established = Duration::seconds(1000);
  return b;
}

struct Opening : ::testing::Test {
  NatBehavior behavior = conntrack();
  Box box{behavior};
  // The host's SYN leaves; what it is seen as.
  Endpoint opened(Instant now = {}) {
    box.leaves(tcp(kHost, kWeb, kSyn), now);
    return box.passed.source;
  }
};
using TcpTracker = Opening;

TEST_F(TcpTracker, LetsTheOpenerRepeatItsSynWithoutMoreTime) {
  opened();
  EXPECT_EQ(box.out(tcp(kHost, kWeb, kSyn), second(4)).expires, second(10));
}

TEST_F(TcpTracker, LetsSynsCrossOnTheTimeOfTheFirst) {
  const Endpoint mapped = opened();
  EXPECT_EQ(box.in(tcp(kWeb, mapped, kSyn), second(4)).expires, second(10));
}

TEST_F(TcpTracker, GivesARepeatedSynTheTimeOfCrossedOnes) {
  const Endpoint mapped = opened();
  box.enters(tcp(kWeb, mapped, kSyn), second(4));
  EXPECT_EQ(box.out(tcp(kHost, kWeb, kSyn), second(5)).expires, second(75));
  EXPECT_EQ(box.in(tcp(kWeb, mapped, kSyn), second(6)).expires, second(76));
}

TEST_F(TcpTracker, TakesASynAckOfEitherSideAfterSynsThatCrossed) {
  for (const bool opener_first : {true, false}) {
    Box fresh(behavior);
    fresh.leaves(tcp(kHost, kWeb, kSyn));
    const Endpoint mapped = fresh.passed.source;
    fresh.enters(tcp(kWeb, mapped, kSyn), second(1));
    const auto out = tcp(kHost, kWeb, kSyn | kAck), in = tcp(kWeb, mapped, kSyn | kAck);
    const Verdict first = opener_first ? fresh.out(out, second(2)) : fresh.in(in, second(2));
    EXPECT_EQ(first.expires, second(22));
    const Verdict ack = opener_first ? fresh.in(tcp(kWeb, mapped, kAck), second(3))
                                     : fresh.out(tcp(kHost, kWeb, kAck), second(3));
    EXPECT_EQ(ack.expires, second(1003)) << "either side's ACK completes it";
  }
}

TEST_F(TcpTracker, DropsASynFromOutsideAmidAConnection) {
  const Endpoint mapped = opened();
  box.enters(tcp(kWeb, mapped, kSyn | kAck), second(1));
  box.leaves(tcp(kHost, kWeb, kAck), second(2));
  const Verdict lost = box.in(tcp(kWeb, mapped, kSyn), second(3));
  EXPECT_EQ(lost.action, Verdict::Action::kDrop);
  EXPECT_EQ(lost.reason, DropReason::kOutOfState);
}

TEST_F(TcpTracker, ForgetsAConnectionWhoseOnlyAnswerWasAReset) {
  const Endpoint mapped = opened();
  box.enters(tcp(kWeb, mapped, kRst | kAck), second(1));
  EXPECT_EQ(box.in(tcp(kWeb, mapped, kSyn | kAck), second(1)).reason, DropReason::kNoMapping);
}

// Netfilter's search for a port: what is over gives way to a SYN, what is not does not.
TEST_F(TcpTracker, GivesThePortOfAConnectionThatIsOverToASynThatFindsNoOther) {
  behavior.tcp.ports.range = {30000, 30000};
  behavior.tcp.ports.search = PortSearch::kKernel;
  const Endpoint first = at("192.168.1.2:30000"), other = at("192.168.1.3:30000");
  for (const bool closed : {true, false}) {
    Box fresh(behavior);
    fresh.leaves(tcp(first, kWeb, kSyn));
    const Endpoint mapped = fresh.passed.source;
    fresh.enters(tcp(kWeb, mapped, kSyn | kAck), second(1));
    fresh.leaves(tcp(first, kWeb, closed ? kRst : kAck), second(2));
    const Verdict next = fresh.out(tcp(other, kWeb, kSyn), second(3));
    EXPECT_EQ(next.action, closed ? Verdict::Action::kForward : Verdict::Action::kDrop);
    if (closed) EXPECT_EQ(fresh.passed.source, mapped);
  }
}

TEST_F(TcpTracker, OpensNothingForASynAckFinOrReset) {
  for (const int flags : {kSyn | kAck, kFin | kAck, int{kRst}}) {
    Box fresh(behavior);
    EXPECT_EQ(fresh.out(tcp(kHost, kWeb, flags)).reason, DropReason::kNoMapping) << flags;
  }
}

}  // namespace
}  // namespace natbed::test
