#include "scenarios/value.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

TEST(Value, RecordsKeepTheirKeysSorted) {
  Record record;
  record.set("ok", true);
  record.set("ms", 3.25);
  record.set("path", std::string("punched"));
  EXPECT_EQ(to_json(record), R"({"ms":3.25,"ok":true,"path":"punched"})");
}

TEST(Value, ALaterValueReplacesAnEarlierOne) {
  Record record;
  record.set("ms", int64_t{1});
  record.set("ms", int64_t{2});
  EXPECT_EQ(to_json(record), R"({"ms":2})");
  EXPECT_EQ(*record.find("ms"), Value(int64_t{2}));
  EXPECT_EQ(record.find("s"), nullptr);
}

TEST(Value, NumbersComeBackFromTheirText) {
  for (const double number : {0.1, 1e300, -2.5, 104.2337, 1.0 / 3}) {
    EXPECT_EQ(parse_like(Value(1.0), to_text(number)).second, Value(number));
  }
}

TEST(Value, JsonEscapesWhatItMust) {
  EXPECT_EQ(json_string("a \"b\" \\ \n → c"), "\"a \\\"b\\\" \\\\ \\u000a → c\"");
}

TEST(Value, SettingsAreReadInTheTypeOfTheDefault) {
  EXPECT_EQ(parse_like(Value(true), "no"), (std::pair<bool, Value>(true, false)));
  EXPECT_EQ(parse_like(Value(int64_t{5}), "7"), (std::pair<bool, Value>(true, int64_t{7})));
  EXPECT_EQ(parse_like(Value(int64_t{5}), "7.5"), (std::pair<bool, Value>(true, 7.5)));
  EXPECT_EQ(parse_like(Value(std::string("linux")), "7"),
            (std::pair<bool, Value>(true, std::string("7"))));
  EXPECT_FALSE(parse_like(Value(int64_t{5}), "7 ms").first);
  EXPECT_FALSE(parse_like(Value(2.5), "inf").first);
  EXPECT_FALSE(parse_like(Value(true), "maybe").first);
}

}  // namespace
}  // namespace natbed
