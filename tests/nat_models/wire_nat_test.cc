#include "nat_models/wire_nat.h"

#include <gtest/gtest.h>

#include "base/wire.h"
#include "base/wire_rewrite.h"
#include "nat_models/conformance/frames.h"
#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

using conformance::error_frame;
using conformance::Frame;
using conformance::frame_of;
using conformance::Seen;
using conformance::sign;

constexpr IpAddress kInside = IpAddress::v4(192, 168, 1, 1);

class Wire final : public FrameSink {
 public:
  explicit Wire(const NatBehavior& its)
      : behavior(its), nat(&behavior, std::span(&kOutside, 1), kInside, Rng(1)) {}

  const std::vector<Seen>& out(Frame frame, Instant now = {}) {
    return carry(frame, Side::kInside, now);
  }
  const std::vector<Seen>& in(Frame frame, Instant now = {}) {
    return carry(frame, Side::kOutside, now);
  }
  const std::vector<Seen>& release(Instant now) {
    came.clear();
    nat.release(now, *this);
    return came;
  }

  NatBehavior behavior;
  WireNat nat;
  std::vector<Seen> came;
  std::vector<DropReason> drops;
  int delivered = 0;

 private:
  const std::vector<Seen>& carry(Frame& frame, Side from, Instant now) {
    came.clear();
    nat.carry(frame, from, now, *this);
    return came;
  }
  void send(Side side, ByteView frame) override { came.push_back(conformance::seen(side, frame)); }
  void deliver(Side, ByteView) override { ++delivered; }
  void dropped(Side, ByteView, DropReason reason) override { drops.push_back(reason); }
};

NatBehavior plain() { return with(kEndpointIndependent, kEndpointIndependent); }

TEST(WireNat, TranslatesThereAndBack) {
  Wire wire(plain());
  const auto out = wire.out(frame_of(udp(kHost, kServer), 100));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_TRUE(out[0].whole);
  EXPECT_EQ(out[0].packet.source, (Endpoint{kOutside, 5000}));
  EXPECT_EQ(out[0].packet.ttl, 63);
  const auto in = wire.in(frame_of(udp(kServer, {kOutside, 5000}), 100));
  ASSERT_EQ(in.size(), 1u);
  EXPECT_TRUE(in[0].whole);
  EXPECT_EQ(in[0].packet.destination, kHost);
}

TEST(WireNat, DropsWhatIsDamagedOrUnknown) {
  Wire wire(plain());
  Frame damaged = frame_of(udp(kHost, kServer), 100);
  damaged.back() ^= std::byte{1};
  EXPECT_TRUE(wire.out(damaged).empty());
  Frame gre = frame_of(udp(kHost, kServer), 100);
  gre[9] = std::byte{47};
  sign(gre);
  EXPECT_TRUE(wire.out(gre).empty());
  EXPECT_TRUE(wire.out(Frame(3)).empty());
  EXPECT_EQ(wire.drops, (std::vector{DropReason::kMalformed, DropReason::kUntranslatable,
                                     DropReason::kMalformed}));
}

TEST(WireNat, KeepsWhatIsForTheBoxItself) {
  Wire wire(plain());
  EXPECT_TRUE(wire.out(frame_of(udp(kHost, {kInside, 53}))).empty());
  EXPECT_EQ(wire.delivered, 1);
}

TEST(WireNat, QuotesThePacketInItsErrors) {  // RFC 1812 §4.3.2.3
  Wire wire(plain());
  Packet dying = udp(kHost, kServer);
  dying.ttl = 1;
  const Frame sent = frame_of(dying, 1000);
  const auto back = wire.out(sent);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_TRUE(back[0].whole);
  EXPECT_EQ(back[0].side, Side::kInside);
  EXPECT_EQ(back[0].packet.source.ip, kInside);
  EXPECT_EQ(back[0].packet.icmp.type, IcmpType::kTimeExceeded);
  EXPECT_EQ(back[0].frame.size(), 576u);
  EXPECT_TRUE(std::ranges::equal(back[0].quoted(), ByteView(sent).first(548)));
}

TEST(WireNat, NeverAnswersAnErrorOrALaterFragment) {  // RFC 1122 §3.2.2
  NatBehavior behavior = plain();
  behavior.unsolicited = Unsolicited::kReject;
  Wire wire(behavior);
  const Frame nobodys = frame_of(udp({kOutside, 9}, kServer), 32);
  EXPECT_EQ(wire.in(frame_of(udp(kServer, {kOutside, 9}))).size(), 1u) << "a packet is answered";
  EXPECT_TRUE(wire.in(error_frame(kServer.ip, 3, 3, nobodys)).empty());
  const auto pieces = fragment_packet(frame_of(udp(kServer, {kOutside, 9}), 200), 128);
  EXPECT_TRUE(wire.in(pieces[1]).empty());
}

