// A reader of traces that are being made. The world calls it in the order of events; several are
// chained by Tee.
#pragma once

#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/trace_event.h"

namespace natbed {

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  // `packet` is the packet of kSent, kReceived and kDropped with its payload, as it stands there;
  // otherwise null and empty. Both live for the call.
  virtual void on_event(const TraceEvent& event, const Packet* packet, ByteView payload) = 0;
  // Whether it keeps or shows why packets were dropped, which is worked out only for who asks.
  virtual bool wants_diagnoses() const { return true; }
};

// Passes every event on to several sinks, in the order in which they were added. The sinks belong
// to others and must outlive it.
class TeeSink final : public TraceSink {
 public:
  void add(TraceSink* sink) { sinks_.push_back(sink); }
  bool empty() const { return sinks_.empty(); }
  void on_event(const TraceEvent& event, const Packet* packet, ByteView payload) override {
    for (TraceSink* sink : sinks_) sink->on_event(event, packet, payload);
  }
  bool wants_diagnoses() const override {
    return std::ranges::any_of(sinks_, &TraceSink::wants_diagnoses);
  }

 private:
  std::vector<TraceSink*> sinks_;
};

}  // namespace natbed
