#include "protocols/crypto/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/rng.h"
#include "tests/support/hex.h"

namespace natbed {
namespace {

using test::to_hex;

// RFC 1321 appendix A.5
TEST(Md5, MatchesTheVectorsOfRfc1321) {
  EXPECT_EQ(to_hex(md5({})), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(md5({bytes_of("abc")})), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(to_hex(md5({bytes_of("message digest")})), "f96b697d7cb7938d525a2f31aaf161d0");
}

// FIPS 180-4, the example files of NIST
TEST(Sha256, MatchesTheVectorsOfNist) {
  EXPECT_EQ(to_hex(sha256({bytes_of("abc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256({bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")})),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Digest, PartsAreHashedAsOneString) {
  EXPECT_EQ(md5({bytes_of("user"), bytes_of(":"), bytes_of("realm")}),
            md5({bytes_of("user:realm")}));
  EXPECT_EQ(sha256({bytes_of("a"), {}, bytes_of("bc")}), sha256({bytes_of("abc")}));
}

// The check value that catalogues of CRCs give for CRC-32/ISO-HDLC.
TEST(Crc32, HasItsCheckValue) { EXPECT_EQ(crc32(bytes_of("123456789")), 0xCBF43926u); }

// The definition: one bit at a time.
uint32_t slow_crc32(ByteView bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

TEST(Crc32, EightBytesAtATimeEqualsBitByBitFromAnyStart) {
  const uint64_t seed = 11;
  Rng rng(seed);
  std::vector<std::byte> bytes(8 + 300);
  for (std::byte& b : bytes) b = static_cast<std::byte>(rng.below(256));
  for (size_t start = 0; start < 8; ++start) {
    for (size_t size = 0; size <= 300; ++size) {
      const ByteView part = ByteView(bytes).subspan(start, size);
      ASSERT_EQ(crc32(part), slow_crc32(part))
          << "seed " << seed << ", start " << start << ", size " << size;
    }
  }
}

TEST(Digest, EqualOnlyIfEveryByteIs) {
  const Md5Digest digest = md5({bytes_of("x")});
  EXPECT_TRUE(equal_digests(digest, digest));
  EXPECT_FALSE(equal_digests(digest, ByteView(digest).first(15)));
  for (size_t i = 0; i < digest.size(); ++i) {
    Md5Digest other = digest;
    other[i] ^= std::byte{1};
    EXPECT_FALSE(equal_digests(digest, other)) << i;
  }
}

}  // namespace
}  // namespace natbed
