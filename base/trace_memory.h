// Keeps a run's events in memory, with texts of its own: for tests and for windows that watch a
// run.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/trace_sink.h"

namespace natbed {

class MemorySink final : public TraceSink {
 public:
  MemorySink() = default;
  MemorySink(const MemorySink&) = delete;  // the events' texts point into the sink
  MemorySink& operator=(const MemorySink&) = delete;

  void on_event(const TraceEvent& event, const Packet*, ByteView) override {
    events_.push_back(event);
    if (!event.text.empty()) events_.back().text = texts_.emplace_back(event.text);
  }
  // Their texts live as long as the sink.
  const std::vector<TraceEvent>& events() const { return events_; }

 private:
  std::vector<TraceEvent> events_;
  std::deque<std::string> texts_;  // does not move its strings as it grows
};

}  // namespace natbed
