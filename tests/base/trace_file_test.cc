#include "base/trace_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/trace_hash.h"
#include "base/trace_memory.h"
#include "tests/support/events.h"

namespace natbed {
namespace {

constexpr uint64_t kSeed = 21;

struct TraceFile : testing::Test {
  TraceFile() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path = testing::TempDir() + "natbed_" + info->name() + ".trace";
  }
  ~TraceFile() override { std::filesystem::remove(path); }

  // Writes `count` random events; the sinks beside the file see them too.
  void write(int count, TraceSink* beside = nullptr) {
    auto sink = TraceFileSink::open(path, {.seed = 7, .scenario = "two_homes", .text = "a test"});
    ASSERT_TRUE(sink) << sink.error().message;
    Rng rng(kSeed);
    for (int i = 0; i < count; ++i) {
      const TraceEvent event =
          test::random_event(rng, static_cast<TraceKind>(i % kTraceKindCount), "some text");
      (*sink)->on_event(event, nullptr, {});
      if (beside) beside->on_event(event, nullptr, {});
    }
    const Status closed = (*sink)->close();
    ASSERT_TRUE(closed) << closed.error().message;
  }
  std::string contents() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void overwrite(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  std::string error_of_reading() const {
    const auto trace = read_trace(path);
    return trace ? "" : trace.error().message;
  }

  std::string path;
};

TEST_F(TraceFile, IsReadBackWithTheHashThatTheRunHad) {
  HashSink hash;
  MemorySink memory;
  TeeSink both;
  both.add(&hash);
  both.add(&memory);
  write(5000, &both);  // several blocks of 64 KiB
  ASSERT_GT(contents().size(), 3u * 64 * 1024);
  const auto trace = read_trace(path);
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(trace->header.seed, 7u);
  EXPECT_EQ(trace->header.scenario, "two_homes");
  EXPECT_EQ(trace->header.text, "a test");
  EXPECT_EQ(trace->hash, hash.value());
  ASSERT_EQ(trace->events.size(), memory.events().size());
  TraceEncoder encoder;
  for (size_t i = 0; i < trace->events.size(); ++i) {
    const ByteView record = encoder.encode(trace->events[i]);
    const std::vector<std::byte> from_file(record.begin(), record.end());
    const ByteView kept = encoder.encode(memory.events()[i]);
    ASSERT_TRUE(std::ranges::equal(from_file, kept)) << "event " << i;
  }
}

TEST_F(TraceFile, WithoutEventsIsATraceToo) {
  write(0);
  const auto trace = read_trace(path);
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_TRUE(trace->events.empty());
  EXPECT_EQ(trace->hash, HashSink().value());
}

TEST_F(TraceFile, OutlivesAMove) {
  write(100);
  auto trace = read_trace(path);
  ASSERT_TRUE(trace);
  const Trace moved = std::move(*trace);
  EXPECT_EQ(moved.events.at(0).text, "some text");
}

TEST_F(TraceFile, EveryTruncationIsRefusedWithPlaceAndAdvice) {
  write(kTraceKindCount);
  const std::string whole = contents();
  for (size_t size = 0; size < whole.size(); ++size) {
    overwrite(whole.substr(0, size));
    const std::string error = error_of_reading();
    ASSERT_NE(error.find("interrupted; run it again"), std::string::npos)
        << size << " of " << whole.size() << ": " << error;
    ASSERT_NE(error.find("byte "), std::string::npos) << error;
  }
}

TEST_F(TraceFile, EveryFlippedRecordByteIsNoticed) {
  write(kTraceKindCount);
  const std::string whole = contents();
  const size_t header_size = 8 + 4 + 8 + 4 + 9 + 4 + 6;
  for (size_t at = header_size; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    overwrite(damaged);
    ASSERT_NE(error_of_reading(), "") << "byte " << at;
  }
}

TEST_F(TraceFile, ForeignFileIsNamedAsSuch) {
  overwrite("{\"hello\": \"world\"}");
  EXPECT_NE(error_of_reading().find("is not a natbed trace"), std::string::npos);
}

TEST_F(TraceFile, OtherVersionIsNamed) {
  write(1);
  std::string bytes = contents();
  bytes[8] = 9;
  overwrite(bytes);
  EXPECT_NE(error_of_reading().find("has trace format 9, this natbed reads format 2"),
            std::string::npos)
      << error_of_reading();
}

TEST_F(TraceFile, BytesAfterTheFooterAreRefused) {
  write(1);
  overwrite(contents() + "more");
  EXPECT_NE(error_of_reading().find("has 4 bytes after its footer"), std::string::npos);
}

TEST_F(TraceFile, WithoutFooterWasInterrupted) {
  write(0);
  constexpr size_t kFooterSize = 1 + 8 + 8 + 8;
  overwrite(contents().substr(0, contents().size() - kFooterSize));
  EXPECT_NE(error_of_reading().find("interrupted"), std::string::npos) << error_of_reading();
}

TEST_F(TraceFile, HasItsNameOnlyOnceItIsWhole) {
  {
    auto sink = TraceFileSink::open(path, {});
    ASSERT_TRUE(sink);
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(TraceFile, MissingFileAndMissingFolderAreErrors) {
  EXPECT_EQ(error_of_reading(), "Cannot read the trace '" + path + "': No such file or directory.");
  const auto sink = TraceFileSink::open(path + "/nowhere/t", {});
  ASSERT_FALSE(sink);
  EXPECT_NE(sink.error().message.find("Cannot create the trace"), std::string::npos);
}

TEST_F(TraceFile, FullDiskIsReportedByClose) {
  auto sink = TraceFileSink::open("/dev/full", {});
  ASSERT_TRUE(sink);
  const Status closed = (*sink)->close();
  ASSERT_FALSE(closed);
  EXPECT_NE(closed.error().message.find("No space left on device"), std::string::npos);
}

}  // namespace
}  // namespace natbed
