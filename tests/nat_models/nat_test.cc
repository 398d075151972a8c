// What a NAT does to UDP, axis by axis; names in brackets are the requirements of RFC 4787.
#include "nat_models/nat.h"

#include <algorithm>

#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

const Endpoint kOtherHost = at("192.168.1.3:5000");
const Endpoint kServerOtherPort = at("198.51.100.1:3479");

TEST(Nat, MapsIndependentlyOfTheRemote) {  // REQ-1
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const Endpoint first = box.sent(kHost, kServer);
  EXPECT_EQ(box.sent(kHost, kServerOtherPort), first);
  EXPECT_EQ(box.sent(kHost, kOtherServer), first);
  EXPECT_NE(box.sent(kOtherHost, kServer), first);
}

TEST(Nat, MapsByRemoteAddress) {
  Box box(with(kAddressDependent, kAddressAndPortDependent));
  const Endpoint first = box.sent(kHost, kServer);
  EXPECT_EQ(box.sent(kHost, kServerOtherPort), first);
  EXPECT_NE(box.sent(kHost, kOtherServer), first);
}

TEST(Nat, MapsByRemoteAddressAndPort) {
  Box box(with(kAddressAndPortDependent, kAddressAndPortDependent));
  const Endpoint first = box.sent(kHost, kServer);
  EXPECT_EQ(box.sent(kHost, kServer), first);
  EXPECT_NE(box.sent(kHost, kServerOtherPort), first);
  EXPECT_NE(box.sent(kHost, kOtherServer), first);
}

TEST(Nat, FiltersAsItsBehaviorSays) {  // REQ-8
  for (Dependence mapping : {kEndpointIndependent, kAddressDependent, kAddressAndPortDependent}) {
    for (Dependence filtering :
         {kEndpointIndependent, kAddressDependent, kAddressAndPortDependent}) {
      Box box(with(mapping, filtering));
      const Endpoint mapped = box.sent(kHost, kServer);
      EXPECT_TRUE(box.admits(kServer, mapped));
      EXPECT_EQ(box.passed.destination, kHost);
      EXPECT_EQ(box.admits(kServerOtherPort, mapped), filtering != kAddressAndPortDependent);
      EXPECT_EQ(box.admits(kOtherServer, mapped), filtering == kEndpointIndependent);
    }
  }
}

TEST(Nat, SaysWhichRowFiltered) {
  Box box(with(kEndpointIndependent, kAddressDependent));
  const Verdict out = box.out(udp(kHost, kServer));
  const Verdict in = box.in(udp(kOtherServer, box.passed.source));
  EXPECT_EQ(in.action, Verdict::Action::kDrop);
  EXPECT_EQ(in.reason, DropReason::kFiltered);
  EXPECT_EQ(in.row, out.row);
}

TEST(Nat, DropsPortNeverContacted) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  EXPECT_EQ(box.why_not(kServer, at("203.0.113.1:5000")), DropReason::kNoMapping);
  box.sent(kHost, kServer);
  EXPECT_EQ(box.why_not(kServer, at("203.0.113.1:5001")), DropReason::kNoMapping);
}

TEST(Nat, LeavesADroppedPacketAsItWas) {
  Box box(with(kEndpointIndependent, kAddressDependent));
  const Endpoint mapped = box.sent(kHost, kServer);
  EXPECT_FALSE(box.admits(kOtherServer, mapped));
  EXPECT_EQ(box.passed.destination, mapped);
  EXPECT_EQ(box.passed.ttl, 64);
}

TEST(Nat, KeepsFiltersPerInternalEndpoint) {
  NatBehavior behavior = with(kAddressAndPortDependent, kAddressDependent);
  behavior.set(&ProtocolBehavior::filter_scope, FilterScope::kInternalEndpoint);
  Box box(behavior);
  const Endpoint towards_server = box.sent(kHost, kServer);
  box.sent(kHost, kOtherServer);
  EXPECT_TRUE(box.admits(kOtherServer, towards_server));
}

TEST(Nat, KeepsFiltersPerMapping) {
  NatBehavior behavior = with(kAddressAndPortDependent, kAddressDependent);
  behavior.set(&ProtocolBehavior::filter_scope, FilterScope::kMapping);
  Box box(behavior);
  const Endpoint towards_server = box.sent(kHost, kServer);
  box.sent(kHost, kOtherServer);
  EXPECT_FALSE(box.admits(kOtherServer, towards_server));
  EXPECT_TRUE(box.admits(kServerOtherPort, towards_server));
}

