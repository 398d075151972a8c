#include "viz/matrix_model.h"

#include <gtest/gtest.h>

namespace natbed::viz {
namespace {

TEST(MatrixModel, GrowsByRowsAndColumnsWithoutLosingCells) {
  MatrixModel matrix;
  matrix.at("a", "x").successes = 1;
  matrix.at("a", "y").successes = 2;
  matrix.at("b", "y").successes = 3;
  matrix.at("b", "z").successes = 4;
  EXPECT_EQ(matrix.rows, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(matrix.columns, (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(matrix.cell(0, 0).successes, 1u);
  EXPECT_EQ(matrix.cell(0, 1).successes, 2u);
  EXPECT_EQ(matrix.cell(1, 0).successes, 0u);
  EXPECT_EQ(matrix.cell(1, 1).successes, 3u);
  EXPECT_EQ(matrix.cell(1, 2).successes, 4u);
}

TEST(MatrixModel, CountsWhatScriptsRecord) {
  const std::vector<std::string> records = {R"({"a":"linux","b":"cgnat","ok":true,"oracle":true})",
                                            R"({"a":"linux","b":"cgnat","ok":false})",
                                            R"({"ms":3})", "not json",
                                            R"({"a":1,"b":"x","ok":true})"};
  const auto matrix = matrix_from_records(records);
  ASSERT_TRUE(matrix.has_value());
  ASSERT_EQ(matrix->cells.size(), 1u);
  EXPECT_EQ(matrix->cells[0].trials, 2u);
  EXPECT_EQ(matrix->cells[0].successes, 1u);
  EXPECT_FALSE(matrix->cells[0].agrees()) << "the oracle said yes, one trial failed";
  EXPECT_FALSE(matrix_from_records({}).has_value());
}

TEST(MatrixModel, ShowsWhatThereIsOfARunThatWasBrokenOff) {
  const auto matrix = matrix_from_summary(R"({"axes":{"a":["x","y"],"b":["x"]},"cells":[
    {"at":{"a":"x","b":"x"},"trials":4,"results":{"ok":{"successes":3,"trials":4}}},
    {"at":{"a":"y","b":"x"},"trials":0,"results":{}}]})");
  ASSERT_TRUE(matrix.has_value()) << matrix.error().message;
  EXPECT_EQ(matrix->cells.size(), 1u);
}

TEST(MatrixModel, ReadsTheSummaryOfASweep) {
  const auto matrix = matrix_from_summary(R"({"axes":{"a":["x","y"],"b":["x"]},"cells":[
    {"at":{"a":"x","b":"x"},"trials":4,"results":{"ok":{"successes":3,"trials":4}}},
    {"at":{"a":"y","b":"x"},"trials":4,"results":{"ok":{"successes":0,"trials":4},
     "oracle":{"successes":0,"trials":4}}}]})");
  ASSERT_TRUE(matrix.has_value()) << matrix.error().message;
  EXPECT_EQ(matrix->title, "a (rows) against b (columns)");
  EXPECT_EQ(matrix->cell(0, 0).rate(), 0.75);
  EXPECT_EQ(matrix->cell(1, 0).foretold, false);
  EXPECT_TRUE(matrix->cell(1, 0).agrees());
}

TEST(MatrixModel, RefusesWhatIsNoSummary) {
  EXPECT_FALSE(matrix_from_summary("").has_value());
  EXPECT_FALSE(matrix_from_summary("[]").has_value());
  EXPECT_FALSE(matrix_from_summary(R"({"axes":{"a":[]},"cells":[]})").has_value());
  const auto wrong = matrix_from_summary(
      R"({"axes":{"a":[],"b":[]},"cells":[{"at":{"a":1,"b":2},"results":{}}]})");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.error().message.find("\"ok\""), std::string::npos);
}

}  // namespace
}  // namespace natbed::viz
