// The nine-by-nine grid: every mapping × filtering against every other, simulated and foretold.
//
// Each cell runs the real STUN, rendezvous and punching code in worlds of their own and asks the
// oracle of nat_models/traversal.h, which shares no code with the translator, for its verdict. A
// cell agrees when all of its trials did what the oracle says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "nat_models/behavior.h"
#include "scenarios/progress.h"
#include "scenarios/report.h"

namespace natbed {

inline constexpr uint32_t kMostTrialsPerCell = 100'000;  // 8.1 million in all: see kMostTrials

struct MatrixOptions {
  std::string program = "natbed";  // what to type for it, in hints
  uint64_t seed = 1;
  uint32_t trials = 100;  // per cell
  unsigned jobs = 0;      // threads; 0: one per core
  FilterScope filter_scope = FilterScope::kInternalEndpoint;
  ReplyMapping reply_mapping = ReplyMapping::kSelected;
  std::filesystem::path out;         // directory for the results' files; empty: none
  ProgressSink* progress = nullptr;  // not owned
};

struct MatrixCell {
  std::string a, b;  // kinds, see nat_models/profiles.h
  Proportion punched;
  bool oracle = false;  // a direct path by punching can be had
  bool agrees() const { return punched.successes == (oracle ? punched.trials : 0); }
};

struct Matrix {
  std::vector<std::string> kinds;
  std::vector<MatrixCell> cells;  // row by row: cells[a * kinds.size() + b]
  Report report;                  // axes a and b; records ok, ms, packets and oracle
  size_t agreeing() const;
};

// An error if a world cannot be built, or if `out` cannot be written to, which is tried before the
// run. What cannot be written after it is told in report.unwritten.
Result<Matrix> run_matrix(const MatrixOptions& options);

// "seed 1, filter_scope=mapping": what tells one matrix from another.
std::string settings_text(const Matrix& matrix);
// The grid on a terminal, with "81 of 81 cells agree with the oracle" below it.
std::string matrix_table(const Matrix& matrix);
std::string matrix_json(const Matrix& matrix);

}  // namespace natbed