TEST(Nat, AnswersThroughTheMappingThatTheDestinationSelects) {
  Box box(with(kAddressAndPortDependent, kEndpointIndependent));
  const Endpoint towards_server = box.sent(kHost, kServer);
  EXPECT_TRUE(box.admits(kOtherServer, towards_server));
  EXPECT_NE(box.sent(kHost, kOtherServer), towards_server);
}

TEST(Nat, AnswersThroughTheMappingThatAdmitted) {
  NatBehavior behavior = with(kAddressAndPortDependent, kEndpointIndependent);
  behavior.set(&ProtocolBehavior::reply_mapping, ReplyMapping::kAdmitting);
  Box box(behavior);
  const Endpoint towards_server = box.sent(kHost, kServer);
  EXPECT_TRUE(box.admits(kOtherServer, towards_server));
  EXPECT_EQ(box.sent(kHost, kOtherServer), towards_server);
  EXPECT_NE(box.sent(kHost, kServerOtherPort), towards_server) << "nobody came in from there";
}

TEST(Nat, LetsTheNewestAdmissionDisplaceAnEarlierChoice) {
  NatBehavior behavior = with(kAddressAndPortDependent, kEndpointIndependent);
  behavior.set(&ProtocolBehavior::reply_mapping, ReplyMapping::kAdmitting);
  Box box(behavior);
  const Endpoint towards_server = box.sent(kHost, kServer);
  const Endpoint towards_other = box.sent(kHost, kOtherServer);
  EXPECT_TRUE(box.admits(kOtherServer, towards_server));
  EXPECT_EQ(box.sent(kHost, kOtherServer), towards_server);
  EXPECT_TRUE(box.admits(kOtherServer, towards_other));
  EXPECT_EQ(box.sent(kHost, kOtherServer), towards_other);
}

TEST(Nat, ForgetsTheAdmittingMappingWhenItEnds) {
  NatBehavior behavior = with(kAddressAndPortDependent, kEndpointIndependent);
  behavior.set(&ProtocolBehavior::reply_mapping, ReplyMapping::kAdmitting);
  Box box(behavior);
  const Endpoint towards_server = box.sent(kHost, kServer);
  EXPECT_TRUE(box.admits(kOtherServer, towards_server));
  box.sent(kOtherHost, kServer,
           second(300));  // takes the preserved port before the old row's place is wanted
  EXPECT_EQ(box.nat.list(second(300)).size(), 1u);
  const Endpoint later = box.sent(kHost, kOtherServer, second(300));
  EXPECT_NE(later, towards_server);
}

TEST(Nat, PaysOneHopOnlyForWhatPasses) {
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const Endpoint mapped = box.sent(kHost, kServer);
  EXPECT_EQ(box.passed.ttl, 63);
  EXPECT_TRUE(box.admits(kServer, mapped));
  EXPECT_EQ(box.passed.ttl, 63);

  box.behavior.decrement_ttl = false;
  box.sent(kHost, kServer);
  EXPECT_EQ(box.passed.ttl, 64);
}

TEST(Nat, OpensNoMappingForAPacketThatDiesHere) {
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  Packet last_hop = udp(kHost, kServer);
  last_hop.ttl = 1;
  const Verdict verdict = box.out(last_hop);
  EXPECT_EQ(verdict.reason, DropReason::kTtlExpired);
  EXPECT_EQ(verdict.answer, Answer::kTimeExceeded);
  EXPECT_TRUE(box.nat.list({}).empty());
}

TEST(Nat, LetsNothingThatDiesHereTouchARow) {
  NatBehavior behavior = with(kEndpointIndependent, kAddressAndPortDependent);
  behavior.set(&ProtocolBehavior::refresh, Refresh::kBoth);
  Box box(behavior);
  const Endpoint mapped = box.sent(kHost, kServer);
  Packet last_hop = udp(kServer, mapped);
  last_hop.ttl = 1;
  EXPECT_EQ(box.in(last_hop, second(10)).reason, DropReason::kTtlExpired);
  EXPECT_EQ(box.nat.list(second(10)).at(0).expires, second(300));
}

