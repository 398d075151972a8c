// Story: why two peers reached each other or did not, told from a trace in a dozen plain lines.
//
// It says who was behind what, what they learned of themselves, what they sent where, which box
// dropped what for which row and rule, what came of it, and the smallest change that would have let
// packets pass. Nothing is guessed: every sentence comes from events, every change from the
// diagnosis that the box itself gave (base/diagnosis.h).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "viz/story/evidence.h"

namespace natbed::viz {

struct StoryLine {
  Instant at;
  std::string text;
};

// One kind of drop, in words.
struct DropWords {
  DropGroup group;
  std::string text;    // "symmetric-1 drops 26 probes of bob until 9.8 s (filtered): ..."
  std::string change;  // what would have let them pass; empty if nothing would
};

struct PairStory {
  std::string a, b;
  bool reached = false;          // at the end of the trace
  std::string ending;            // "punched at 0.413 s", "no path: ..."
  std::vector<StoryLine> lines;  // in the order of time
  std::vector<std::string> why;  // no direct path: the main reasons
  std::vector<std::string> changes;
  std::vector<DropWords> drops;  // those that the lines speak of
};

// Peers that tried to reach each other, by what their machines told.
struct Attempt {
  NodeId a, b;  // a: who wanted it, if only one did
  Instant start;
  bool reached = false;
};

// In the order of their start.
std::vector<Attempt> attempts(const Evidence& evidence);

PairStory tell(const Evidence& evidence, const Attempt& attempt);

// All drops of the run, most packets first: for a run in which nobody tried to reach anybody.
std::vector<DropWords> tell_drops(const Evidence& evidence);

// The attempt between two hosts, by name. The error says what there is instead.
Result<Attempt> find_attempt(const Evidence& evidence, const std::string& a, const std::string& b);

}  // namespace natbed::viz
