// Story: what happened in a test, in words, printed only if the test fails.
//
// A failed expectation at the end of a protocol exchange says little; the steps that led there say
// it all. Whoever drives machines tells the story as it goes; the test writes nothing.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
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
    if (testing::Test::HasFailure()) print();
  }

  void tell(Instant at, std::string step) { steps_.push_back(to_string(at) + "  " + step); }

  void print() const {
    const size_t skipped = steps_.size() > kShown ? steps_.size() - kShown : 0;
    std::fputs("The steps that led here:\n", stderr);
    if (skipped != 0) std::fprintf(stderr, "  ... %zu earlier ones left out\n", skipped);
    for (size_t i = skipped; i < steps_.size(); ++i)
      std::fprintf(stderr, "  %s\n", steps_[i].c_str());
  }

 private:
  static constexpr size_t kShown = 200;  // more than a reader wants, less than a terminal loses
  std::vector<std::string> steps_;
};

}  // namespace natbed::test
