#include "protocols/stun/credentials.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/hex.h"

namespace natbed {
namespace {

using test::to_hex;

std::string cookie(NonceFeatures features, BitOrder order = BitOrder::kFromLeft) {
  const auto text = make_nonce_cookie(features, order);
  return {text.data(), text.size()};
}

// RFC 8489 §9.2.2
TEST(Credentials, LongTermKeyIsTheOneOfTheRfc) {
  EXPECT_EQ(to_hex(long_term_key("user", "realm", "pass")), "8493fbc53ba582fb4c044c456bdc40eb");
}

TEST(NonceCookie, IsWrittenFromTheLeftUnlessAskedOtherwise) {
  EXPECT_EQ(cookie({}), "obMatJos2AAAA");
  EXPECT_EQ(cookie({true, false}), "obMatJos2gAAA");
  EXPECT_EQ(cookie({false, true}), "obMatJos2QAAA");
  EXPECT_EQ(cookie({true, true}), "obMatJos2wAAA");
  EXPECT_EQ(cookie({false, true}, BitOrder::kFromRight), "obMatJos2AAAC");  // RFC 8489 §B.1
}

TEST(NonceCookie, IsReadInBothBitOrders) {
  for (const bool algorithms : {false, true}) {
    for (const bool anonymity : {false, true}) {
      const NonceFeatures features{algorithms, anonymity};
      EXPECT_EQ(read_nonce_cookie(cookie(features) + "rest"), features);
      EXPECT_EQ(read_nonce_cookie(cookie(features, BitOrder::kFromRight)), features);
    }
  }
}

TEST(NonceCookie, OtherNoncesHaveNone) {
  EXPECT_FALSE(read_nonce_cookie(""));
  EXPECT_FALSE(read_nonce_cookie("obMatJos2AAA"));
  EXPECT_FALSE(read_nonce_cookie("obMatJos2AA*A"));
  EXPECT_FALSE(read_nonce_cookie("f//499k954d6OL34oL9FSTvy64sA"));
}

}  // namespace
}  // namespace natbed
