#include "protocols/stun/behavior_discovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "protocols/stun/server.h"
#include "tests/support/wire.h"

namespace natbed {
namespace {

using namespace literals;
using test::Wire;
using Kind = MachineEvent::Kind;
using enum ObservedDependence;

const IpAddress kHost = IpAddress::v4(10, 0, 0, 2);
const IpAddress kOutside = IpAddress::v4(203, 0, 113, 5);
const Endpoint kPrimary{IpAddress::v4(192, 0, 2, 9), 3478};
const Endpoint kAlternate{IpAddress::v4(192, 0, 2, 10), 3479};

// A NAT of thirty lines for the hook of a Wire, which shares no code with nat_models.
struct ToyNat {
  ObservedDependence mapping = kEndpointIndependent, filtering = kEndpointIndependent;
  ObservedHairpin hairpin = ObservedHairpin::kNone;
  struct Row {
    Endpoint inside, scope;
    uint16_t port;
    std::vector<Endpoint> contacted;
  };
  std::vector<Row> rows = {};

  static Endpoint scope(ObservedDependence dependence, Endpoint e) {
    if (dependence == kEndpointIndependent) return {};
    return dependence == kAddressDependent ? Endpoint{e.ip, 0} : e;
  }
  bool operator()(Wire::Parcel& p) {
    const Endpoint inside = p.source;
    if (p.source.ip == kHost) {
      const Endpoint s = scope(mapping, p.destination);
      auto row = std::ranges::find_if(
          rows, [&](const Row& r) { return r.inside == p.source && r.scope == s; });
      if (row == rows.end()) {
        const auto port = static_cast<uint16_t>(40000 + rows.size());
        row = rows.insert(rows.end(), {p.source, s, port, {}});
      }
      row->contacted.push_back(p.destination);
      p.source = {kOutside, row->port};
    }
    if (p.destination.ip != kOutside) return true;
    if (inside.ip == kHost && hairpin == ObservedHairpin::kNone) return false;
    const auto row = std::ranges::find(rows, p.destination.port, &Row::port);
    const bool admitted =
        row != rows.end() && std::ranges::any_of(row->contacted, [&](const Endpoint& e) {
          return scope(filtering, e) == scope(filtering, p.source);
        });
    if (!admitted) return false;
    if (inside.ip == kHost && hairpin == ObservedHairpin::kInternalSource) p.source = inside;
    p.destination = row->inside;
    return true;
  }
};

struct Outcome {
  NatClass seen;
  Instant at;
  std::vector<Wire::Parcel> log;
};

Outcome discover(ToyNat nat, BehaviorDiscoveryConfig config = {.server = kPrimary},
                 std::optional<Endpoint> alternate = kAlternate, bool behind_nat = true) {
  BehaviorDiscovery discovery(config, Rng(1));
  StunServer server({.primary = kPrimary, .alternate = alternate});
  Wire wire({.delay = 20_ms});
  const size_t who =
      wire.add("host", discovery, {behind_nat ? kHost : IpAddress::v4(192, 0, 2, 1)});
  wire.add("server", server, {kPrimary.ip, kAlternate.ip});
  wire.on_the_way = nat;
  EXPECT_TRUE(wire.run_until_event(who, Kind::kBehavior, 600_s));
  const Wire::Told* told = wire.first(who, Kind::kBehavior);
  EXPECT_TRUE(discovery.done());
  EXPECT_TRUE(discovery.deadline().is_never());
  EXPECT_EQ(NatClass::unpack(told->event.code), discovery.result());
  for (uint32_t socket = 0; socket < 3; ++socket) {
    EXPECT_FALSE(wire.local(who, SocketId(socket)).valid()) << "left open";
  }
  return {discovery.result(), told->at, wire.log()};
}

TEST(BehaviorDiscovery, TellsAllNineNatsApart) {
  for (const ObservedDependence mapping :
       {kEndpointIndependent, kAddressDependent, kAddressAndPortDependent}) {
    for (const ObservedDependence filtering :
         {kEndpointIndependent, kAddressDependent, kAddressAndPortDependent}) {
      const Outcome outcome = discover({.mapping = mapping, .filtering = filtering});
      EXPECT_TRUE(outcome.seen.udp_works && outcome.seen.behind_nat);
      EXPECT_EQ(outcome.seen.mapping, mapping);
      EXPECT_EQ(outcome.seen.filtering, filtering);
    }
  }
}

TEST(BehaviorDiscovery, SeesHairpinningWhateverTheFilter) {
  for (const ObservedHairpin hairpin : {ObservedHairpin::kNone, ObservedHairpin::kExternalSource}) {
    for (const ObservedDependence filtering :
         {kEndpointIndependent, kAddressDependent, kAddressAndPortDependent}) {
      EXPECT_EQ(discover({.filtering = filtering, .hairpin = hairpin}).seen.hairpin, hairpin);
    }
  }
  EXPECT_EQ(discover({.hairpin = ObservedHairpin::kInternalSource}).seen.hairpin,
            ObservedHairpin::kInternalSource);
}

TEST(BehaviorDiscovery, SilenceOfASymmetricNatSaysNothingAboutHairpinning) {
  EXPECT_EQ(discover({.mapping = kAddressAndPortDependent}).seen.hairpin,
            ObservedHairpin::kUnknown);
}

TEST(BehaviorDiscovery, SeesThatThereIsNoNat) {
  const Outcome outcome = discover({}, {.server = kPrimary}, kAlternate, false);
  EXPECT_TRUE(outcome.seen.udp_works);
  EXPECT_FALSE(outcome.seen.behind_nat);
  EXPECT_EQ(outcome.seen.mapping, kEndpointIndependent);
  EXPECT_EQ(outcome.seen.filtering, kEndpointIndependent);
  EXPECT_EQ(to_string(outcome.seen), "There is no NAT, and anybody may send to you.");
}

TEST(BehaviorDiscovery, SaysSoIfTheServerHasOneAddress) {
  const Outcome outcome = discover({}, {.server = kPrimary}, std::nullopt);
  EXPECT_TRUE(outcome.seen.behind_nat);
  EXPECT_EQ(outcome.seen.mapping, kUnknown);
  EXPECT_EQ(outcome.seen.filtering, kUnknown);
  EXPECT_NE(to_string(outcome.seen).find("What it lets in is unknown"), std::string::npos);
}

// A server that knows its other address but not CHANGE-REQUEST: filtering is unknown, mapping is
// not.
TEST(BehaviorDiscovery, WorksWithAServerWithoutChangeRequest) {
  struct Stubborn {
    void on_start(Instant now, Outbox& out) { inner.on_start(now, out); }
    void on_datagram(Instant now, const Datagram& d, Outbox& out) {
      const auto request = read_binding_request(d.payload);
      if (!request || !request->has(StunAttribute::kChangeRequest))
        return inner.on_datagram(now, d, out);
      constexpr std::array<uint16_t, 1> kUnknownType = {0x0003};
      const BindingAnswer answer{.socket = d.socket, .to = d.remote, .mapped = d.remote};
      if (!ignore)
        return refuse_binding(*request, answer, StunError::kUnknownAttribute, kUnknownType, out);
      answer_binding(*request, answer, out);
    }
    void on_socket(Instant now, const SocketEvent& e, Outbox& out) { inner.on_socket(now, e, out); }
    void on_timeout(Instant, Outbox&) {}
    Instant deadline() const { return Instant::never(); }
    bool ignore;
    StunServer inner{{.primary = kPrimary, .alternate = kAlternate}};
  };
  for (const bool ignore : {false, true}) {
    BehaviorDiscovery discovery({.server = kPrimary}, Rng(1));
    Stubborn server{ignore};
    Wire wire({.delay = 20_ms});
    const size_t who = wire.add("host", discovery, {kHost});
    wire.add("server", server, {kPrimary.ip, kAlternate.ip});
    wire.on_the_way = ToyNat{.mapping = kAddressDependent};
    ASSERT_TRUE(wire.run_until_event(who, Kind::kBehavior, 600_s));
    EXPECT_EQ(discovery.result().mapping, kAddressDependent);
    EXPECT_EQ(discovery.result().filtering, kUnknown);
  }
}

TEST(BehaviorDiscovery, SaysThatUdpDoesNotWorkWhenTheRfcGivesUp) {
  BehaviorDiscovery discovery({.server = kPrimary}, Rng(1));
  Wire wire;
  const size_t who = wire.add("host", discovery, {kHost});
  ASSERT_TRUE(wire.run_until_event(who, Kind::kBehavior, 600_s));
  EXPECT_EQ(wire.now(), Instant() + 39500_ms);
  EXPECT_EQ(discovery.result(), NatClass{});
  EXPECT_EQ(to_string(discovery.result()), "UDP does not work: the server never answered.");
}

// RFC 5780 §4: at most ten new transactions a second.
TEST(BehaviorDiscovery, StartsATransactionEveryTenthOfASecond) {
  const Outcome outcome =
      discover({.mapping = kAddressAndPortDependent}, {.server = kPrimary, .hairpin = false});
  std::vector<Instant> starts;
  for (const Wire::Parcel& p : outcome.log) {
    if (p.source.ip == kHost) starts.push_back(p.sent);
  }
  EXPECT_EQ(starts, (std::vector<Instant>{Instant(), Instant() + 100_ms, Instant() + 200_ms,
                                          Instant() + 300_ms}));
}

TEST(BehaviorDiscovery, FilteringIsTestedFromASocketOfItsOwn) {
  const Outcome outcome = discover({}, {.server = kPrimary, .hairpin = false});
  std::vector<uint16_t> ports;
  for (const Wire::Parcel& p : outcome.log) {
    if (p.source.ip == kHost) ports.push_back(p.source.port);
  }
  EXPECT_EQ(ports, (std::vector<uint16_t>{49152, 49152, 49153}));
}

TEST(BehaviorDiscovery, ImpatienceShortensSilence) {
  const RetransmitRules impatient{
      .rto = 500_ms, .requests = 3, .last_wait = 2};  // 0, 500, 1500, ends at 2500
  const Outcome outcome = discover({.filtering = kAddressAndPortDependent},
                                   {.server = kPrimary, .silence = impatient, .hairpin = false});
  EXPECT_EQ(outcome.seen.filtering, kAddressAndPortDependent);
  EXPECT_EQ(outcome.at, Instant() + 200_ms + 5_s);
}

TEST(BehaviorDiscovery, SocketThatCannotOpenEndsIt) {
  BehaviorDiscovery discovery({.server = kPrimary}, Rng(1));
  Outbox out;
  SocketEvent failed;
  failed.kind = SocketEvent::Kind::kFailed;
  failed.socket = SocketId(1);
  discovery.on_start({}, out);
  discovery.on_socket({}, failed, out);
  EXPECT_TRUE(discovery.done());
  EXPECT_EQ(out.events().size(), 1u);
}

TEST(NatClass, PacksAndUnpacksEveryValue) {
  for (uint32_t code = 0; code < 256; ++code) EXPECT_EQ(NatClass::unpack(code).pack(), code);
}

TEST(NatClass, SentencesNameTheRfcsWords) {
  NatClass nat{.udp_works = true,
               .behind_nat = true,
               .mapping = kAddressDependent,
               .filtering = kEndpointIndependent};
  nat.hairpin = ObservedHairpin::kExternalSource;
  const std::string text = to_string(nat);
  EXPECT_NE(text.find("mapping is address-dependent"), std::string::npos) << text;
  EXPECT_NE(text.find("filtering is endpoint-independent"), std::string::npos) << text;
  EXPECT_NE(text.find("hairpins"), std::string::npos) << text;
  EXPECT_STREQ(to_string(kAddressAndPortDependent), "address-and-port-dependent");
}

}  // namespace
}  // namespace natbed
