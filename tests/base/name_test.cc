#include "base/name.h"

#include <gtest/gtest.h>

#include <string>

namespace natbed {
namespace {

TEST(Name, HoldsThirtyOneBytes) {
  const std::string longest(31, 'x');
  EXPECT_TRUE(Name::fits(longest));
  EXPECT_EQ(Name(longest).view(), longest);
  EXPECT_FALSE(Name::fits(longest + "y"));
  EXPECT_EQ(Name(longest + "y").view(), longest);
}

TEST(Name, ComparesAsText) {
  EXPECT_EQ(Name("alice"), Name(std::string("alice")));
  EXPECT_LT(Name("alice"), Name("bob"));
  EXPECT_LT(Name("al"), Name("alice"));
  EXPECT_NE(Name("alice"), Name(std::string_view("alice\0", 6)));
  EXPECT_TRUE(Name().empty());
  EXPECT_FALSE(Name("x").empty());
}

}  // namespace
}  // namespace natbed
