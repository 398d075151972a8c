#include "scenarios/matrix.h"

#include <gtest/gtest.h>

#include "scenarios/results_writer.h"
#include "scenarios/run.h"

namespace natbed {
namespace {

Result<Matrix> matrix_with(FilterScope scope, ReplyMapping reply, unsigned jobs = 2) {
  MatrixOptions options;
  options.trials = 4;
  options.jobs = jobs;
  options.filter_scope = scope;
  options.reply_mapping = reply;
  return run_matrix(options);
}

TEST(Matrix, AgreesWithTheOracleInEveryCell) {
  for (const FilterScope scope : {FilterScope::kInternalEndpoint, FilterScope::kMapping}) {
    for (const ReplyMapping reply : {ReplyMapping::kSelected, ReplyMapping::kAdmitting}) {
      const auto matrix = matrix_with(scope, reply);
      ASSERT_TRUE(matrix) << matrix.error().message;
      ASSERT_EQ(matrix->cells.size(), 81u);
      EXPECT_EQ(matrix->agreeing(), 81u) << matrix_table(*matrix);
    }
  }
}

TEST(Matrix, HasTheSameBytesForAnyNumberOfWorkers) {
  const auto one = matrix_with(FilterScope::kInternalEndpoint, ReplyMapping::kSelected, 1);
  const auto eight = matrix_with(FilterScope::kInternalEndpoint, ReplyMapping::kSelected, 8);
  ASSERT_TRUE(one && eight);
  EXPECT_EQ(summary_json(one->report), summary_json(eight->report));
  EXPECT_EQ(results_jsonl(one->report), results_jsonl(eight->report));
  EXPECT_EQ(matrix_json(*one), matrix_json(*eight));
}

// A disagreement is reported with a command for matrix.lua, which must then show the same.
TEST(Matrix, TheScriptDoesTheSame) {
  MatrixOptions options;
  options.trials = 2;
  options.filter_scope = FilterScope::kMapping;
  const auto matrix = run_matrix(options);
  ASSERT_TRUE(matrix) << matrix.error().message;
  RunOptions run;
  run.script = std::filesystem::path(NATBED_SOURCE_DIR) / "scenarios/matrix.lua";
  run.trials = 2;
  run.set = {{"filter_scope", "mapping"}};
  const auto report = run_script(run);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(results_jsonl(*report), results_jsonl(matrix->report));
}

TEST(Matrix, TheTableCountsTheCellsThatAgree) {
  const auto matrix = matrix_with(FilterScope::kInternalEndpoint, ReplyMapping::kSelected);
  ASSERT_TRUE(matrix) << matrix.error().message;
  const std::string table = matrix_table(*matrix);
  EXPECT_NE(table.find("81 of 81 cells agree with the oracle\n"), std::string::npos) << table;
  EXPECT_NE(table.find("eim-eif"), std::string::npos);
}

TEST(Matrix, ADisagreementComesWithItsCommand) {
  auto matrix = matrix_with(FilterScope::kInternalEndpoint, ReplyMapping::kSelected);
  ASSERT_TRUE(matrix) << matrix.error().message;
  matrix->cells[3].oracle = !matrix->cells[3].oracle;
  const std::string table = matrix_table(*matrix);
  EXPECT_NE(table.find("80 of 81 cells agree"), std::string::npos) << table;
  EXPECT_NE(table.find("again: natbed run scenarios/matrix.lua --seed "), std::string::npos)
      << table;
  EXPECT_NE(table.find("--set a=eim-eif --set b=adm-eif --trials 1"), std::string::npos) << table;
}

}  // namespace
}  // namespace natbed
