#include "base/checksum.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "tests/support/packets.h"

namespace natbed {
namespace {

uint16_t checksum_of(ByteView bytes) {
  InternetChecksum sum;
  sum.add(bytes);
  return sum.value();
}

// The definition, two bytes at a time: RFC 1071 §1.
uint16_t plain_checksum(ByteView bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    sum += std::to_integer<uint32_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
  }
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// RFC 1071 §3: 00 01 f2 03 f4 f5 f6 f7 sums up to ddf2
TEST(InternetChecksum, MatchesTheExampleOfRfc1071) {
  EXPECT_EQ(checksum_of(bytes_of(std::string_view("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8))),
            static_cast<uint16_t>(~0xDDF2));
}

TEST(InternetChecksum, MatchesItsDefinitionForEverySize) {
  Rng rng(30);
  for (size_t size = 0; size < 200; ++size) {
    const auto bytes = test::random_bytes(rng, size);
    EXPECT_EQ(checksum_of(bytes), plain_checksum(bytes)) << size;
  }
  const std::vector<std::byte> ones(65535, std::byte{0xFF});
  EXPECT_EQ(checksum_of(ones), plain_checksum(ones));
}

TEST(InternetChecksum, PiecesAddUp) {
  Rng rng(31);
  const auto bytes = test::random_bytes(rng, 101);
  InternetChecksum sum;
  sum.add(ByteView(bytes).first(10));
  sum.add_u16(static_cast<uint16_t>(std::to_integer<int>(bytes[10]) << 8 |
                                    std::to_integer<int>(bytes[11])));
  sum.add(ByteView(bytes).subspan(12));
  EXPECT_EQ(sum.value(), plain_checksum(bytes));
}

// RFC 1624 §4: HC = 0xDD2F, m = 0x5555, m' = 0x3285 gives 0x0000, where RFC 1141 went wrong with
// 0xFFFF
TEST(UpdateChecksum, MatchesTheExampleOfRfc1624) {
  EXPECT_EQ(update_checksum(0xDD2F, bytes_of("\x55\x55"), bytes_of("\x32\x85")), 0x0000);
}

TEST(UpdateChecksum, EqualsAFreshSumAfterAnyOverwrite) {
  Rng rng(32);
  for (int i = 0; i < 5000; ++i) {
    auto bytes = test::random_bytes(rng, 40);
    const uint16_t before = checksum_of(bytes);
    const size_t size = 2 * (1 + rng.below(9)), at = 2 * rng.below(11);
    const auto old = std::vector<std::byte>(bytes.begin() + at, bytes.begin() + at + size);
    const auto fresh = test::random_bytes(rng, size);
    std::copy(fresh.begin(), fresh.end(), bytes.begin() + at);
    ASSERT_EQ(update_checksum(before, old, fresh), checksum_of(bytes)) << "step " << i;
  }
}

TEST(UpdateChecksumDeathTest, OddOrUnequalSizesAreABug) {
  EXPECT_DEATH(update_checksum(0, bytes_of("a"), bytes_of("b")), "size");
  EXPECT_DEATH(update_checksum(0, bytes_of("ab"), bytes_of("abcd")), "size");
}

}  // namespace
}  // namespace natbed
