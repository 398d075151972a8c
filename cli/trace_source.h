// A trace to look at: a file that a run left, or that of a scenario, run for the purpose.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/trace_file.h"

namespace CLI {
class App;
}

namespace natbed {

struct TraceSource {
  std::filesystem::path what;    // a script (.lua) or a trace
  uint64_t seed = 1;             // for a script
  std::vector<std::string> set;  // likewise

  bool is_script() const { return what.extension() == ".lua"; }
};

// The positional argument, --seed and --set.
void add_trace_source(CLI::App* command, TraceSource* source);
// Refuses --seed and --set beside a trace. To be called when the command line has been read.
void check_trace_source(const CLI::App& command, const TraceSource& source);

// Reads the trace, or runs the script's first trial and reads what it leaves in a file of our own.
Result<Trace> open_trace(const TraceSource& source);

}  // namespace natbed
