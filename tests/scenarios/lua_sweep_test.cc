#include <algorithm>

#include "run_lua.h"
#include "scenarios/report_table.h"
#include "scenarios/results_writer.h"

namespace natbed {
namespace {

constexpr std::string_view kSweep = R"(
  return natbed.sweep{
    axes = { b = { "port-restricted", "symmetric" }, a = { "full-cone", "symmetric" } },
    trials = 12,
    network = { latency = {10, 200} },
    run = function(net, p)
      net:server("stun"):serve("stun")
      local way = net:nat(p.a):host("x"):connect(net:nat(p.b):host("y"), { with = "punch", timeout = 3 })
      return { ok = way.ok, ms = way.ms, draw = natbed.random(100) }
    end,
  }
)";

TEST(LuaSweep, RunsEveryCellInTheOrderOfAxes) {
  const auto report = run_lua(kSweep);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->axes.size(), 2u);
  EXPECT_EQ(report->axes[0].name, "a") << "axes of a table are sorted by name";
  EXPECT_EQ(report->trials.size(), 48u);
  EXPECT_EQ(report->cells[1].at,
            (std::vector<Value>{std::string("full-cone"), std::string("symmetric")}));
  const auto successes = [&](size_t cell) {
    const auto ok = std::ranges::find(report->cells[cell].summaries, "ok", &Summary::key);
    return ok->proportion.successes;  // every trial records it
  };
  EXPECT_EQ(successes(0), 12u);
  EXPECT_EQ(successes(1), 12u);
  EXPECT_EQ(successes(2), 0u);
  EXPECT_EQ(successes(3), 0u);
}

TEST(LuaSweep, BytesDoNotDependOnTheNumberOfWorkers) {
  std::string first;
  for (const unsigned jobs : {1u, 2u, 8u}) {
    RunOptions options;
    options.jobs = jobs;
    const auto report = run_lua(kSweep, options);
    ASSERT_TRUE(report) << report.error().message;
    const std::string bytes = results_jsonl(*report) + summary_json(*report) +
                              summary_csv(*report) + report_table(*report);
    if (first.empty()) first = bytes;
    EXPECT_EQ(bytes, first) << jobs << " workers";
  }
}

TEST(LuaSweep, AnyTrialCanBeRunAgainByItself) {
  const auto report = run_lua(kSweep);
  ASSERT_TRUE(report) << report.error().message;
  for (const size_t at : {size_t{0}, size_t{7}, size_t{15}, size_t{47}}) {
    const Trial& trial = report->trials[at];
    const auto& place = report->cells[trial.cell].at;
    RunOptions options;
    options.seed = trial.seed;
    options.trials = 1;
    options.set = {{"a", to_text(place[0])}, {"b", to_text(place[1])}};
    const auto again = run_lua(kSweep, options);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->trials[0].records, trial.records) << "trial " << at;
    EXPECT_EQ(again->trials[0].ended, trial.ended);
  }
}

TEST(LuaSweep, AListOfAxesKeepsItsOrder) {
  const auto report = run_lua(R"(
    return natbed.sweep{
      axes = { { "z", { 1, 2 } }, { "a", { true, false } } }, trials = 1,
      run = function(net, p) return { sum = p.z, flag = p.a } end,
    }
  )");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->axes[0].name, "z");
  EXPECT_EQ(to_json(report->trials[1].records[0]), R"({"flag":false,"sum":1})");
}

TEST(LuaSweep, TrialsOfAPlainScriptDifferBySeed) {
  RunOptions options;
  options.trials = 20;
  const auto report = run_lua("natbed.record{ draw = natbed.random(1000000) }", options);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->trials.size(), 20u);
  EXPECT_NE(report->trials[0].records, report->trials[1].records);
  options.seed = report->trials[7].seed;
  options.trials = 1;
  EXPECT_EQ(run_lua("natbed.record{ draw = natbed.random(1000000) }", options)->trials[0].records,
            report->trials[7].records);
}

TEST(LuaSweep, WritesItsFiles) {
  RunOptions options;
  options.out = script_file("").parent_path() / "out";
  options.trace = script_file("").parent_path() / "trace";
  options.pcap = script_file("").parent_path() / "pcap";
  ASSERT_TRUE(run_lua(kSweep, options));
  for (const char* name : {"results.jsonl", "summary.json", "summary.csv"}) {
    EXPECT_GT(std::filesystem::file_size(options.out / name), 100u) << name;
  }
  EXPECT_GT(std::filesystem::file_size(options.trace), 100u);
  EXPECT_GT(std::filesystem::file_size(options.pcap / "test.pcapng"), 100u);
}

class Counting final : public ProgressSink {
 public:
  void on_progress(uint64_t done, uint64_t total) override {
    EXPECT_GE(done, last_);
    EXPECT_EQ(total, 48u);
    last_ = done;
  }
  uint64_t last_ = 0;
};

TEST(LuaSweep, TellsItsProgress) {
  Counting progress;
  RunOptions options;
  options.progress = &progress;
  ASSERT_TRUE(run_lua(kSweep, options));
  EXPECT_EQ(progress.last_, 48u);
}

TEST(LuaSweep, TheOracleAnswersScripts) {
  EXPECT_EQ(result_of(R"(
    natbed.record{ yes = natbed.oracle("full-cone", "symmetric"), no = natbed.oracle("symmetric", "symmetric"),
                   kinds = #natbed.nat_kinds, presets = #natbed.presets }
  )"),
            R"({"kinds":9,"no":"never","presets":10,"yes":"always"})");
}

}  // namespace
}  // namespace natbed
