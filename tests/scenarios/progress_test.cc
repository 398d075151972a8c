#include "scenarios/progress.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

TEST(Progress, TellsTheTimeThatIsLeft) {
  EXPECT_EQ(progress_line(25, 100, 5_s), "      25 of 100 trials   25 %  15s left");
  EXPECT_EQ(progress_line(10, 1000, 10_s), "      10 of 1000 trials    1 %  16min 30s left");
}

TEST(Progress, GuessesNothingInTheFirstSecond) {
  EXPECT_EQ(progress_line(25, 100, 900_ms), "      25 of 100 trials   25 %");
  EXPECT_EQ(progress_line(0, 100, 5_s), "       0 of 100 trials    0 %");
}

TEST(Progress, StaysSilentOnATerminalForShortRuns) {
  std::FILE* terminal = std::tmpfile();
  TerminalProgress progress(terminal);
  for (uint64_t done = 0; done <= 100; ++done) progress.on_progress(done, 100);
  EXPECT_EQ(std::ftell(terminal), 0);
  std::fclose(terminal);
}

}  // namespace
}  // namespace natbed
