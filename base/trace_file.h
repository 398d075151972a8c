// Trace files: a run on disk, to be replayed, looked at and compared.
//
// Magic, version, seed, scenario and a free text; then the records of trace_codec.h; then a footer
// with their number and hashes. The footer proves that the run came to its end: a file without one is
// refused, never half shown; and what is written has its name only from close() on. The layout is
// drawn in docs/trace-format.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_writer.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/trace_codec.h"
#include "base/trace_sink.h"

namespace natbed {

inline constexpr uint32_t kTraceVersion = 2;

struct TraceHeader {
  uint64_t seed = 0;
  std::string scenario;  // its name
  std::string text;      // for people, e.g. the command line that made the run
};

// Writes a trace file.
class TraceFileSink final : public TraceSink {
 public:
  // An error if `path` cannot be created; an existing file is replaced.
  static Result<std::unique_ptr<TraceFileSink>> open(const std::string& path,
                                                     const TraceHeader& header);

  void on_event(const TraceEvent& event, const Packet*, ByteView) override;
  // Writes the footer. Errors of all earlier writes are reported here; without close()
  // there is no file. No event may follow.
  Status close();
  uint64_t hash() const { return hasher_.value(); }

 private:
  explicit TraceFileSink(FileWriter file) : file_(std::move(file)) {}

  FileWriter file_;
  TraceEncoder encoder_;
  Hasher hasher_, diagnoses_;
  uint64_t count_ = 0;
};

struct Trace {
  TraceHeader header;
  std::vector<TraceEvent> events;  // their texts point into `bytes`
  uint64_t hash = 0;
  std::vector<std::byte> bytes;  // the whole file

  Trace() = default;
  Trace(Trace&&) = default;
  Trace& operator=(Trace&&) = default;
};

// The error says what was expected and found, at which byte, and what to do.
Result<Trace> read_trace(const std::string& path);

}  // namespace natbed
