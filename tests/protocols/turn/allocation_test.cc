#include "protocols/turn/allocation.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

using namespace literals;

const Endpoint kPeer = *Endpoint::parse("198.51.100.7:4000");
constexpr Duration kNanosecond = Duration::nanoseconds(1);

// RFC 8656 §9: 300 s, not more.
TEST(Allocation, PermissionEndsAtAnExactInstant) {
  Allocation allocation;
  ASSERT_TRUE(allocation.permit(Instant(), kPeer.ip));
  EXPECT_TRUE(allocation.permits(Instant() + 300_s - kNanosecond, kPeer.ip));
  EXPECT_FALSE(allocation.permits(Instant() + 300_s, kPeer.ip));
  EXPECT_FALSE(allocation.permits(Instant(), IpAddress::v4(1, 2, 3, 4)));
}

TEST(Allocation, PermissionIsRefreshedInItsPlace) {
  Allocation allocation;
  ASSERT_TRUE(allocation.permit(Instant(), kPeer.ip));
  ASSERT_TRUE(allocation.permit(Instant() + 200_s, kPeer.ip));
  EXPECT_TRUE(allocation.permits(Instant() + 499_s, kPeer.ip));
  EXPECT_EQ(allocation.permissions.size(), 1u);
}

// RFC 8656 §12: 600 s.
TEST(Allocation, ChannelEndsAtAnExactInstant) {
  Allocation allocation;
  ASSERT_TRUE(allocation.bind(Instant(), 0x4000, kPeer));
  ASSERT_NE(allocation.channel(Instant() + 600_s - kNanosecond, 0x4000), nullptr);
  EXPECT_EQ(allocation.channel(Instant(), kPeer)->number, 0x4000);
  EXPECT_EQ(allocation.channel(Instant() + 600_s, 0x4000), nullptr);
  EXPECT_EQ(allocation.channel(Instant() + 600_s, kPeer), nullptr);
}

TEST(Allocation, ExpiredRowsMakeRoom) {
  Allocation allocation;
  for (uint32_t i = 0; i < Allocation::kMaxPeers; ++i) {
    ASSERT_TRUE(allocation.permit(Instant(), IpAddress::v4(i)));
  }
  EXPECT_FALSE(allocation.permit(Instant() + 299_s, kPeer.ip));
  EXPECT_TRUE(allocation.permit(Instant() + 300_s, kPeer.ip));
  EXPECT_EQ(allocation.permissions.size(), Allocation::kMaxPeers);
}

}  // namespace
}  // namespace natbed
