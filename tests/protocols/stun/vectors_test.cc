// The published test vectors of STUN, read and (where the padding allows it) written again byte for
// byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "protocols/stun/credentials.h"
#include "protocols/stun/message.h"
#include "protocols/stun/transaction.h"
#include "protocols/stun/writer.h"
#include "tests/support/hex.h"

namespace natbed {
namespace {

using namespace literals;
using test::from_hex;
using test::to_hex;
using enum StunAttribute;

constexpr const char* kPassword = "VOkJxbRl1RmTxUk/WvJxBt";  // RFC 5769 §2.1 to §2.3
// "Matrix" in katakana (RFC 5769 §2.4, RFC 8489 §B.1); the password is TheMatrIX after SASLprep.
constexpr const char* kUser =
    "\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xb9";
constexpr const char* kNonceText = "f//499k954d6OL34oL9FSTvy64sA";

// RFC 5769 §2.1
const std::string kRequest =
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001"
    "ff"
    "80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f2"
    "49"
    "c1b571a280280004e57a3bcf";
// RFC 5769 §2.2
const std::string kIpv4Response =
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a6"
    "43"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
// RFC 5769 §2.3
const std::string kIpv6Response =
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9"
    "fa"
    "a5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";
// RFC 5769 §2.4
const std::string kLongTermRequest =
    "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b90000001500"
    "1c"
    "662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f726700000800"
    "14"
    "f67024656dd64a3e02b8e0712e85c9a28ca89666";
// RFC 8489 §B.1 as erratum 6268 corrects it
const std::string kSha256Request =
    "000100902112a44278ad3433c6ad72c029da412e001e00204a3cf38fef6992bda952c6780417da0f24819415569e60"
    "b2"
    "05c46e41407f1704001500296f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354"
    "76"
    "79363473410000000014000b6578616d706c652e6f726700001d000400020000001c0020b5c7bf005b6c52a21c51c5"
    "e8"
    "92f81924136296cb927c43149309278cc6518e65";
// RFC 8489 §B.1 as printed: its length says 156, its attributes fill 136 bytes
const std::string kSha256RequestAsPrinted =
    "0001009c2112a44278ad3433c6ad72c029da412e001e00204a3cf38fef6992bda952c6780417da0f24819415569e60"
    "b2"
    "05c46e41407f1704001500296f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354"
    "76"
    "79363473410000000014000b6578616d706c652e6f726700001c0020e4686c8f0edeb59013e07090010a93efccbccc"
    "54"
    "4c0a45d9f830aa6d6f735a01";

TransactionId id_of(const char* hex) {
  TransactionId id;
  std::ranges::copy(from_hex(hex), id.bytes.begin());
  return id;
}
const TransactionId kId = id_of("b7e7a701bc34d686fa87dfae");
const TransactionId kLongTermId = id_of("78ad3433c6ad72c029da412e");

TEST(StunVectors, ReadsTheSampleRequest) {
  const auto bytes = from_hex(kRequest);
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->is(StunMethod::kBinding, StunClass::kRequest));
  EXPECT_EQ(message->transaction(), kId);
  EXPECT_EQ(message->text(kSoftware), "STUN test client");
  EXPECT_EQ(message->text(kUsername), "evtj:h6vY");
  EXPECT_EQ(message->u32(kPriority), 0x6e0001ffu);
  EXPECT_EQ(message->u64(kIceControlled), 0x932ff9b151263b36u);
  EXPECT_TRUE(message->check_integrity(HmacSha1(bytes_of(kPassword))));
  EXPECT_TRUE(message->check_fingerprint());
  EXPECT_EQ(message->unknown_required().count, 0u);
}

TEST(StunVectors, ReadsTheSampleIpv4Response) {
  const auto bytes = from_hex(kIpv4Response);
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->is(StunMethod::kBinding, StunClass::kSuccess));
  EXPECT_EQ(message->text(kSoftware), "test vector");
  EXPECT_EQ(message->xor_address(kXorMappedAddress), Endpoint::parse("192.0.2.1:32853"));
  EXPECT_TRUE(message->check_integrity(HmacSha1(bytes_of(kPassword))));
  EXPECT_TRUE(message->check_fingerprint());
}

TEST(StunVectors, ReadsTheSampleIpv6Response) {
  const auto bytes = from_hex(kIpv6Response);
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->mapped_address(),
            Endpoint::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
  EXPECT_TRUE(message->check_integrity(HmacSha1(bytes_of(kPassword))));
  EXPECT_TRUE(message->check_fingerprint());
}

TEST(StunVectors, ReadsTheLongTermRequest) {
  const auto bytes = from_hex(kLongTermRequest);
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text(kUsername), kUser);
  EXPECT_EQ(message->text(kRealm), "example.org");
  EXPECT_EQ(message->text(kNonce), kNonceText);
  const Md5Digest key = long_term_key(kUser, "example.org", "TheMatrIX");
  EXPECT_EQ(to_hex(key), "e8ca7ad59d5eb0518e312911d2dab2a9");
  EXPECT_TRUE(message->check_integrity(HmacSha1(key)));
  EXPECT_FALSE(message->has(kFingerprint));
}

