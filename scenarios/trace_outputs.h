// Where the trace of a run's first trial goes: its hash always, a file, a capture and somebody's
// sink if they are wanted.
#pragma once

#include <memory>
#include <vector>

#include "base/pcapng.h"
#include "base/trace_file.h"
#include "base/trace_hash.h"
#include "scenarios/run.h"

namespace natbed {

class TraceOutputs {
 public:
  // An error if a file cannot be created. The directory for captures is created if need be.
  static Result<TraceOutputs> open(const RunOptions& options);

  TraceSink* sink() { return tee_.get(); }
  uint64_t hash() const { return hash_->value(); }
  // Ends the files; what went wrong with each, earlier writes included.
  std::vector<Error> close();

 private:
  TraceOutputs() = default;
  std::unique_ptr<HashSink> hash_ = std::make_unique<HashSink>();
  std::unique_ptr<TraceFileSink> file_;
  std::unique_ptr<PcapngSink> capture_;
  std::unique_ptr<TeeSink> tee_ = std::make_unique<TeeSink>();
};

}  // namespace natbed
