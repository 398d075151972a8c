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

// How many parts of `path` stand beside it.
int parts_of(const std::string& path, bool remove = false) {
  const std::filesystem::path whole(path);
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(whole.parent_path())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(whole.filename().string() + ".") || !name.ends_with(".part")) continue;
    ++count;
    if (remove) std::filesystem::remove(entry.path());
  }
  return count;
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
  EXPECT_EQ(parts_of(path), 0);
  std::filesystem::remove(path);
}

TEST(FileWriter, TwoWritersOfOneFileDoNotMix) {
  const std::string path = testing::TempDir() + "natbed_file_writer_shared";
  auto one = FileWriter::create(path, "trace"), two = FileWriter::create(path, "trace");
  ASSERT_TRUE(one && two);
  one->append(bytes_of(std::string(100'000, '1')));
  two->append(bytes_of(std::string(90'000, '2')));
  ASSERT_TRUE(one->close());
  EXPECT_EQ(contents(path), std::string(100'000, '1'));
  ASSERT_TRUE(two->close());
  EXPECT_EQ(contents(path), std::string(90'000, '2'));
  EXPECT_EQ(parts_of(path), 0);
  std::filesystem::remove(path);
}

TEST(FileWriter, KeepsTheRightsOfWhatItReplaces) {
  const std::string path = testing::TempDir() + "natbed_file_writer_private";
  std::ofstream(path) << "private";
  using std::filesystem::perms;
  const perms mine = perms::owner_read | perms::owner_write;
  std::filesystem::permissions(path, mine);
  auto file = FileWriter::create(path, "trace");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->close());
  EXPECT_EQ(std::filesystem::status(path).permissions(), mine);
  std::filesystem::remove(path);
}

TEST(FileWriter, LosesNothingWhenThePlaceIsTaken) {
  const std::string path = testing::TempDir() + "natbed_file_writer_taken";
  auto file = FileWriter::create(path, "trace");
  ASSERT_TRUE(file);
  file->append(bytes_of("whole"));
  std::filesystem::create_directories(path + "/now a directory");
  const Status closed = file->close();
  ASSERT_FALSE(closed);
  EXPECT_NE(closed.error().message.find("The whole file is '" + path), std::string::npos)
      << closed.error().message;
  EXPECT_EQ(parts_of(path), 1);
  parts_of(path, true);
  std::filesystem::remove_all(path);
}

TEST(FileWriter, WritesThroughALinkThatLeadsSomewhereOrNotYet) {
  const std::string path = testing::TempDir() + "natbed_file_writer_target";
  const std::string link = testing::TempDir() + "natbed_file_writer_link";
  for (const bool is_there : {true, false}) {
    if (is_there) std::ofstream(path) << "old";
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