TEST(WireNat, ResetsWithTheNumbersOfTheSyn) {
  NatBehavior behavior = plain();
  behavior.unsolicited_syn = UnsolicitedSyn::kReset;
  Wire wire(behavior);
  const auto back = wire.in(frame_of(conformance::segment(kServer, {kOutside, 9}, kSyn)));
  ASSERT_EQ(back.size(), 1u);
  EXPECT_TRUE(back[0].whole);
  EXPECT_EQ(back[0].packet.tcp.flags, kRst | kAck);
  EXPECT_EQ(back[0].packet.tcp.acknowledgement, 1001u);
}

TEST(WireNat, AnswersAHeldSynAfterSixSeconds) {  // RFC 5382 REQ-4
  NatBehavior behavior = plain();
  behavior.unsolicited_syn = UnsolicitedSyn::kHold;
  Wire wire(behavior);
  EXPECT_TRUE(wire.in(frame_of(conformance::segment(kServer, {kOutside, 9}, kSyn))).empty());
  EXPECT_EQ(wire.nat.deadline(), second(6));
  const auto back = wire.release(second(6));
  ASSERT_EQ(back.size(), 1u);
  EXPECT_TRUE(back[0].whole);
  EXPECT_EQ(back[0].side, Side::kOutside);
  EXPECT_EQ(back[0].packet.icmp.code, kPortUnreachable);
  EXPECT_EQ(back[0].packet.icmp.inner_source, kServer);
  EXPECT_EQ(back[0].packet.icmp.inner_destination, (Endpoint{kOutside, 9}));
}

TEST(WireNat, CutsWhatIsTooBigForTheLink) {  // RFC 4787 REQ-13
  NatBehavior behavior = plain();
  behavior.mtu_outside = 600;
  Wire wire(behavior);
  const auto pieces = wire.out(frame_of(udp(kHost, kServer), 1400));
  ASSERT_EQ(pieces.size(), 3u);
  const Frame whole = conformance::assembled(pieces);
  const auto parsed = parse_packet(whole);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->packet.source.ip, kOutside);
  EXPECT_EQ(parsed->payload.size(), 1400u);
}

TEST(WireNat, CountsOptionsWhenItComparesWithTheMtu) {
  NatBehavior behavior = plain();
  behavior.mtu_outside = 128;
  Wire wire(behavior);
  Packet packet = udp(kHost, kServer);
  packet.dont_fragment = true;
  Frame fits = frame_of(packet, 100);
  EXPECT_EQ(wire.out(fits)[0].side, Side::kOutside);
  fits.insert(fits.begin() + 20, 4, std::byte{1});
  fits[0] = std::byte{0x46};
  fits[3] = std::byte{132};
  sign(fits);
  const auto back = wire.out(fits);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].side, Side::kInside);
  EXPECT_EQ(back[0].packet.icmp.next_hop_mtu, 128);
}

TEST(WireNat, HoldsFragmentsUntilTheFirstOneComes) {  // RFC 4787 REQ-14
  Wire wire(plain());
  Packet packet = udp(kHost, kServer);
  packet.identification = 7;
  const Frame whole = frame_of(packet, 400);
  const auto pieces = fragment_packet(whole, 188);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_TRUE(wire.out(pieces[2]).empty());
  EXPECT_TRUE(wire.out(pieces[1]).empty());
  const auto all = wire.out(pieces[0]);
  ASSERT_EQ(all.size(), 3u);
  const Frame result = conformance::assembled(all);
  const auto parsed = parse_packet(result);
  ASSERT_TRUE(parsed) << "the first one carries the checksum of the whole";
  EXPECT_EQ(parsed->packet.source, (Endpoint{kOutside, 5000}));
  EXPECT_TRUE(std::ranges::equal(parsed->payload, ByteView(whole).last(400)));
}

TEST(WireNat, GivesUpFragmentsWhoseFirstOneNeverComes) {
  Wire wire(plain());
  const auto pieces = fragment_packet(frame_of(udp(kHost, kServer), 400), 228);
  EXPECT_TRUE(wire.out(pieces[1]).empty());
  EXPECT_TRUE(wire.release(wire.nat.deadline()).empty());
  EXPECT_EQ(wire.drops, std::vector{DropReason::kFragmented});
  EXPECT_TRUE(wire.nat.deadline().is_never());
}

TEST(WireNat, RewritesPayloadsForAnAlg) {
  NatBehavior behavior = plain();
  behavior.alg = Alg::kAddresses;
  Wire wire(behavior);
  const Frame payload = {std::byte{192}, std::byte{168}, std::byte{1}, std::byte{2}, std::byte{9}};
  const auto out = wire.out(frame_of(udp(kHost, kServer), payload));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_TRUE(out[0].whole);
  EXPECT_EQ(out[0].frame[28], std::byte{203});
  EXPECT_EQ(out[0].frame[32], std::byte{9});
}

}  // namespace
}  // namespace natbed::test
