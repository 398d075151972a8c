// Runs a scenario that stands in the test as text: the input pasted in the test is the
// documentation.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "scenarios/run.h"

namespace natbed {

// A file of its own for each test, so that tests may run side by side.
inline std::filesystem::path script_file(std::string_view source) {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path directory =
      std::filesystem::path(testing::TempDir()) /
      (std::string(info->test_suite_name()) + "." + info->name());
  std::filesystem::create_directories(directory);
  const std::filesystem::path path = directory / "test.lua";
  std::ofstream(path, std::ios::binary) << source;
  return path;
}

inline Result<Report> run_lua(std::string_view source, RunOptions options = {}) {
  options.script = script_file(source);
  return run_script(options);
}

// The first record of the first trial, in JSON, or the error.
inline std::string result_of(std::string_view source, const RunOptions& options = {}) {
  const Result<Report> report = run_lua(source, options);
  if (!report) return report.error().message;
  const Trial& trial = report->trials[0];
  return trial.records.empty() ? "no record" : to_json(trial.records[0]);
}

// Two homes, a STUN server and a relay: the beginning of many tests.
inline constexpr std::string_view kHomes = R"(
  local net = natbed.network{ latency = 20 }
  local stun, relay = net:server("stun"):serve("stun"), net:server("relay"):serve("turn")
  local box_a, box_b = net:nat("port-restricted"), net:nat("port-restricted")
  local a, b = box_a:host("a"), box_b:host("b")
)";
inline std::string homes(std::string_view rest) { return std::string(kHomes) + std::string(rest); }

}  // namespace natbed
