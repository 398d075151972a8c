// Packets that turn back (RFC 4787 §6) and ICMP (RFC 5508).
#include "nat_models/nat.h"
#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

const Endpoint kAlice = at("192.168.1.2:5000");
const Endpoint kBob = at("192.168.1.3:6000");

NatBehavior turning(Hairpin hairpin, Dependence filtering) {
  NatBehavior behavior = with(kEndpointIndependent, filtering);
  behavior.set(&ProtocolBehavior::hairpin, hairpin);
  return behavior;
}

TEST(NatHairpin, DropsWithoutIt) {
  Box box(turning(Hairpin::kNone, kEndpointIndependent));
  const Endpoint bob = box.sent(kBob, kServer);
  EXPECT_EQ(box.out(udp(kAlice, bob)).reason, DropReason::kNoHairpin);
  EXPECT_EQ(box.nat.list({}).size(), 1u) << "no row for the sender";
}

TEST(NatHairpin, ShowsTheExternalSource) {  // RFC 4787 REQ-9
  Box box(turning(Hairpin::kExternalSource, kEndpointIndependent));
  const Endpoint bob = box.sent(kBob, kServer);
  const Endpoint alice = box.sent(kAlice, kServer);
  const Verdict verdict = box.out(udp(kAlice, bob), second(1));
  EXPECT_EQ(verdict.action, Verdict::Action::kForward);
  EXPECT_EQ(verdict.egress, Side::kInside);
  EXPECT_EQ(box.passed.source, alice);
  EXPECT_EQ(box.passed.destination, kBob);
  EXPECT_EQ(box.passed.ttl, 63) << "one box, one hop";
}

TEST(NatHairpin, ShowsTheInternalSource) {
  Box box(turning(Hairpin::kInternalSource, kEndpointIndependent));
  const Endpoint bob = box.sent(kBob, kServer);
  box.leaves(udp(kAlice, bob));
  EXPECT_EQ(box.passed.source, kAlice);
  EXPECT_EQ(box.passed.destination, kBob);
}

TEST(NatHairpin, TellsOfBothRows) {
  Box box(turning(Hairpin::kExternalSource, kEndpointIndependent));
  const RowId bobs = box.out(udp(kBob, kServer)).row;
  const Verdict verdict = box.out(udp(kAlice, box.passed.source));
  EXPECT_EQ(verdict.row, bobs);
  EXPECT_EQ(verdict.sender.change, Verdict::Change::kOpened);
  EXPECT_EQ(box.nat.row(verdict.sender.row, {})->internal, kAlice);
}

TEST(NatHairpin, PassesTheFilterOfTheTarget) {
  Box box(turning(Hairpin::kExternalSource, kAddressAndPortDependent));
  const Endpoint bob = box.sent(kBob, kServer);
  const Packet sent = udp(kAlice, bob);
  const Verdict refused = box.out(sent);
  EXPECT_EQ(refused.reason, DropReason::kFiltered);
  EXPECT_EQ(box.passed.source, kAlice) << "a dropped packet stays as it was";
  EXPECT_EQ(box.passed.ttl, 64);
  const Endpoint alice = box.nat.row(refused.sender.row, {})->external;
  EXPECT_EQ(box.out(udp(kBob, alice)).action, Verdict::Action::kForward)
      << "alice opened her filter";
  EXPECT_EQ(box.out(sent).action, Verdict::Action::kForward) << "and so did bob";
}

TEST(NatHairpin, DropsWhatNoRowMaps) {
  Box box(turning(Hairpin::kExternalSource, kEndpointIndependent));
  EXPECT_EQ(box.out(udp(kAlice, {kOutside, 9})).reason, DropReason::kNoMapping);
}

TEST(NatHairpin, DiesOfItsTtlLikeAnyPacket) {
  Box box(turning(Hairpin::kExternalSource, kEndpointIndependent));
  const Endpoint bob = box.sent(kBob, kServer);
  Packet packet = udp(kAlice, bob);
  packet.ttl = 1;
  EXPECT_EQ(box.out(packet).reason, DropReason::kTtlExpired);
  EXPECT_EQ(box.nat.list({}).size(), 1u);
}

const Endpoint kPinged{kServer.ip, 0};

TEST(NatIcmp, TranslatesTheIdentifierOfQueries) {  // RFC 5508 REQ-1, REQ-2
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const Verdict asked = box.out(echo(IcmpType::kEchoRequest, {kAlice.ip, 77}, kPinged));
  EXPECT_EQ(asked.expires, second(60));
  const Endpoint mapped = box.passed.source;
  EXPECT_EQ(mapped.ip, kOutside);
  box.leaves(echo(IcmpType::kEchoRequest, {kBob.ip, 77}, kPinged));
  EXPECT_NE(box.passed.source, mapped) << "two hosts with one identifier";

  box.enters(echo(IcmpType::kEchoReply, kPinged, mapped));
  EXPECT_EQ(box.passed.destination, (Endpoint{kAlice.ip, 77}));
  EXPECT_EQ(box.in(echo(IcmpType::kEchoReply, at("198.51.100.9:0"), mapped)).reason,
            DropReason::kFiltered);
  EXPECT_EQ(box.in(echo(IcmpType::kEchoReply, kPinged, mapped), second(60)).reason,
            DropReason::kNoMapping);
}

