#include "protocols/turn/channel_data.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/hex.h"

namespace natbed {
namespace {

using test::from_hex;
using test::to_hex;

// RFC 8656 §12.4
TEST(ChannelData, IsFourBytesAndTheData) {
  std::array<std::byte, 16> room;
  const size_t size = ChannelData{0x4000, bytes_of("abc")}.write(room);
  EXPECT_EQ(to_hex(std::span(room).first(size)), "40000003616263");
}

TEST(ChannelData, ReadsWithAndWithoutThePaddingOfTcp) {
  for (const char* hex : {"40000003616263", "4000000361626300"}) {
    const auto bytes = from_hex(hex);
    const auto data = ChannelData::parse(bytes);
    ASSERT_TRUE(data) << hex;
    EXPECT_EQ(data->number, 0x4000);
    EXPECT_EQ(text_of(data->payload), "abc");
  }
}

TEST(ChannelData, RefusesWhatIsCutOrOnNoChannel) {
  for (const char* hex : {"", "400000", "400000036162", "3fff0000", "50000000", "00010000"}) {
    EXPECT_FALSE(ChannelData::parse(from_hex(hex))) << hex;
  }
  EXPECT_TRUE(ChannelData::parse(from_hex("4fff0000")));
}

TEST(ChannelData, DoesNotWriteWhatDoesNotFit) {
  std::array<std::byte, 6> room;
  EXPECT_EQ((ChannelData{0x4000, bytes_of("abc")}.write(room)), 0u);
}

}  // namespace
}  // namespace natbed
