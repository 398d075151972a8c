// What holds for every box, whatever its axes say: random behaviours, random packets.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/wire.h"
#include "nat_models/conformance/frames.h"
#include "nat_models/wire_nat.h"
#include "tests/nat_models/box.h"
#include "tests/support/packets.h"
#include "tests/support/random_behavior.h"

namespace natbed::test {
namespace {

using conformance::Frame;
using conformance::frame_of;
using conformance::Seen;

constexpr IpAddress kPool[] = {IpAddress::v4(192, 0, 2, 1), IpAddress::v4(192, 0, 2, 2)};
constexpr IpAddress kInside = IpAddress::v4(192, 168, 1, 1);
constexpr int kBoxes = 300;

Endpoint random_host(Rng& rng) {
  return {IpAddress::v4(kInside.v4_value() + 1 + static_cast<uint32_t>(rng.below(5))),
          static_cast<uint16_t>(rng.below(4) == 0 ? 500 + rng.below(4) : 5000 + rng.below(6))};
}
Endpoint random_remote(Rng& rng) {
  constexpr uint16_t kPorts[] = {53, 443, 3478, 3479};
  return {
      IpAddress::v4(IpAddress::v4(203, 0, 113, 1).v4_value() + static_cast<uint32_t>(rng.below(4))),
      kPorts[rng.below(4)]};
}

Packet random_packet_between(Rng& rng, Endpoint from, Endpoint to, bool outbound) {
  const uint64_t kind = rng.below(5);
  if (kind == 0) {
    constexpr int kFlags[] = {kSyn, kSyn, kSyn | kAck, kAck, kPsh | kAck, kFin | kAck, kRst};
    return conformance::segment(from, to, kFlags[rng.below(7)]);
  }
  if (kind == 1) {
    return outbound ? conformance::echo(IcmpType::kEchoRequest, from, {to.ip, 0})
                    : conformance::echo(IcmpType::kEchoReply, {from.ip, 0}, to);
  }
  return conformance::datagram(from, to);
}

// Limits are drawn from a wide range; small ones are where boxes differ.
NatBehavior random_box(Rng& rng) {
  NatBehavior behavior = random_behavior(rng);
  if (rng.below(2) == 0) behavior.limits.mappings = static_cast<uint32_t>(rng.between(1, 40));
  return behavior;
}

// What came out, in order.
struct Collected final : FrameSink {
  void send(Side side, ByteView frame) override { out.push_back(conformance::seen(side, frame)); }
  std::vector<Seen> out;
};

// A box and those who send at it: they know what they saw.
class Traffic {
 public:
  Traffic(const NatBehavior* behavior, uint64_t seed)
      : rng(seed), nat(behavior, kPool, kInside, Rng(seed)) {}

  // One more packet at random, and what came of it.
  std::vector<Seen> step() {
    now = now + Duration::milliseconds(rng.between(0, 3000)) +
          Duration::seconds(rng.below(20) == 0 ? rng.between(1, 300) : 0);
    const bool outbound = rng.below(3) != 0;
    Frame frame = frame_of(random(outbound), static_cast<uint32_t>(rng.below(200)));
    if (rng.below(8) == 0 && !seen_.empty()) frame = error_about(seen_[rng.below(seen_.size())]);
    return carry(frame, outbound ? Side::kInside : Side::kOutside);
  }
  std::vector<Seen> carry(Frame frame, Side from) {
    Collected collected;
    nat.release(now, collected);
    nat.carry(frame, from, now, collected);
    for (const Seen& s : collected.out) {
      if (s.side == Side::kOutside && seen_.size() < 50) seen_.push_back(s);
    }
    return collected.out;
  }

  Rng rng;
  Instant now;
  WireNat nat;

