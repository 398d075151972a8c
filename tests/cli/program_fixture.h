// The program as a user calls it, in a directory of its own for each test.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace natbed::testing_support {

namespace fs = std::filesystem;
inline const std::string kScenarios = NATBED_SOURCE_DIR "/scenarios/";

inline ProgramResult natbed(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), NATBED_PROGRAM);
  return run_program(arguments, Duration::seconds(100));
}

inline std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A directory of its own for each test, removed afterwards.
class Cli : public testing::Test {
 protected:
  Cli() : directory_(fs::temp_directory_path() / ("natbed_cli_" + std::to_string(getpid()))) {
    unsetenv("NATBED_COMMAND");  // ./natbed test says how it was called
    fs::create_directories(directory_);
  }
  ~Cli() override { fs::remove_all(directory_); }
  std::string file(const std::string& name) const { return directory_ / name; }
  std::string script(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
    return file(name);
  }
  fs::path directory_;
};

// A failure says on the error stream what is wrong, prints no result, and is seen by the shell.
inline void expect_error(const ProgramResult& result, const std::vector<std::string>& words) {
  EXPECT_NE(result.status, 0);
  EXPECT_LT(result.status, 126) << "it crashed, or was not found";
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("natbed: ")) << result.err;
  for (const std::string& word : words)
    EXPECT_NE(result.err.find(word), std::string::npos) << word << " in\n" << result.err;
}

}  // namespace natbed::testing_support
