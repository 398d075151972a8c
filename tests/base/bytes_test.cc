#include "base/bytes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace natbed {
namespace {

TEST(ByteReader, ReadsNetworkOrder) {
  ByteReader in(bytes_of("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F"));
  EXPECT_EQ(in.u8(), 0x01u);
  EXPECT_EQ(in.u16(), 0x0203u);
  EXPECT_EQ(in.u32(), 0x04050607u);
  EXPECT_EQ(in.u64(), 0x08090A0B0C0D0E0Fu);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.remaining(), 0u);
}

TEST(ByteReader, StaysBadAfterTheFirstShortRead) {
  ByteReader in(bytes_of("abc"));
  EXPECT_EQ(in.u32(), 0u);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0u) << "a byte was left, but the input is bad";
  EXPECT_TRUE(in.bytes(1).empty());
  EXPECT_EQ(in.remaining(), 0u);
}

TEST(ByteReader, HandsOutViewsIntoItsInput) {
  const std::string_view text = "header,body";
  ByteReader in(bytes_of(text));
  in.skip(7);
  const ByteView body = in.bytes(4);
  EXPECT_EQ(text_of(body), "body");
  EXPECT_EQ(text_of(body).data(), text.data() + 7);
  EXPECT_TRUE(in.bytes(0).empty());
  EXPECT_TRUE(in.ok());
}

TEST(ByteReader, FailMarksTheInputAsBad) {
  ByteReader in(bytes_of("abc"));
  in.fail();
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0u);
}

TEST(ByteWriter, WritesNetworkOrder) {
  std::byte room[32];
  ByteWriter out(room);
  out.u8(1), out.u16(0x0203), out.u32(0x04050607), out.u64(0x08090A0B0C0D0E0F);
  out.bytes(bytes_of("xy"));
  out.zeros(2);
  EXPECT_EQ(
      text_of(out.written()),
      std::string_view("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0Fxy\0\0", 19));
  EXPECT_TRUE(out.ok());
}

TEST(ByteWriter, StaysBadAfterTheFirstOverflow) {
  std::byte room[4] = {};
  ByteWriter out(std::span<std::byte>(room).first(3));
  out.u16(0x4142);
  out.u16(0x4343);
  EXPECT_FALSE(out.ok());
  out.u8(0x44);
  out.bytes(bytes_of("E"));
  out.zeros(1);
  out.patch_u16(0, 0x4646);
  EXPECT_EQ(text_of(out.written()), "AB");
  EXPECT_EQ(room[3], std::byte{0});
}

TEST(ByteWriter, PatchOverwritesWhatWasWritten) {
  std::byte room[4];
  ByteWriter out(room);
  out.u32(0);
  out.patch_u16(1, 0x4142);
  EXPECT_EQ(text_of(out.written()), std::string_view("\0AB\0", 4));
}

TEST(ByteWriterDeathTest, PatchBeyondWhatWasWrittenIsABug) {
  std::byte room[4];
  ByteWriter out(room);
  out.u16(0);
  EXPECT_DEATH(out.patch_u16(1, 0), "at \\+ 2 <= size_");
}

}  // namespace
}  // namespace natbed
