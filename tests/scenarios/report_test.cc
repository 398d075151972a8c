#include "scenarios/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "scenarios/report_table.h"
#include "scenarios/results_writer.h"

namespace natbed {
namespace {

Trial trial_with(uint32_t cell, uint32_t index, bool ok, double ms, const std::string& path) {
  Trial trial{cell, index, 100 + index, Instant() + 1500_ms, {}, {}};
  Record record;
  record.set("ok", ok);
  record.set("ms", ms);
  record.set("path", path);
  trial.records.push_back(record);
  return trial;
}

Report small_report() {
  Report report;
  report.script = "my scripts/x.lua";
  report.seed = 7;
  report.set = {{"bob", "linux"}};
  report.axes = {{"kind", {std::string("full-cone"), std::string("symmetric")}}};
  report.cells = {{{std::string("full-cone")}, 0, {}}, {{std::string("symmetric")}, 0, {}}};
  report.trials = {trial_with(0, 0, true, 100, "punched"), trial_with(0, 1, true, 300, "relayed"),
                   trial_with(1, 0, false, 10000, "none"),
                   trial_with(1, 1, true, 120.5, "punched")};
  summarise(report);
  return report;
}

TEST(ReportTable, TellsNearlyAllFromAll) {
  EXPECT_EQ(to_text(Proportion{2, 2}), "100.0 % [34.2–100.0] 2/2");
  EXPECT_EQ(to_text(Proportion{199'992, 200'000}), "99.996 % [99.992–99.998] 199992/200000");
  EXPECT_EQ(to_text(Proportion{1, 1'000'000}), "0.00010 % [0.00002–0.00057] 1/1000000");
}

TEST(Report, SummarisesByTheTypeOfValues) {
  const Report report = small_report();
  const auto& summaries = report.cells[0].summaries;
  ASSERT_EQ(summaries.size(), 3u);
  EXPECT_EQ(summaries[0].key, "ms");
  EXPECT_EQ(summaries[0].quantiles.p50, 100);
  EXPECT_EQ(summaries[0].quantiles.p90, 300);
  EXPECT_EQ(summaries[1].proportion, (Proportion{2, 2}));
  EXPECT_EQ(summaries[2].counts,
            (std::vector<std::pair<std::string, uint64_t>>{{"punched", 1}, {"relayed", 1}}));
}

TEST(Report, TheCommandRepeatsATrialInAShell) {
  const Report report = small_report();
  EXPECT_EQ(
      repeat_command(report, 1, 100),
      "natbed run 'my scripts/x.lua' --seed 100 --set bob=linux --set kind=symmetric --trials 1");
}

TEST(ReportTable, IsAlignedAndEndsWithTheFailure) {
  EXPECT_EQ(
      report_table(small_report()),
      "my scripts/x.lua  seed 7  bob=linux  4 trials\n"
      "\n"
      "kind       ok                        path                  ms p50 / p90 / p99\n"
      "full-cone  100.0 % [34.2–100.0] 2/2  punched 1, relayed 1  100 / 300 / 300\n"
      "symmetric  50.0 % [9.5–90.5] 1/2     none 1, punched 1     120.5 / 10000 / 10000\n"
      "\n"
      "1 of 4 trials failed; the first, again: "
      "natbed run 'my scripts/x.lua' --seed 100 --set bob=linux --set kind=symmetric --trials 1\n"
      "why: natbed explain 'my scripts/x.lua' --seed 100 --set bob=linux --set kind=symmetric\n");
}

TEST(ReportTable, CountsCharactersNotBytes) {
  EXPECT_EQ(aligned({{"a → b", "1"}, {"abcdef", "2"}}), "a → b   1\nabcdef  2\n");
}

TEST(ResultsWriter, EveryTrialIsALineWithItsSeed) {
  const std::string text = results_jsonl(small_report());
  EXPECT_EQ(text.substr(0, text.find('\n')),
            R"({"cell":0,"at":{"kind":"full-cone"},"trial":0,"seed":100,"ended_ns":1500000000,)"
            R"("records":[{"ms":100,"ok":true,"path":"punched"}],"notes":[]})");
  EXPECT_EQ(std::ranges::count(text, '\n'), 4);
}

TEST(ResultsWriter, TheSummaryIsJson) {
  const auto json = nlohmann::json::parse(summary_json(small_report()));
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["axes"]["kind"][1], "symmetric");
  EXPECT_EQ(json["cells"][1]["results"]["ok"]["successes"], 1);
  EXPECT_EQ(json["cells"][1]["results"]["ms"]["p90"], 10000);
  EXPECT_EQ(json["cells"][0]["results"]["path"]["counts"]["relayed"], 1);
}

TEST(ResultsWriter, TheTableIsCsv) {
  const std::string text = summary_csv(small_report());
  EXPECT_TRUE(
      text.starts_with("kind,trials,ms_count,ms_p50,ms_p90,ms_p99,ok,ok_low95,ok_high95,ok_"
                       "successes,ok_trials,path\n"
                       "full-cone,2,2,100,300,300,1,"))
      << text;
}

TEST(ResultsWriter, ASummaryOfARunThatWasBrokenOffSaysSo) {
  Report report = small_report();
  EXPECT_FALSE(nlohmann::json::parse(summary_json(report)).contains("broken_off"));
  report.trials.resize(3);
  report.broken_off = BrokenOff{5, 1, 1, 101, {"x.lua:3: no \"such\" thing"}};
  summarise(report);
  const auto json = nlohmann::json::parse(summary_json(report));
  EXPECT_EQ(json["trials"], 3);
  EXPECT_EQ(json["broken_off"]["planned"], 5);
  EXPECT_EQ(json["broken_off"]["at"]["kind"], "symmetric");
  EXPECT_EQ(json["broken_off"]["seed"], 101);
  EXPECT_EQ(json["broken_off"]["error"], "x.lua:3: no \"such\" thing");
  EXPECT_NE(report_table(report).find("broken off at trial 4 of 5; here are the 3 before it"),
            std::string::npos);
}

TEST(ResultsWriter, PreparingTouchesNothing) {
  const std::filesystem::path directory = testing::TempDir() + "natbed_prepared/deep";
  ASSERT_TRUE(prepare_results(directory));
  EXPECT_TRUE(std::filesystem::is_empty(directory));
  ASSERT_TRUE(write_results(small_report(), directory));
  const auto size = std::filesystem::file_size(directory / "results.jsonl");
  ASSERT_TRUE(prepare_results(directory));
  EXPECT_EQ(std::filesystem::file_size(directory / "results.jsonl"), size);
  std::filesystem::remove(directory / "summary.csv");
  std::filesystem::create_directory(directory / "summary.csv");
  const Status taken = prepare_results(directory);
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().message.find("summary.csv': Is a directory"), std::string::npos);
  std::filesystem::remove_all(directory.parent_path());
}

TEST(ResultsWriter, SaysWhyItCannotWrite) {
  const Status status = write_results(small_report(), "/dev/null/results");
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("cannot create /dev/null/results"), std::string::npos);
}

}  // namespace
}  // namespace natbed
