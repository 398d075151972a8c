// The scripts that natbed ships: each runs, says what its first lines promise, and replays bit for
// bit.
#include <algorithm>
#include <vector>

#include "golden_hashes.h"
#include "run_lua.h"
#include "scenarios/report_table.h"
#include "scenarios/results_writer.h"

namespace natbed {
namespace {

Result<Report> run_shipped(std::string_view name, RunOptions options = {}) {
  options.script =
      std::filesystem::path(NATBED_SOURCE_DIR) / "scenarios" / (std::string(name) + ".lua");
  return run_script(options);
}

std::string text_at(const Report& report, size_t record, std::string_view key) {
  const Value* value = report.trials[0].records.at(record).find(key);
  return value ? to_text(*value) : "nothing";
}

TEST(Scripts, HaveTheirGoldenTraces) {
  for (const auto& [script, hash] : kGoldenHashes) {
    RunOptions options;
    options.trials = 1;
    const auto report = run_shipped(script, options);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->trace_hash, hash)
        << script << " is now 0x" << std::hex << *report->trace_hash
        << "; if that is meant, say why in the commit that changes golden_hashes.h";
  }
}

TEST(Scripts, AllHaveAGoldenTrace) {
  size_t scripts = 0;
  for (const auto& file : std::filesystem::directory_iterator(NATBED_SOURCE_DIR "/scenarios")) {
    if (file.path().extension() != ".lua") continue;
    ++scripts;
    const std::string name = file.path().stem();
    EXPECT_TRUE(std::ranges::any_of(kGoldenHashes, [&](const auto& g) { return g.script == name; }))
        << name;
  }
  EXPECT_EQ(scripts, std::size(kGoldenHashes));
}

TEST(Scripts, GiveTheSameBytesForAnyNumberOfWorkers) {
  for (const auto& golden : kGoldenHashes) {
    std::string first;
    for (const unsigned jobs : {1u, 2u, 8u}) {
      RunOptions options;
      options.jobs = jobs;
      options.trials = 3;
      const auto report = run_shipped(golden.script, options);
      ASSERT_TRUE(report) << report.error().message;
      const std::string bytes =
          results_jsonl(*report) + summary_json(*report) + summary_csv(*report);
      if (first.empty()) first = bytes;
      EXPECT_EQ(bytes, first) << golden.script << " with " << jobs << " workers";
    }
  }
}

TEST(Scripts, TwoHomesSaysHowAliceReachedBob) {
  const auto report = run_shipped("two_homes");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(text_at(*report, 0, "path"), "punched");
  const std::string table = report_table(*report);
  EXPECT_NE(table.find("alice (port-restricted) to bob (linux behind cgnat): punched in "),
            std::string::npos)
      << table;
}

TEST(Scripts, TwoHomesGoesThroughTheRelayIfBothAreSymmetric) {
  RunOptions options;
  options.set = {{"alice", "symmetric"}, {"bob", "symmetric"}};
  const auto report = run_shipped("two_homes", options);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(text_at(*report, 0, "path"), "relayed");
  EXPECT_EQ(text_at(*report, 0, "relay"), "relay");
  EXPECT_EQ(text_at(*report, 0, "route"), "alice → relay → bob");
}

double success_at(const Report& report, std::initializer_list<std::string_view> place) {
  for (const Cell& cell : report.cells) {
    if (!std::ranges::equal(cell.at, place,
                            [](const Value& v, std::string_view w) { return to_text(v) == w; }))
      continue;
    const auto ok = std::ranges::find(cell.summaries, "ok", &Summary::key);
    if (ok != cell.summaries.end()) return ok->proportion.value();
  }
  ADD_FAILURE() << "no such cell";
  return -1;
}

TEST(Scripts, CgnatShowsWhatTheCarriersBoxDecides) {
  const auto report = run_shipped("cgnat");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(success_at(*report, {"none", "elsewhere"}), 1);
  EXPECT_EQ(success_at(*report, {"cgnat", "same carrier"}), 1);
  EXPECT_EQ(success_at(*report, {"port-restricted", "same carrier"}), 0) << "it does not hairpin";
  EXPECT_EQ(success_at(*report, {"symmetric", "elsewhere"}), 0);
}

TEST(Scripts, HairpinShowsThatOnlyExternalSourceHelps) {
  const auto report = run_shipped("hairpin");
  ASSERT_TRUE(report) << report.error().message;
  for (const std::string_view place : {"one home", "one carrier"}) {
    EXPECT_EQ(success_at(*report, {"none", place, "punch"}), 0);
    EXPECT_EQ(success_at(*report, {"external", place, "punch"}), 1);
    EXPECT_EQ(success_at(*report, {"none", place, "ice"}), 1);
  }
}

TEST(Scripts, RelayChoiceRecoversFromEveryDeath) {
  for (const std::string policy : {"min-sum", "nearest", "random-k"}) {
    RunOptions options;
    options.set = {{"policy", policy}};
    const auto report = run_shipped("relay_choice", options);
    ASSERT_TRUE(report) << report.error().message;
    const auto& records = report->trials[0].records;
    ASSERT_EQ(records.size(), 4u);
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(text_at(*report, i, "ok"), "yes") << policy << " round " << i + 1;
      EXPECT_GE(std::stod(text_at(*report, i, "regret")), -1e-6) << "nothing beats the best";
    }
  }
}

TEST(Scripts, MobileHandoverFallsToTheRelayAndClimbsBack) {
  const auto report = run_shipped("mobile_handover");
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->trials[0].records.size(), 2u);
  EXPECT_EQ(text_at(*report, 0, "path"), "relayed");
  EXPECT_EQ(text_at(*report, 1, "path"), "punched");
}

TEST(Scripts, NatRebootIsShortWhenPortsArePreserved) {
  const auto report = run_shipped("nat_reboot");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(success_at(*report, {"preserving", "reboot", "15"}), 1);
  EXPECT_EQ(success_at(*report, {"random", "cable out for 5 s", "15"}), 1);
}

}  // namespace
}  // namespace natbed
