// Court: plays sequences to many boxes of the kernel at once, in one thread, and compares what came
// out with what natbed does.
//
// A sequence that waits for a timer occupies its box for seconds, but the thread only for
// microseconds; so many boxes wait side by side. natbed is played afterwards, in virtual time, with
// the instants at which the kernel really got its packets.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "tests/differential/kernel_box.h"
#include "tests/differential/play.h"
#include "tests/differential/rules.h"

namespace natbed::differential {

struct Case {
  Rules rules;
  Sequence sequence;
  std::string origin;  // where it comes from, for people
};

// What a subject made of a sequence.
struct Record {
  std::vector<std::string> outcomes;  // by step
  std::vector<Instant> times;         // by step, since the first; one more for the end
  std::vector<std::string> table;     // afterwards
  std::vector<double> seconds_left;   // of the rows of `table`
};

// Where two runs differ first.
struct Difference {
  size_t step = 0;  // from 0; the number of steps: in the table afterwards
  std::string kernel, natbed;
};
std::optional<Difference> compare(const Record& kernel, const Record& natbed);

Record play_model(const Case& c, const Record& kernel, uint64_t seed);
// Nothing if natbed does what the kernel did with some of its random choices; else how far it comes at
// best.
std::optional<Difference> difference(const Case& c, const Record& kernel);

class Court {
 public:
  // Throws what KernelBox throws.
  Court(const std::vector<Rules>& kinds, int boxes_of_each_kind);
  // Runs by case. A sequence that was disturbed (the machine was busy and a wait took too long) is
  // played again.
  std::vector<Record> play(const std::vector<Case>& cases);
  Record play(const Case& c) { return play(std::vector<Case>{c}).front(); }

 private:
  struct Booth;  // a box and what is being played there
  std::vector<std::unique_ptr<Booth>> booths_;
  std::unique_ptr<Namespace> ends_;

 public:
  ~Court();
};

}  // namespace natbed::differential
