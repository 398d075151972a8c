// The hash of a run: one number that two runs share if and only if they were the same, event by
// event.
//
// It equals the hash in the footer of the run's trace file.
#pragma once

#include "base/hash.h"
#include "base/trace_codec.h"
#include "base/trace_sink.h"

namespace natbed {

class HashSink final : public TraceSink {
 public:
  void on_event(const TraceEvent& event, const Packet*, ByteView) override {
    const ByteView record = encoder_.encode(event);
    hasher_.add(record.first(record.size() - diagnosis_size(event)));
  }
  bool wants_diagnoses() const override { return false; }
  uint64_t value() const { return hasher_.value(); }

 private:
  TraceEncoder encoder_;
  Hasher hasher_;
};

}  // namespace natbed
