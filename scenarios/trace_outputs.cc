#include "scenarios/trace_outputs.h"

#include <fmt/format.h>

#include <filesystem>

namespace natbed {
namespace {

// For people who find the file later.
std::string command_of(const RunOptions& options) {
  Report alone;
  alone.script = options.script.string();
  alone.set = options.set;
  alone.cells.resize(1);
  alone.trials.resize(1);
  return repeat_command(alone, 0, options.seed);
}

}  // namespace

Result<TraceOutputs> TraceOutputs::open(const RunOptions& options) {
  TraceOutputs outputs;
  outputs.tee_->add(outputs.hash_.get());
  const std::string name = options.script.stem().string();
  if (!options.trace.empty()) {
    auto file =
        TraceFileSink::open(options.trace.string(), {options.seed, name, command_of(options)});
    if (!file) return file.error();
    outputs.file_ = std::move(*file);
    outputs.tee_->add(outputs.file_.get());
  }
  if (!options.pcap.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.pcap, error);
    if (error)
      return Error{fmt::format("cannot create {}: {}", options.pcap.string(), error.message())};
    auto capture = PcapngSink::open((options.pcap / (name + ".pcapng")).string());
    if (!capture) return capture.error();
    outputs.capture_ = std::move(*capture);
    outputs.tee_->add(outputs.capture_.get());
  }
  if (options.sink) outputs.tee_->add(options.sink);
  return outputs;
}

std::vector<Error> TraceOutputs::close() {
  std::vector<Error> unwritten;
  if (file_) {
    if (const Status s = file_->close(); !s) unwritten.push_back(s.error());
  }
  if (capture_) {
    if (const Status s = capture_->close(); !s) unwritten.push_back(s.error());
  }
  return unwritten;
}

}  // namespace natbed
