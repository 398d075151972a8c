// Running a program and reading what it says, or keeping one in the background for the length of a
// test.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/time.h"

namespace natbed::testing_support {

struct ProgramResult {
  // Exit status; 128 + the signal's number if one ended it; 127 if it could not be started.
  int status = -1;
  std::string out, err;
};

// Runs to the end; after `patience` it is killed, which shows as status 137. Without standard
// input.
ProgramResult run_program(const std::vector<std::string>& command,
                          Duration patience = Duration::seconds(60));

// Whether `name` is on the PATH (or is an executable file).
bool have_program(const std::string& name);

// A program in the background; ended by the destructor.
class Background {
 public:
  explicit Background(const std::vector<std::string>& command);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  // Waits until its output holds `text`; false if it ends or `patience` runs out first.
  bool says(const std::string& text, Duration patience = Duration::seconds(20));
  const std::string& output() const { return output_; }

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string output_;
};

}  // namespace natbed::testing_support
