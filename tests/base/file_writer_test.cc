#include "base/file_writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace natbed {
namespace {

TEST(FileWriter, WritesAllInOrderWhateverTheSizes) {
  const std::string path = testing::TempDir() + "natbed_file_writer";
  std::string expected;
  {
    auto file = FileWriter::create(path, "trace");
    ASSERT_TRUE(file);
    for (const size_t size : {1u, 65536u, 0u, 70000u, 3u, 65535u, 200000u}) {
      const std::string part(size, static_cast<char>('a' + expected.size() % 26));
      file->append(bytes_of(part));
      expected += part;
    }
    ASSERT_TRUE(file->close());
  }
  std::ifstream in(path, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), expected);
  std::filesystem::remove(path);
}

TEST(FileWriter, ReplacesWhatWasThere) {
  const std::string path = testing::TempDir() + "natbed_file_writer_twice";
  std::ofstream(path) << "something longer";
  auto file = FileWriter::create(path, "trace");
  ASSERT_TRUE(file);
  file->append(bytes_of("short"));
  ASSERT_TRUE(file->close());
  EXPECT_EQ(std::filesystem::file_size(path), 5u);
  std::filesystem::remove(path);
}

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(FileWriter, LeavesWhatWasThereUnlessItIsClosed) {
  const std::string path = testing::TempDir() + "natbed_file_writer_dropped";
  std::ofstream(path) << "precious";
  {
    auto file = FileWriter::create(path, "trace");
    ASSERT_TRUE(file);
    file->append(bytes_of(std::string(300'000, 'x')));
    EXPECT_EQ(contents(path), "precious");
  }
  EXPECT_EQ(contents(path), "precious");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  std::filesystem::remove(path);
}

TEST(FileWriter, WritesThroughALink) {
  const std::string path = testing::TempDir() + "natbed_file_writer_target";
  const std::string link = testing::TempDir() + "natbed_file_writer_link";
  std::ofstream(path) << "old";
  std::filesystem::create_symlink(path, link);
  auto file = FileWriter::create(link, "trace");
  ASSERT_TRUE(file);
  file->append(bytes_of("new"));
  ASSERT_TRUE(file->close());
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(contents(path), "new");
  std::filesystem::remove(link);
  std::filesystem::remove(path);
}

TEST(FileWriter, ADirectoryIsRefusedAtOnce) {
  const auto directory = FileWriter::create(testing::TempDir(), "trace");
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().message.find("Is a directory"), std::string::npos);
}

TEST(FileWriter, ErrorsNameThePurposeThePathAndTheReason) {
  const auto nowhere = FileWriter::create("/nowhere/at/all", "capture");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message,
            "Cannot create the capture '/nowhere/at/all': No such file or directory.");
  auto full = FileWriter::create("/dev/full", "capture");
  ASSERT_TRUE(full);
  // Fails in the middle of the run, is told at its end.
  full->append(bytes_of(std::string(300'000, 'x')));
  const Status closed = full->close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(
      closed.error().message,
      "Cannot write the capture '/dev/full': No space left on device. The file is incomplete.");
}

}  // namespace
}  // namespace natbed
