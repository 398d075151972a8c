#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/bytes.h"

namespace natbed {
namespace {

uint64_t hash_of_parts(std::initializer_list<std::string_view> parts) {
  Hasher hasher;
  for (const std::string_view part : parts) hasher.add(bytes_of(part));
  return hasher.value();
}

// Golden: trace hashes and forked streams depend on these, on every compiler and machine.
TEST(Hash, NeverChanges) {
  EXPECT_EQ(hash_mix(1, 2), 0xBD6066E6B2AEEA0Cu);
  EXPECT_EQ(hash_bytes(std::string_view()), 0x8C998F1D2267B7B1u);
  EXPECT_EQ(hash_bytes("alice"), 0x7693F65356F825ACu);
  EXPECT_EQ(hash_bytes("a text of more than sixteen bytes"), 0x45330D38E6CA4310u);
  Hasher hasher;
  hasher.add(uint64_t{42});
  EXPECT_EQ(hasher.value(), 0x3BE39E9AC109DA84u);
  EXPECT_EQ(Hasher().value(), 0x6E61746265640001u);
}

TEST(Hash, ReadsLittleEndian) { EXPECT_EQ(load_le64("\1\2\3\4\5\6\7\10"), 0x0807060504030201u); }

TEST(Hash, BoundariesCount) {
  EXPECT_NE(hash_of_parts({"ab", "c"}), hash_of_parts({"a", "bc"}));
  EXPECT_NE(hash_of_parts({"abc"}), hash_of_parts({"abc", ""}));
  EXPECT_NE(hash_of_parts({"a"}), hash_of_parts({std::string_view("a\0", 2)}));
  EXPECT_EQ(hash_of_parts({"ab", "c"}), hash_of_parts({"ab", "c"}));
}

TEST(Hash, OrderCounts) { EXPECT_NE(hash_of_parts({"a", "b"}), hash_of_parts({"b", "a"})); }

TEST(Hash, EveryBitCounts) {
  std::set<uint64_t> seen;
  std::string text(24, '\0');
  seen.insert(hash_bytes(text));
  for (size_t bit = 0; bit < 8 * text.size(); ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_TRUE(seen.insert(hash_bytes(flipped)).second) << "bit " << bit;
  }
}

}  // namespace
}  // namespace natbed
