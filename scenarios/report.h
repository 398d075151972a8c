// Report: everything that a run of trials found, as data for the terminal, for files and for tests.
//
// Trials stand in the order of (cell, trial) whatever thread ran them, so the bytes written from a
// report do not depend on how many workers made it. A run without a sweep has one cell without
// axes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "scenarios/statistics.h"
#include "scenarios/value.h"

namespace natbed {

struct Note {
  Instant at;
  std::string text;
};

struct Trial {
  uint32_t cell = 0;
  uint32_t index = 0;  // within the cell
  uint64_t seed = 0;   // `natbed run SCRIPT --seed` this, with the axes set, runs it again
  Instant ended;
  std::vector<Record> records;
  std::vector<Note> notes;
  // A record says ok = false: this trial is one to look at.
  bool failed() const;
};

// One recorded key over the trials of a cell. What it holds follows from the first value recorded
// under it.
struct Summary {
  enum class Kind : uint8_t { kProportion, kQuantiles, kCounts };
  std::string key;
  Kind kind = Kind::kProportion;
  Proportion proportion;                                 // of booleans
  Quantiles quantiles;                                   // of numbers
  std::vector<std::pair<std::string, uint64_t>> counts;  // of texts, sorted by text
};

struct Axis {
  std::string name;
  std::vector<Value> values;
};

struct Cell {
  std::vector<Value> at;  // one value per axis
  uint32_t trials = 0;
  std::vector<Summary> summaries;  // sorted by key
};

// The trial that ended a run before its end: `Report::trials` holds those before it.
struct BrokenOff {
  uint64_t planned = 0;  // trials of the whole run
  uint32_t cell = 0;
  uint32_t index = 0;  // within the cell
  uint64_t seed = 0;
  Error error;
};

struct Report {
  std::string program = "natbed";  // what to type for it, in hints
  std::string script;              // as the user named it
  uint64_t seed = 0;
  std::vector<std::pair<std::string, std::string>> set;  // --set, as given
  std::vector<Axis> axes;
  std::vector<Cell> cells;
  std::vector<Trial> trials;
  std::optional<uint64_t> trace_hash;  // of the first trial, if it was traced
  std::optional<BrokenOff> broken_off;
  std::vector<Error> unwritten;  // files that were wanted and could not be written
  // One trial and nothing to compare it with, as a script without a sweep runs by default.
  bool is_single() const { return trials.size() == 1 && axes.empty() && !broken_off; }
};

// The command line that runs one trial of `report` again, and nothing else.
std::string repeat_command(const Report& report, uint32_t cell, uint64_t seed);
// The command line that tells why that trial failed.
std::string explain_command(const Report& report, uint32_t cell, uint64_t seed);
// The error of a trial, followed by that command.
Error again(const Error& error, const Report& report, uint32_t cell, uint64_t seed);

// Fills in the cells' summaries from the trials. REQUIRES: every trial's cell exists.
void summarise(Report& report);

}  // namespace natbed
