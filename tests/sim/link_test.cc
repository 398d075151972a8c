#include "sim/link.h"

#include <gtest/gtest.h>

#include <vector>

namespace natbed {
namespace {

constexpr uint64_t kSeed = 42;

Instant after(Duration d) { return Instant() + d; }

class Link1 {
 public:
  explicit Link1(const LinkProfile& profile) : link_(table_.add(profile, Rng(kSeed))) {}
  Passage pass(uint32_t size_bytes, Instant in) { return table_.pass(link_, size_bytes, in); }
  bool needs_order() const { return table_.needs_order(link_); }

 private:
  LinkTable table_;
  LinkRef link_;
};

TEST(Link, DelaysByItsPropagation) {
  Link1 link({.propagation = 5_ms});
  EXPECT_EQ(link.pass(100, after(1_ms)).out, after(6_ms));
  EXPECT_FALSE(link.needs_order());
}

TEST(Link, TakesTheTimeThatBitsTakeRoundedUp) {
  Link1 link({.propagation = 1_ms, .rate_bps = 3'000'000});
  // 125 bytes = 1000 bits at 3 Mbit/s: 333 333.3 ns.
  EXPECT_EQ(link.pass(125, Instant()).out, after(1_ms + 333'334_ns));
  EXPECT_TRUE(link.needs_order());
}

TEST(Link, QueuesPacketsBehindEachOther) {
  Link1 link({.rate_bps = 8'000'000});  // a byte a microsecond
  EXPECT_EQ(link.pass(1000, Instant()).out, after(1000_us));
  EXPECT_EQ(link.pass(500, after(10_us)).out, after(1500_us));
  EXPECT_EQ(link.pass(100, after(1500_us)).out, after(1600_us));
  EXPECT_EQ(link.pass(100, after(9_ms)).out, after(9_ms + 100_us));  // idle since
}

TEST(Link, DropsTheTailThatFindsNoRoom) {
  Link1 link({.rate_bps = 8'000'000, .queue_bytes = 2500});
  EXPECT_EQ(link.pass(1000, Instant()).drop, DropReason::kNone);
  EXPECT_EQ(link.pass(1000, Instant()).drop, DropReason::kNone);
  EXPECT_EQ(link.pass(1000, Instant()).drop, DropReason::kQueueFull);
  EXPECT_EQ(link.pass(500, Instant()).out, after(2500_us));  // a smaller one fits
  EXPECT_EQ(link.pass(101, after(100_us)).drop, DropReason::kQueueFull);
  EXPECT_EQ(link.pass(100, after(100_us)).out, after(2600_us));
}

TEST(Link, DropsWhatIsLargerThanItsMtu) {
  Link1 link({.mtu_bytes = 1280});
  EXPECT_EQ(link.pass(1280, Instant()).drop, DropReason::kNone);
  EXPECT_EQ(link.pass(1281, Instant()).drop, DropReason::kTooBig);
}

TEST(Link, LosesTheShareItIsToldTo) {
  Link1 link({.loss = Probability::of(0.1)});
  int lost = 0;
  for (int i = 0; i < 100'000; ++i) lost += link.pass(100, Instant()).drop == DropReason::kLoss;
  // Binomial: 10 000 expected, standard deviation 95; four of them.
  EXPECT_NEAR(lost, 10'000, 380) << "seed " << kSeed;
  EXPECT_FALSE(link.needs_order());
}

TEST(Link, LosesInBurstsAsGilbertAndElliottSay) {
  Link1 link({.burst = {.enter = Probability::of(0.01), .leave = Probability::of(0.25)}});
  int lost = 0, bursts = 0;
  bool previous = false;
  for (int i = 0; i < 400'000; ++i) {
    const bool now_lost = link.pass(100, Instant()).drop == DropReason::kLoss;
    lost += now_lost;
    bursts += now_lost && !previous;
    previous = now_lost;
  }
  // In the bad state 0.01 / 0.26 of the time, for 1 / 0.25 packets on average. Losses of one burst
  // hang together, so the deviation is about 360 packets; four of them.
  EXPECT_NEAR(lost, 400'000 / 26, 1450) << "seed " << kSeed;
  EXPECT_NEAR(static_cast<double>(lost) / bursts, 4.0, 0.25) << "seed " << kSeed;
  EXPECT_TRUE(link.needs_order());
}

TEST(Link, JittersUniformlyAndMayReorder) {
  Link1 link({.propagation = 10_ms, .jitter = 4_ms});
  bool overtook = false;
  int64_t sum = 0;
  Instant last;
  for (int i = 0; i < 10'000; ++i) {
    const Instant out = link.pass(100, Instant()).out;
    EXPECT_GE(out, after(10_ms));
    EXPECT_LE(out, after(14_ms));
    overtook |= out < last;
    last = out;
    sum += out.ns();
  }
  EXPECT_TRUE(overtook);
  EXPECT_NEAR(static_cast<double>(sum) / 10'000, 12e6, 50e3) << "seed " << kSeed;
}

TEST(Link, KeepsTheOrderIfAskedTo) {
  Link1 link({.propagation = 10_ms, .jitter = 4_ms, .keep_order = true});
  Instant last;
  for (int i = 0; i < 1000; ++i) {
    const Instant out = link.pass(100, after(1_us * i)).out;
    EXPECT_GE(out, last);
    last = out;
  }
}

TEST(Link, DrawsFromItsOwnStreamOnly) {
  const LinkProfile lossy{.jitter = 1_ms, .loss = Probability::of(0.5)};
  LinkTable one, two;
  const LinkRef a = one.add(lossy, Rng(1));
  const LinkRef b = two.add(lossy, Rng(1)), noise = two.add(lossy, Rng(2));
  for (int i = 0; i < 100; ++i) {
    two.pass(noise, 100, Instant());
    EXPECT_EQ(one.pass(a, 100, Instant()).out, two.pass(b, 100, Instant()).out);
  }
}

}  // namespace
}  // namespace natbed
