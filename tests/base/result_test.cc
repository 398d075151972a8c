#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace natbed {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error{"expected an even number, found " + std::to_string(n)};
  return n / 2;
}

TEST(Result, HoldsAValueOrTheReasonWhyThereIsNone) {
  EXPECT_TRUE(half(8));
  EXPECT_EQ(*half(8), 4);
  EXPECT_FALSE(half(7));
  EXPECT_EQ(half(7).error().message, "expected an even number, found 7");
  EXPECT_EQ(half(7).value_or(-1), -1);
  EXPECT_EQ(half(8).value_or(-1), 4);
}

TEST(Result, MovesItsValueOut) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 5);
}

TEST(Result, ValueAndErrorMayHaveOneType) {
  const Result<std::string, const char*> failed("no");
  EXPECT_FALSE(failed.has_value());
  EXPECT_STREQ(failed.error(), "no");
}

TEST(Result, StatusIsOkOrAnError) {
  EXPECT_TRUE(ok());
  EXPECT_FALSE(Status(Error{"disk full"}));
}

TEST(ResultDeathTest, ValueOfAnErrorIsABug) {
  EXPECT_DEATH(half(7).value(), "value\\(\\) of a Result that holds an error");
}

}  // namespace
}  // namespace natbed
