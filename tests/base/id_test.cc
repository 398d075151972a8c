#include "base/id.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace natbed {
namespace {

static_assert(!std::is_convertible_v<NodeId, InterfaceId>);
static_assert(!std::is_convertible_v<uint32_t, NodeId>);

TEST(Id, RefersToNothingUntilItIsGivenAValue) {
  EXPECT_FALSE(NodeId().valid());
  EXPECT_TRUE(NodeId(0).valid());
  EXPECT_EQ(NodeId(3).value(), 3u);
  EXPECT_NE(NodeId(3), NodeId());
  EXPECT_LT(NodeId(3), NodeId(4));
}

}  // namespace
}  // namespace natbed
