// Running a scenario: a script, a seed, and how many universes to try it in.
//
// Every trial is a world of its own in a fresh Lua state; trials run on all cores and are merged in
// trial order. Equal options give equal reports, bit for bit, whatever `jobs` is.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/trace_sink.h"
#include "scenarios/progress.h"
#include "scenarios/report.h"

namespace natbed {

struct RunOptions {
  std::string program = "natbed";  // what to type for it, in hints
  std::filesystem::path script;
  uint64_t seed = 1;
  // natbed.param() values, and for a sweep the values of an axis ("a=linux" or "a=linux,cgnat").
  std::vector<std::pair<std::string, std::string>> set;
  uint32_t trials = 0;  // per cell; 0: as many as the script says, else one
  unsigned jobs = 0;    // threads; 0: one per core
  std::filesystem::path
      out;  // directory for results.jsonl, summary.json and summary.csv; empty: none
  std::filesystem::path trace;  // file for the first trial's trace; empty: none
  std::filesystem::path pcap;   // directory for the first trial's capture; empty: none
  TraceSink* sink = nullptr;  // sees the first trial's trace too, on a thread of the run; not owned
  ProgressSink* progress = nullptr;         // not owned
  const std::atomic<bool>* stop = nullptr;  // ends a sweep early, see PoolOptions; not owned
};

// The error of a script names it, its line and the virtual time, and of a trial the command that
// repeats it. A report is returned whenever the first trial ended; see Report::broken_off and
// Report::unwritten for what went wrong after it. Where files are to be written is tried before the
// run; they are replaced once their contents are whole.
Result<Report> run_script(const RunOptions& options);

}  // namespace natbed