TEST(Nat, RefusesRowsBeyondItsTable) {  // RFC 5508 REQ-8 for the answer
  NatBehavior behavior = with(kAddressAndPortDependent, kAddressAndPortDependent);
  behavior.limits.mappings = 2;
  Box box(behavior);
  box.sent(kHost, kServer);
  box.sent(kHost, kOtherServer);
  const Verdict verdict = box.out(udp(kOtherHost, kServer));
  EXPECT_EQ(verdict.reason, DropReason::kTableFull);
  EXPECT_EQ(verdict.answer, Answer::kAdministrativelyProhibited);
  EXPECT_EQ(box.sent(kHost, kServer, second(299)), at("203.0.113.1:5000")) << "known flows go on";
  EXPECT_EQ(box.out(udp(kOtherHost, kServer), second(300)).change, Verdict::Change::kOpened);
}

TEST(Nat, TranslatesNoIpv6) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  const Verdict verdict = box.out(udp(at("[2001:db8::2]:5000"), at("[2001:db8::1]:3478")));
  EXPECT_EQ(verdict.reason, DropReason::kUntranslatable);
}

TEST(Nat, TellsWhatHappenedToItsRow) {
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const Verdict opened = box.out(udp(kHost, kServer));
  EXPECT_EQ(opened.change, Verdict::Change::kOpened);
  EXPECT_EQ(opened.egress, Side::kOutside);
  EXPECT_EQ(opened.expires, second(300));
  const Endpoint mapped = box.passed.source;
  const Verdict answered = box.in(udp(kServer, mapped), second(1));
  EXPECT_EQ(answered.change, Verdict::Change::kNothing);
  EXPECT_EQ(answered.egress, Side::kInside);
  const Verdict again = box.out(udp(kHost, kServer), second(2));
  EXPECT_EQ(again.change, Verdict::Change::kRefreshed);
  EXPECT_EQ(again.expires, second(302));
  EXPECT_EQ(again.row, opened.row);
}

TEST(Nat, ListsItsRowsInTheOrderOfTheirIds) {
  Box box(with(kAddressDependent, kAddressAndPortDependent));
  for (uint16_t port = 5000; port < 5020; ++port) box.sent({kHost.ip, port}, kServer);
  box.sent({kHost.ip, 5000}, kServerOtherPort);
  const std::vector<NatRow> rows = box.nat.list({});
  ASSERT_EQ(rows.size(), 20u);
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].internal.port, 5000 + i);
  EXPECT_EQ(rows[0].admitted_remotes, 2u);
  EXPECT_EQ(rows[0].remote, (Endpoint{kServer.ip, 0}));
  const auto first = box.nat.row(rows[0].row, {});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->external, rows[0].external);
  EXPECT_EQ(first->admitted_remotes, 2u);
}

TEST(Nat, ForgetsItsRowsOnRebootAndNeverReusesTheirIds) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  const RowId before = box.out(udp(kHost, kServer)).row;
  const Endpoint mapped = box.passed.source;
  box.nat.reboot();
  EXPECT_EQ(box.why_not(kServer, mapped), DropReason::kNoMapping);
  EXPECT_GT(box.out(udp(kHost, kServer)).row, before);
}

TEST(Nat, SpeaksFromItsNewAddress) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  const Endpoint mapped = box.sent(kHost, kServer);
  const IpAddress moved[] = {IpAddress::v4(203, 0, 113, 77)};
  box.nat.readdress(moved);
  EXPECT_EQ(box.why_not(kServer, mapped), DropReason::kNoMapping);
  EXPECT_EQ(box.sent(kHost, kServer).ip, moved[0]);
  EXPECT_EQ(box.nat.external_addresses()[0], moved[0]);
}

TEST(Nat, GivesAnInternalAddressOneExternalAddress) {  // REQ-2, paired pooling
  std::vector<IpAddress> pool;
  for (uint8_t i = 1; i <= 4; ++i) pool.push_back(IpAddress::v4(203, 0, 113, i));
  Box box(with(kAddressAndPortDependent, kAddressAndPortDependent), pool);
  std::vector<IpAddress> used;
  for (uint8_t host = 1; host <= 40; ++host) {
    const IpAddress inside = IpAddress::v4(192, 168, 1, host);
    const IpAddress outside = box.sent({inside, 1000}, kServer).ip;
    EXPECT_EQ(box.sent({inside, 1000}, kOtherServer).ip, outside);
    EXPECT_EQ(box.sent({inside, 2000}, kServer).ip, outside);
    if (std::ranges::find(used, outside) == used.end()) used.push_back(outside);
  }
  EXPECT_EQ(used.size(), 4u) << "all of the pool serves";
}

}  // namespace
}  // namespace natbed::test