 private:
  Packet random(bool outbound) {
    const Endpoint host = random_host(rng), remote = random_remote(rng);
    if (outbound && rng.below(10) == 0) {
      return random_packet_between(rng, host, {kPool[rng.below(2)], host.port}, true);
    }
    if (outbound) return random_packet_between(rng, host, remote, true);
    Endpoint external{kPool[rng.below(2)], host.port};
    if (!seen_.empty()) external = seen_[rng.below(seen_.size())].packet.source;
    return random_packet_between(rng, remote, external, false);
  }
  Frame error_about(const Seen& s) {
    return conformance::error_frame(random_remote(rng).ip, 3, static_cast<int>(rng.below(4)),
                                    s.frame);
  }
  std::vector<Seen> seen_;
};

TEST(NatProperty, EveryPacketThatLeavesHasRightChecksums) {
  size_t looked_at = 0;
  for (uint64_t seed = 0; seed < kBoxes; ++seed) {
    Rng rng(seed);
    const NatBehavior behavior = random_box(rng);
    Traffic traffic(&behavior, seed);
    for (int i = 0; i < 200; ++i) {
      for (const Seen& s : traffic.step()) {
        ASSERT_TRUE(s.whole) << "seed " << seed << ", step " << i << ": "
                             << conformance::words_for(s.frame);
        ++looked_at;
      }
    }
  }
  EXPECT_GT(looked_at, 20000u);
}

TEST(NatProperty, WhatIsAnsweredAtOnceComesBackToItsSender) {
  size_t answered = 0;
  for (uint64_t seed = 0; seed < kBoxes; ++seed) {
    Rng rng(seed);
    NatBehavior behavior = random_box(rng);
    // Boxes that carry so many packets a second, or only small ones, or ignore who was a nuisance.
    behavior.limits.packets_per_second = 0;
    behavior.mtu_inside = 0;
    behavior.blacklist = Duration::zero();
    Traffic traffic(&behavior, seed);
    for (int i = 0; i < 150; ++i) {
      (void)traffic.step();
      const Endpoint host = random_host(rng), remote = random_remote(rng);
      const uint64_t kind = rng.below(3);
      Packet packet = conformance::datagram(host, remote);
      if (kind == 1) packet = conformance::segment(host, remote, kSyn);
      if (kind == 2) packet = conformance::echo(IcmpType::kEchoRequest, host, {remote.ip, 0});
      const auto left = traffic.carry(frame_of(packet), Side::kInside);
      if (left.size() != 1 || left[0].side != Side::kOutside) continue;  // refused
      const Packet& out = left[0].packet;
      Packet answer = conformance::datagram(out.destination, out.source);
      if (kind == 1) answer = conformance::segment(out.destination, out.source, kSyn | kAck);
      if (kind == 2) answer = conformance::echo(IcmpType::kEchoReply, out.destination, out.source);
      const auto back = traffic.carry(frame_of(answer), Side::kOutside);
      ASSERT_EQ(back.size(), 1u) << "seed " << seed << ", step " << i << ": "
                                 << conformance::words_for(left[0].frame);
      EXPECT_EQ(back[0].side, Side::kInside);
      EXPECT_EQ(back[0].packet.destination, host) << "seed " << seed;
      EXPECT_EQ(back[0].packet.source.ip, remote.ip) << "seed " << seed;
      ++answered;
    }
  }
  EXPECT_GT(answered, 10000u);
}

TEST(NatProperty, NoTwoLiveMappingsShareAnExternalEndpoint) {
  size_t rows_seen = 0;
  for (uint64_t seed = 0; seed < kBoxes; ++seed) {
    Rng rng(seed);
    const NatBehavior behavior = random_box(rng);
    Traffic traffic(&behavior, seed);
    for (int i = 0; i < 200; ++i) {
      (void)traffic.step();
      if (i % 20 != 19) continue;
      std::set<std::tuple<Protocol, Endpoint, Endpoint>> taken;
      for (const NatRow& row : traffic.nat.nat().list(traffic.now)) {
        // Where endpoints are shared, remotes must differ.
        const bool shares = behavior.of(row.protocol).ports.overload;
        const bool is_new =
            taken.emplace(row.protocol, row.external, shares ? row.remote : Endpoint()).second;
        EXPECT_TRUE(is_new) << "seed " << seed << ": " << row.external.to_string();
        ++rows_seen;
      }
    }
  }
  EXPECT_GT(rows_seen, 5000u);
}

bool same(const Verdict& a, const Verdict& b) {
  return a.action == b.action && a.egress == b.egress && a.reason == b.reason &&
         a.answer == b.answer && a.change == b.change && a.mtu == b.mtu && a.ticket == b.ticket &&
         a.row == b.row && a.releases == b.releases && a.rewrite_payload == b.rewrite_payload &&
         (!a.row.valid() || a.expires == b.expires);
}

// process() is a pure function of the box' state, the packet, the side and the time: a copy does the
// same, and asking the one questions in between changes nothing.
TEST(NatProperty, ACopyDoesTheSameWhateverTheOtherIsAsked) {
  size_t compared = 0;
  for (uint64_t seed = 0; seed < kBoxes; ++seed) {
    Rng rng(seed);
    const NatBehavior behavior = random_box(rng);
    Nat asked(&behavior, kPool, Rng(seed));
    std::optional<Nat> copy;
    Instant now;
    std::vector<Endpoint> external = {{kPool[0], 5000}};
    for (int i = 0; i < 200; ++i) {
      if (i == 60) copy.emplace(asked);
      now = now + Duration::milliseconds(rng.between(0, 20000));
      const bool outbound = rng.below(2) != 0;
      Packet packet = outbound
                          ? random_packet_between(rng, random_host(rng), random_remote(rng), true)
                          : random_packet_between(rng, random_remote(rng),
                                                  external[rng.below(external.size())], false);
      packet.identification = static_cast<uint16_t>(rng.below(5));
      packet.more_fragments = rng.below(8) == 0;
      if (rng.below(8) == 0) {
        packet.fragment_offset = 100;
        packet.source.port = packet.destination.port = 0;
      }
      Packet other = packet;
      const Packet before = packet;
      const Side from = outbound ? Side::kInside : Side::kOutside;
      const Verdict verdict = asked.process(packet, from, now);
      if (verdict.action == Verdict::Action::kForward && outbound)
        external.push_back(packet.source);
      if (verdict.action == Verdict::Action::kDrop)
        (void)asked.diagnose(before, from, now, verdict);
      for (const NatRow& row : asked.list(now)) (void)asked.row(row.row, now);
      asked.prefetch();
      const bool released = asked.release(now).has_value();
      if (!copy) continue;
      const Verdict again = copy->process(other, from, now);
      ASSERT_TRUE(same(verdict, again)) << "seed " << seed << ", step " << i;
      EXPECT_EQ(packet.source, other.source);
      EXPECT_EQ(packet.destination, other.destination);
      EXPECT_EQ(packet.ttl, other.ttl);
      EXPECT_EQ(packet.identification, other.identification);
      EXPECT_EQ(released, copy->release(now).has_value());
      EXPECT_EQ(asked.deadline(), copy->deadline());
      ++compared;
    }
    const auto rows = asked.list(now), others = copy->list(now);
    ASSERT_EQ(rows.size(), others.size()) << "seed " << seed;
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].row, others[i].row);
      EXPECT_EQ(rows[i].external, others[i].external);
      EXPECT_EQ(rows[i].expires, others[i].expires);
    }
  }
  EXPECT_GT(compared, 10000u);
}

TEST(NatProperty, BytesThatWereReadAndWrittenAreTheSame) {  // parse ∘ serialise
  Rng rng(17);
  for (int i = 0; i < 5000; ++i) {
    Packet packet = random_packet(rng);
    packet.id = 0;
    const auto payload = random_bytes(rng, packet.payload_size);
    Frame bytes(kMaxHeaderSize + payload.size()), again(bytes.size());
    ByteWriter out(bytes), second(again);
    write_packet(packet, payload, out);
    const auto parsed = parse_packet(out.written());
    ASSERT_TRUE(parsed) << to_string(parsed.error());
    write_packet(parsed->packet, parsed->payload, second);
    EXPECT_TRUE(std::ranges::equal(out.written(), second.written()));
  }
}

}  // namespace
}  // namespace natbed::test
