// Story: what happened in a test, in words, printed only if the test fails.
//
// A failed expectation at the end of a protocol exchange says little; the steps that led there say
// it all. Whoever drives machines tells the story as it goes; the test writes nothing.
#pragma once

#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "base/time.h"

namespace natbed::test {

class Story {
 public:
  Story() = default;
  Story(const Story&) = delete;
  Story& operator=(const Story&) = delete;
  ~Story() {
    if (testing::Test::HasFailure()) print(std::cerr);
  }

  void tell(Instant at, std::string step) { steps_.push_back(to_string(at) + "  " + step); }

  void print(std::ostream& out) const {
    const size_t skipped = steps_.size() > kShown ? steps_.size() - kShown : 0;
    out << "The steps that led here:\n";
    if (skipped != 0) out << "  ... " << skipped << " earlier ones left out\n";
    for (size_t i = skipped; i < steps_.size(); ++i) out << "  " << steps_[i] << '\n';
  }

 private:
  static constexpr size_t kShown = 200;  // more than a reader wants, less than a terminal loses
  std::vector<std::string> steps_;
};

}  // namespace natbed::test
