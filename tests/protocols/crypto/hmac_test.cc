#include "protocols/crypto/hmac.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/allocations.h"
#include "tests/support/hex.h"

namespace natbed {
namespace {

using test::from_hex;
using test::to_hex;

const std::string kTwenty0b = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
const std::string kFiftyDd(100, 'd');   // 50 bytes of 0xdd, as hex
const std::string kEightyAa(160, 'a');  // 80 bytes of 0xaa
const std::string kMoreAa(262, 'a');    // 131 bytes of 0xaa

// RFC 2202 §3
TEST(HmacSha1, MatchesTheVectorsOfRfc2202) {
  EXPECT_EQ(to_hex(HmacSha1(from_hex(kTwenty0b)).mac(bytes_of("Hi There"))),
            "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(to_hex(HmacSha1(bytes_of("Jefe")).mac(bytes_of("what do ya want for nothing?"))),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(to_hex(HmacSha1(from_hex(std::string(40, 'a'))).mac(from_hex(kFiftyDd))),
            "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
}

// RFC 2202 §3, cases 6 and 7: keys longer than a block
TEST(HmacSha1, HashesKeysThatAreLongerThanABlock) {
  const HmacSha1 key(from_hex(kEightyAa));
  EXPECT_EQ(to_hex(key.mac(bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

// RFC 4231 §4.2, §4.3, §4.4
TEST(HmacSha256, MatchesTheVectorsOfRfc4231) {
  EXPECT_EQ(to_hex(HmacSha256(from_hex(kTwenty0b)).mac(bytes_of("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(HmacSha256(bytes_of("Jefe")).mac(bytes_of("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(HmacSha256(from_hex(std::string(40, 'a'))).mac(from_hex(kFiftyDd))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

// RFC 4231 §4.7
TEST(HmacSha256, HashesKeysThatAreLongerThanABlock) {
  EXPECT_EQ(to_hex(HmacSha256(from_hex(kMoreAa))
                       .mac(bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, TwoPartsAreOneMessage) {
  const HmacSha1 sha1(bytes_of("key"));
  const HmacSha256 sha256(bytes_of("key"));
  EXPECT_EQ(sha1.mac(bytes_of("hea"), bytes_of("d")), sha1.mac(bytes_of("head")));
  EXPECT_EQ(sha256.mac({}, bytes_of("head")), sha256.mac(bytes_of("head")));
}

TEST(Hmac, AllocatesNothing) {
  const HmacSha1 sha1(bytes_of("key"));
  const HmacSha256 sha256(bytes_of("key"));
  const uint64_t before = test::allocations();
  sha1.mac(bytes_of("a message"));
  sha256.mac(bytes_of("a message"));
  EXPECT_EQ(test::allocations(), before);
}

}  // namespace
}  // namespace natbed
