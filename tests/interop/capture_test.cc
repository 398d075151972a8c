// A run's capture, as Wireshark's own dissectors read it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/program.h"

namespace natbed::testing_support {
namespace {

namespace fs = std::filesystem;

class Capture : public testing::Test {
 protected:
  Capture()
      : directory_(fs::temp_directory_path() / ("natbed_capture_" + std::to_string(getpid()))) {}
  ~Capture() override { fs::remove_all(directory_); }
  void SetUp() override {
    if (!have_program("tshark")) GTEST_SKIP() << "tshark is not installed";
    // Both symmetric, so that STUN, rendezvous, failing probes and a relay are all in it.
    const ProgramResult run =
        run_program({NATBED_PROGRAM, "run", NATBED_SOURCE_DIR "/scenarios/two_homes.lua", "--set",
                     "alice=symmetric", "--set", "bob=symmetric", "--pcap", directory_});
    ASSERT_EQ(run.status, 0) << run.err;
  }
  // How many packets `filter` shows.
  long count(const std::string& filter) const {
    const ProgramResult shown =
        run_program({"tshark", "-n", "-r", directory_ / "two_homes.pcapng", "-Y", filter});
    EXPECT_EQ(shown.status, 0) << shown.err;
    return std::ranges::count(shown.out, '\n');
  }
  fs::path directory_;
};

TEST_F(Capture, OpensInTsharkWithStunAndTurnDissected) {
  EXPECT_EQ(count("_ws.malformed"), 0);
  EXPECT_EQ(count("_ws.expert.severity == \"Error\""), 0);
  EXPECT_GT(count("stun.type == 0x0001"), 0) << "Binding requests";
  EXPECT_GT(count("stun.type == 0x0103"), 0) << "Allocate answers";
  EXPECT_GT(count("stun.type == 0x0108"), 0) << "CreatePermission answers";
  EXPECT_GT(count("stun.type == 0x0017"), 0) << "Data indications";
  EXPECT_GT(
      count("frame.comment contains \"filtered\" or frame.comment contains \"no-such-address\""), 0)
      << "drops say why";
  EXPECT_GT(count("frame.interface_name contains \"symmetric-1\""), 0) << "one interface a side";
}

}  // namespace
}  // namespace natbed::testing_support
