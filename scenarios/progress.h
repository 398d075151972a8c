// Progress of a run: told in trials, shown as one line with the time that is left.
//
// A run tells a sink how many of its trials are over; what the sink does with that cannot reach a
// result.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/time.h"

namespace natbed {

class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  // Called by the thread that runs the run, whenever some trials are over, and at the end with done
  // == total.
  virtual void on_progress(uint64_t done, uint64_t total) = 0;
};

// "  1250 of 8100 trials  15 %  4s left", from the time spent so far; without the last part while
// it is a guess.
std::string progress_line(uint64_t done, uint64_t total, Duration elapsed);

// Draws the line on a terminal, from one second on, ten times a second at most, and wipes it at the
// end. The only clock in this room: it paces the drawing and nothing else.
class TerminalProgress final : public ProgressSink {
 public:
  explicit TerminalProgress(std::FILE* terminal);
  void on_progress(uint64_t done, uint64_t total) override;

 private:
  std::FILE* terminal_;
  std::chrono::steady_clock::time_point begun_, drawn_;
  bool visible_ = false;
};

}  // namespace natbed
