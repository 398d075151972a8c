#include "base/suggest.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

constexpr std::string_view kWords[] = {"symmetric", "full-cone", "linux", "stun"};

TEST(Suggest, FindsTheWordThatWasMeant) {
  EXPECT_EQ(nearest_word("symetric", kWords), "symmetric");
  EXPECT_EQ(nearest_word("lniux", kWords), "linux");
  EXPECT_EQ(nearest_word("fullcone", kWords), "full-cone");
}

TEST(Suggest, IsSilentWhenNothingIsNear) { EXPECT_EQ(nearest_word("banana", kWords), ""); }

TEST(Suggest, ListsTheWordsThen) {
  EXPECT_EQ(unknown_word("kind", "symetric", kWords),
            "unknown kind \"symetric\" (did you mean \"symmetric\"?)");
  EXPECT_EQ(unknown_word("kind", "banana", kWords),
            "unknown kind \"banana\" (there are: symmetric, full-cone, linux, stun)");
}

}  // namespace
}  // namespace natbed