TEST(NatIcmp, LetsNoQuestionIn) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  box.leaves(echo(IcmpType::kEchoRequest, {kAlice.ip, 0}, kPinged));
  const Verdict verdict = box.in(echo(IcmpType::kEchoRequest, {kServer.ip, 5}, {kOutside, 0}));
  EXPECT_EQ(verdict.reason, DropReason::kNoMapping);
  EXPECT_EQ(box.out(echo(IcmpType::kEchoReply, kPinged, {kServer.ip, 5})).reason,
            DropReason::kUntranslatable);
}

// The error that `reporter` sends about `cause`, as it stands where the reporter saw it.
Packet error_about(const Packet& cause, IpAddress reporter) {
  Packet error;
  EXPECT_TRUE(make_icmp_error(cause, reporter, IcmpType::kUnreachable, kPortUnreachable, &error));
  return error;
}

TEST(NatIcmp, TranslatesAnErrorFromOutsideWithThePacketInside) {  // RFC 5508 REQ-4
  Box box(with(kAddressAndPortDependent, kAddressAndPortDependent));
  box.sent(kAlice, kServer);
  const IpAddress router = IpAddress::v4(198, 51, 100, 254);
  const Verdict verdict = box.in(error_about(box.passed, router), second(10));
  EXPECT_EQ(verdict.action, Verdict::Action::kForward);
  EXPECT_EQ(box.passed.source.ip, router);
  EXPECT_EQ(box.passed.destination.ip, kAlice.ip);
  EXPECT_EQ(box.passed.icmp.inner_source, kAlice);
  EXPECT_EQ(box.passed.icmp.inner_destination, kServer);
  EXPECT_EQ(box.passed.icmp.code, kPortUnreachable);
}

TEST(NatIcmp, NeitherRefreshesNorEndsARowByAnError) {  // RFC 4787 REQ-12, RFC 5508 REQ-6
  NatBehavior behavior = with(kEndpointIndependent, kEndpointIndependent);
  behavior.set(&ProtocolBehavior::refresh, Refresh::kBoth);
  Box box(behavior);
  box.sent(kAlice, kServer);
  const Verdict verdict = box.in(error_about(box.passed, kServer.ip), second(100));
  EXPECT_EQ(verdict.change, Verdict::Change::kNothing);
  EXPECT_EQ(verdict.expires, second(300));
  EXPECT_EQ(box.nat.list(second(100)).at(0).expires, second(300));
}

TEST(NatIcmp, TranslatesAnErrorFromInside) {  // RFC 5508 REQ-5
  Box box(with(kEndpointIndependent, kAddressAndPortDependent));
  const Endpoint mapped = box.sent(kAlice, kServer);
  EXPECT_TRUE(box.admits(kServer, mapped));
  const IpAddress inner_router = IpAddress::v4(192, 168, 1, 254);
  for (IpAddress reporter : {kAlice.ip, inner_router}) {
    Packet cause = udp(kServer, kAlice);
    const Verdict verdict = box.out(error_about(cause, reporter));
    EXPECT_EQ(verdict.action, Verdict::Action::kForward);
    EXPECT_EQ(box.passed.source.ip, kOutside);
    EXPECT_EQ(box.passed.destination.ip, kServer.ip);
    EXPECT_EQ(box.passed.icmp.inner_destination, mapped);
    EXPECT_EQ(box.passed.icmp.inner_source, kServer);
  }
}

TEST(NatIcmp, DropsAnErrorAboutAFlowThatItDoesNotKnow) {
  Box box(with(kEndpointIndependent, kEndpointIndependent));
  EXPECT_EQ(box.in(error_about(udp({kOutside, 5000}, kServer), kServer.ip)).reason,
            DropReason::kNoMapping);
  EXPECT_EQ(box.out(error_about(udp(kServer, kAlice), kAlice.ip)).reason, DropReason::kNoMapping);
}

TEST(NatIcmp, TurnsBackAnErrorAboutAHairpinnedPacket) {  // RFC 5508 REQ-7
  Box box(turning(Hairpin::kExternalSource, kEndpointIndependent));
  const Endpoint bob = box.sent(kBob, kServer);
  box.leaves(udp(kAlice, bob));
  const Verdict verdict = box.out(error_about(box.passed, kBob.ip));
  EXPECT_EQ(verdict.action, Verdict::Action::kForward);
  EXPECT_EQ(verdict.egress, Side::kInside);
  EXPECT_EQ(box.passed.destination.ip, kAlice.ip);
  EXPECT_EQ(box.passed.source.ip, kOutside);
  EXPECT_EQ(box.passed.icmp.inner_source, kAlice);
  EXPECT_EQ(box.passed.icmp.inner_destination, bob);
}

}  // namespace
}  // namespace natbed::test
