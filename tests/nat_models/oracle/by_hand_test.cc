// Verdicts that people have worked out by hand.
#include <gtest/gtest.h>

#include <string>

#include "nat_models/oracle/carrier.h"
#include "nat_models/oracle/explain.h"
#include "nat_models/profiles.h"
#include "tests/nat_models/oracle/street.h"

namespace natbed::test {
namespace {

using Boxes = std::vector<ProtocolBehavior>;

ProtocolBehavior profile(const char* name, Hairpin hairpin = Hairpin::kNone) {
  ProtocolBehavior box = find_profile(name)->behavior.udp;
  box.hairpin = hairpin;
  return box;
}

Traversal outcome(const Boxes& a, const Boxes& b, const Boxes& shared = {},
                  Strategy with = Strategy::kPunch) {
  OracleOptions options;
  options.with = with;
  const auto verdict = foretell({.a = a, .b = b, .shared = shared}, options);
  EXPECT_TRUE(verdict);
  return verdict ? verdict->outcome : Traversal::kNever;
}

// RFC 5128 §3.3.1: two NATs that map alike for all destinations, whatever they filter.
TEST(OracleByHand, PeersBehindDifferentNatsPunchThroughEndpointIndependentMappings) {
  for (const char* a : {"full-cone", "restricted", "port-restricted"}) {
    for (const char* b : {"full-cone", "restricted", "port-restricted"})
      EXPECT_EQ(outcome({profile(a)}, {profile(b)}), Traversal::kAlways) << a << " x " << b;
  }
}

// RFC 5128 §3.3.4: an endpoint-dependent mapping shows the peer a port that nobody was told of.
TEST(OracleByHand, AnEndpointDependentMappingFailsAgainstAFilterByPort) {
  EXPECT_EQ(outcome({profile("symmetric")}, {profile("port-restricted")}), Traversal::kNever);
  EXPECT_EQ(outcome({profile("symmetric")}, {profile("symmetric")}), Traversal::kNever);
  EXPECT_EQ(outcome({profile("symmetric")}, {profile("restricted")}), Traversal::kAlways);
  EXPECT_EQ(outcome({profile("symmetric")}, {profile("full-cone")}), Traversal::kAlways);
}

// RFC 5128 §3.3.2: behind one NAT the private addresses do, and else the NAT must hairpin.
TEST(OracleByHand, PeersBehindOneNatNeedTheirPrivateAddressesOrAHairpin) {
  const Boxes none;
  EXPECT_EQ(outcome(none, none, {profile("port-restricted")}), Traversal::kNever);
  EXPECT_EQ(outcome(none, none, {profile("port-restricted")}, Strategy::kIce), Traversal::kAlways);
  EXPECT_EQ(outcome(none, none, {profile("port-restricted", Hairpin::kExternalSource)}),
            Traversal::kAlways);
}

// RFC 5128 §3.3.3: each at home, both homes behind one carrier's NAT. Private addresses are of no
// use there; only the carrier's hairpin is.
TEST(OracleByHand, PeersBehindMultipleNatsNeedTheOutermostOneToHairpin) {
  const Boxes home = {profile("port-restricted")};
  for (const Strategy with : {Strategy::kPunch, Strategy::kIce}) {
    EXPECT_EQ(outcome(home, home, {profile("cgnat", Hairpin::kNone)}, with), Traversal::kNever);
    EXPECT_EQ(outcome(home, home, {profile("cgnat", Hairpin::kExternalSource)}, with),
              Traversal::kAlways);
  }
}

// RFC 4787 REQ-9a: with the internal source, what comes in is not from where the home sent to, and
// what answers it goes by another way.
TEST(OracleByHand, AnInternalSourceConfusesFiltersByPort) {
  const Boxes strict = {profile("port-restricted")}, open = {profile("full-cone")};
  const Boxes carrier = {profile("cgnat", Hairpin::kInternalSource)};
  EXPECT_EQ(outcome(strict, strict, carrier), Traversal::kNever);
  EXPECT_EQ(outcome(open, strict, carrier), Traversal::kNever);
  EXPECT_EQ(outcome(open, open, carrier), Traversal::kAlways);
}

// A carrier's symmetric box makes every home symmetric; an open one leaves the home's filter.
TEST(OracleByHand, TheStrictestBoxOfAChainDecides) {
  const ProtocolBehavior home = profile("port-restricted"), office = profile("symmetric");
  EXPECT_EQ(outcome({profile("full-cone"), office}, {home}), Traversal::kNever);
  EXPECT_EQ(outcome({home, profile("cgnat")}, {home}), Traversal::kAlways);
  EXPECT_EQ(outcome({home, profile("cgnat")}, {office}), Traversal::kNever);
  EXPECT_EQ(outcome({profile("restricted"), profile("cgnat")}, {office}), Traversal::kAlways);
}

TEST(OracleByHand, WhereUdpDoesNotCrossThereIsNoWay) {
  ProtocolBehavior hotel = profile("full-cone");
  for (const Crossing crossing : {Crossing::kNone, Crossing::kKnownServices}) {
    hotel.crossing = crossing;
    for (const Strategy with : {Strategy::kPunch, Strategy::kIce}) {
      EXPECT_EQ(outcome({hotel}, {}, {}, with), Traversal::kNever);
      EXPECT_EQ(outcome({}, {profile("full-cone"), hotel}, {}, with), Traversal::kNever);
    }
    EXPECT_EQ(outcome({}, {}, {hotel}, Strategy::kIce), Traversal::kAlways) << "one network";
  }
  hotel.crossing = Crossing::kNone;
  const Meeting meeting{.a = {hotel}, .b = {}, .shared = {}};
  const auto verdict = foretell(meeting, {});
  ASSERT_TRUE(verdict);
  ASSERT_EQ(verdict->repeats.size(), 1u) << "b knows nothing of a";
  EXPECT_EQ(tell(verdict->repeats[0], *verdict, meeting, {"a's hotel"}),
            "a sends to what the server saw of b (b's own address): blocked\n"
            "    a's hotel blocks it: crossing none\n");
}

TEST(OracleByHand, SaysWhyItEnds) {
  ProtocolBehavior hotel = profile("full-cone");
  hotel.crossing = Crossing::kNone;
  const auto lost = foretell({.a = {hotel}, .b = {hotel}, .shared = {}}, {});
  ASSERT_TRUE(lost);
  EXPECT_EQ(explain(*lost), "neither knows where to send to");
  OracleOptions once;
  once.probes = 1;
  const auto spent =
      foretell({.a = {profile("symmetric")}, .b = {profile("symmetric")}, .shared = {}}, once);
  ASSERT_TRUE(spent);
  EXPECT_EQ(explain(*spent),
            "then all probes are used up: "
            "a sends to what the server saw of b, from a new port: filtered; "
            "b sends to what the server saw of a, from a new port: filtered");
}

TEST(OracleByHand, TellsWhichBoxLetsWhatThroughAndWhy) {
  const Meeting meeting{.a = {profile("restricted")}, .b = {profile("symmetric")}, .shared = {}};
  const BoxNames names = {"a's home", "b's office"};
  const auto verdict = foretell(meeting, {});
  ASSERT_TRUE(verdict);
  ASSERT_EQ(verdict->witness.size(), 5u);
  EXPECT_EQ(
      tell(verdict->witness[0], *verdict, meeting, names),
      "a sends to what the server saw of b (port 1 of b's office): filtered\n"
      "    a's home lets it out from port 1: endpoint-independent mapping\n"
      "    b's office filters it at port 1: address-and-port-dependent filtering, and nothing "
      "was sent through port 1 to port 1 of a's home\n");
  EXPECT_EQ(
      tell(verdict->witness[1], *verdict, meeting, names),
      "b sends to what the server saw of a (port 1 of a's home): arrives\n"
      "    b's office lets it out from port 2: address-and-port-dependent mapping\n"
      "    a's home lets it in at port 1: address-dependent filtering, and something was sent "
      "from inside to the address of port 2 of b's office\n");
}

// What came in last decides where the next answer leaves, in the oracle's words as in the Nat's.
TEST(OracleByHand, TheMappingThatAdmittedLastServesAnswers) {
  NatBehavior behavior = with(kAddressAndPortDependent, kEndpointIndependent);
  behavior.set(&ProtocolBehavior::reply_mapping, ReplyMapping::kAdmitting);
  const Endpoint remote = at("203.0.113.77:7777");
  Box box(behavior);
  const Endpoint for_server = box.sent(kHost, kServer), for_remote = box.sent(kHost, remote);

  Places places({.a = {behavior.udp}, .b = {}, .shared = {}});
  AbstractState state;
  const EndpointNumber peer = Places::host(1);
  const auto source_of_next = [&] { return Carrier(&places, &state).depart(0, peer)->source; };
  const EndpointNumber first = Carrier(&places, &state).depart(0, Places::kServerPlace)->source;
  const EndpointNumber second = source_of_next();
  ASSERT_NE(first, second);

  const auto comes_in_at = [&](EndpointNumber mapping, Endpoint external) {
    PacketUnderWay packet{.sender = 1, .source = peer, .destination = mapping, .about = mapping};
    EXPECT_TRUE(Carrier(&places, &state).arrive(packet));
    EXPECT_TRUE(box.admits(remote, external));
  };
  comes_in_at(first, for_server);
  EXPECT_EQ(source_of_next(), first);
  EXPECT_EQ(box.sent(kHost, remote), for_server);
  comes_in_at(second, for_remote);
  EXPECT_EQ(source_of_next(), second);
  EXPECT_EQ(box.sent(kHost, remote), for_remote);
}

TEST(OracleByHand, GivesUpWithWordsWhenThereAreTooManyStates) {
  OracleOptions options;
  options.most_states = 5;
  const auto verdict =
      foretell({.a = {profile("symmetric")}, .b = {profile("symmetric")}, .shared = {}}, options);
  ASSERT_FALSE(verdict);
  EXPECT_NE(verdict.error().message.find("after 5 states"), std::string::npos)
      << verdict.error().message;
}

}  // namespace
}  // namespace natbed::test