TEST(StunVectors, ReadsTheSha256RequestOfErratum6268) {
  const auto bytes = from_hex(kSha256Request);
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  const auto hash = message->bytes(kUserHash);
  ASSERT_TRUE(hash);
  EXPECT_EQ(to_hex(*hash), to_hex(user_hash(kUser, "example.org")));
  EXPECT_TRUE(message->offers(kPasswordAlgorithm, PasswordAlgorithm::kSha256));
  EXPECT_FALSE(message->offers(kPasswordAlgorithm, PasswordAlgorithm::kMd5));
  const Sha256Digest key = long_term_key_sha256(kUser, "example.org", "TheMatrIX");
  EXPECT_EQ(to_hex(key), "dd295a613b9058c3c23d6dc7165bda072304d989c9d0af3a8c7e184b4f9bb4a1");
  EXPECT_TRUE(message->check_integrity(HmacSha256(key)));
  // The vector's cookie, AAAC, counts its bits from the right.
  EXPECT_EQ(read_nonce_cookie(*message->text(StunAttribute::kNonce)), (NonceFeatures{false, true}));
}

TEST(StunVectors, RefusesTheSha256RequestAsPrinted) {
  EXPECT_FALSE(StunMessage::parse(from_hex(kSha256RequestAsPrinted)));
}

// RFC 5769 pads §2.1 to §2.3 with blanks; the MAC covers padding, so only §2.4 (zeros) can be
// written again as it is.
TEST(StunVectors, WritesTheLongTermRequest) {
  std::array<std::byte, kStunRoom> room;
  StunWriter writer(room, StunMethod::kBinding, StunClass::kRequest, kLongTermId);
  writer.text(kUsername, kUser);
  writer.text(StunAttribute::kNonce, kNonceText);
  writer.text(kRealm, "example.org");
  writer.integrity(HmacSha1(long_term_key(kUser, "example.org", "TheMatrIX")));
  const size_t size = writer.finish();
  EXPECT_EQ(to_hex(std::span(room).first(size)), kLongTermRequest);
}

TEST(StunVectors, WritesTheSha256Request) {
  std::array<std::byte, kStunRoom> room;
  StunWriter writer(room, StunMethod::kBinding, StunClass::kRequest, kLongTermId);
  writer.bytes(kUserHash, user_hash(kUser, "example.org"));
  writer.text(StunAttribute::kNonce, std::string("obMatJos2AAAC") + kNonceText);
  writer.text(kRealm, "example.org");
  constexpr std::array kSha256 = {PasswordAlgorithm::kSha256};
  writer.password_algorithms(kPasswordAlgorithm, kSha256);
  writer.integrity(HmacSha256(long_term_key_sha256(kUser, "example.org", "TheMatrIX")));
  const size_t size = writer.finish();
  EXPECT_EQ(to_hex(std::span(room).first(size)), kSha256Request);
}

// Answers of public servers, as Tailscale's net/stun tests keep them.
TEST(StunVectors, ReadsCapturedAnswers) {
  const struct {
    const char *hex, *mapped;
  } captured[] = {
      {"0101000c2112a4422360b11e3ec68ffa93e08007002000080001c7866957856f", "72.69.33.45:59028"},
      {"010100142112a442ebc2d36ef471217c4f3e308e8022000161000000002000080001ce665e12a443",
       "127.0.0.1:61300"},
      // The family says IPv6, the address is a v4-mapped one.
      {"010100182112a4424fd5d202dcb37d31fc773306002000140002cd3d2112a4424fd5d202dcb382ce2dc3fcc7",
       "209.180.207.193:60463"},
  };
  for (const auto& [hex, mapped] : captured) {
    const auto bytes = from_hex(hex);
    const auto message = StunMessage::parse(bytes);
    ASSERT_TRUE(message) << hex;
    EXPECT_EQ(message->mapped_address(), Endpoint::parse(mapped)) << hex;
  }
}

// RFC 8489 §5, figure 3, for the methods of RFC 8489, RFC 8656 §17 and RFC 6062 §6.1.
TEST(StunVectors, InterleavesMethodAndClass) {
  constexpr std::array<uint16_t, 10> kMethods = {1, 3, 4, 6, 7, 8, 9, 10, 11, 12};
  for (const uint16_t method : kMethods) {
    const uint16_t types[] = {method, static_cast<uint16_t>(0x0010 | method),
                              static_cast<uint16_t>(0x0100 | method),
                              static_cast<uint16_t>(0x0110 | method)};
    for (uint8_t kind = 0; kind < 4; ++kind) {
      EXPECT_EQ(stun_type(StunMethod{method}, StunClass{kind}), types[kind]);
    }
  }
  for (uint16_t method = 0; method < 0x1000; ++method) {
    for (uint8_t kind = 0; kind < 4; ++kind) {
      const uint16_t type = stun_type(StunMethod{method}, StunClass{kind});
      EXPECT_EQ(type & 0xC000, 0);
      EXPECT_EQ(stun_method(type), StunMethod{method});
      EXPECT_EQ(stun_class(type), StunClass{kind});
    }
  }
}

// RFC 8489 §6.2.1, the example with an RTO of 500 ms.
TEST(StunVectors, RetransmitsWhenTheRfcSays) {
  const RetransmitRules rules;
  Rng rng(1);
  StunTransaction transaction;
  transaction.start(Instant(), rng, rules);
  std::vector<int64_t> sent_ms = {0};
  for (;;) {
    const Instant now = transaction.deadline();
    const auto step = transaction.step(now, rules);
    if (step != StunTransaction::Step::kSend) {
      EXPECT_EQ(step, StunTransaction::Step::kGiveUp);
      EXPECT_EQ(now, Instant() + 39500_ms);
      break;
    }
    sent_ms.push_back(now.ns() / 1'000'000);
  }
  EXPECT_EQ(sent_ms, (std::vector<int64_t>{0, 500, 1500, 3500, 7500, 15500, 31500}));
  EXPECT_FALSE(transaction.running());
  EXPECT_TRUE(transaction.deadline().is_never());
}

}  // namespace
}  // namespace natbed
