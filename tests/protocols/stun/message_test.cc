#include "protocols/stun/message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "protocols/stun/writer.h"
#include "tests/support/allocations.h"
#include "tests/support/events.h"
#include "tests/support/hex.h"

namespace natbed {
namespace {

using test::from_hex;
using test::to_hex;
using enum StunAttribute;

const HmacSha1 kSha1(bytes_of("secret"));
const HmacSha256 kSha256(bytes_of("secret"));

// Writes one message and keeps its bytes for the reader.
struct Sample {
  template <class Fill>
  explicit Sample(Fill fill, StunMethod method = StunMethod::kBinding,
                  StunClass kind = StunClass::kRequest) {
    StunWriter writer(room, method, kind, id);
    fill(writer);
    size = writer.finish();
  }
  ByteView bytes() const { return ByteView(room).first(size); }
  StunMessage message() const { return StunMessage::parse(bytes()).value(); }

  TransactionId id = {{std::byte{1}, std::byte{2}, std::byte{3}}};
  std::array<std::byte, 600> room = {};
  size_t size = 0;
};

TEST(StunMessage, BareRequestIsItsHeader) {
  const Sample sample([](StunWriter&) {});
  EXPECT_EQ(to_hex(sample.bytes()), "000100002112a442010203000000000000000000");
  EXPECT_EQ(sample.message().transaction(), sample.id);
  EXPECT_FALSE(sample.message().begin() != sample.message().end());
}

TEST(StunMessage, EveryShapeReadsAsWritten) {
  const Endpoint v4 = *Endpoint::parse("203.0.113.7:4000"),
                 v6 = *Endpoint::parse("[2001:db8::7]:5000");
  constexpr std::array<uint16_t, 3> kTypes = {0x7001, 0x7002, 0x7003};
  const Sample sample([&](StunWriter& w) {
    w.flag(kUseCandidate);
    w.u8(kRequestedTransport, 17);
    w.u8(kEvenPort, 0x80);
    w.u16(kChannelNumber, 0x4001);
    w.u32(kLifetime, 600);
    w.u64(kReservationToken, 0x0123456789abcdef);
    w.bytes(kData, bytes_of("12345"));
    w.text(kSoftware, "natbed");
    w.address(kAlternateServer, v6);
    w.address(kMappedAddress, v4);
    w.xor_address(kXorPeerAddress, v4);
    w.xor_address(kXorRelayedAddress, v6);
    w.error(StunError::kStaleNonce);
    w.address_error(AddressFamily::kV6, StunError::kAddressFamilyNotSupported);
    w.icmp({3, 13, 7});
    w.list_u16(kUnknownAttributes, kTypes);
  });
  const StunMessage m = sample.message();
  EXPECT_TRUE(m.has(kUseCandidate));
  EXPECT_EQ(m.u8(kRequestedTransport), 17);
  EXPECT_EQ(m.u8(kEvenPort), 0x80);
  EXPECT_EQ(m.bytes(kEvenPort)->size(), 1u);  // RFC 8656 §18.7
  EXPECT_EQ(m.u16(kChannelNumber), 0x4001);
  EXPECT_EQ(m.u32(kLifetime), 600u);
  EXPECT_EQ(m.u64(kReservationToken), 0x0123456789abcdefu);
  EXPECT_EQ(text_of(*m.bytes(kData)), "12345");
  EXPECT_EQ(m.text(kSoftware), "natbed");
  EXPECT_EQ(m.address(kAlternateServer), v6);
  EXPECT_EQ(m.address(kMappedAddress), v4);
  EXPECT_EQ(m.xor_address(kXorPeerAddress), v4);
  EXPECT_EQ(m.xor_address(kXorRelayedAddress), v6);
  EXPECT_EQ(m.error()->code, StunError::kStaleNonce);
  EXPECT_EQ(m.error()->reason, "Stale Nonce");
  EXPECT_EQ(m.error(kAddressErrorCode)->code, StunError::kAddressFamilyNotSupported);
  EXPECT_EQ(std::to_integer<int>(m.bytes(kAddressErrorCode)->front()), 2);
  EXPECT_EQ(m.icmp()->code, 13);
  EXPECT_EQ(m.icmp()->data, 7u);
  std::vector<uint16_t> types;
  m.list_u16(kUnknownAttributes, [&](uint16_t type) { types.push_back(type); });
  EXPECT_EQ(types, std::vector<uint16_t>(kTypes.begin(), kTypes.end()));
}

TEST(StunMessage, XoredAddressHidesTheAddress) {
  const Endpoint endpoint = *Endpoint::parse("203.0.113.7:4000");
  const Sample sample([&](StunWriter& w) { w.xor_address(kXorMappedAddress, endpoint); });
  EXPECT_EQ(to_hex(sample.bytes()).find("cb007107"), std::string::npos);
  EXPECT_EQ(sample.message().mapped_address(), endpoint);
}

TEST(StunMessage, OlderMappedAddressesAreReadToo) {
  const Endpoint endpoint = *Endpoint::parse("203.0.113.7:4000");
  const Sample plain([&](StunWriter& w) { w.address(kMappedAddress, endpoint); });
  const Sample old([&](StunWriter& w) { w.xor_address(kXorMappedAddressOld, endpoint); });
  EXPECT_EQ(plain.message().mapped_address(), endpoint);
  EXPECT_EQ(old.message().mapped_address(), endpoint);
}

TEST(StunMessage, WrongShapeIsNoValue) {
  const Sample sample([](StunWriter& w) {
    w.bytes(kPriority, bytes_of("12345"));
    w.bytes(kIceControlled, bytes_of("1234"));
    w.bytes(kXorMappedAddress, from_hex("0003 1234 01020304"));  // no family 3
    w.bytes(kMappedAddress, from_hex("0001 1234 0102030405060708"));
    w.bytes(kErrorCode, from_hex("00000100"));  // class 1
    w.text(kUsername, std::string(509, 'u'));   // RFC 8489 §14.3: fewer than 509 bytes
  });
  const StunMessage m = sample.message();
  EXPECT_FALSE(m.u32(kPriority) || m.u8(kPriority) || m.u16(kPriority));
  EXPECT_FALSE(m.u64(kIceControlled));
  EXPECT_FALSE(m.mapped_address());
  EXPECT_FALSE(m.error());
  EXPECT_FALSE(m.text(kUsername));
  EXPECT_FALSE(m.text(kRealm) || m.icmp() ||
               m.offers(kPasswordAlgorithms, PasswordAlgorithm::kMd5));
}

TEST(StunMessage, FirstOfSeveralCounts) {
  const Sample sample([](StunWriter& w) {
    w.u32(kPriority, 1);
    w.u32(kPriority, 2);
  });
  EXPECT_EQ(sample.message().u32(kPriority), 1u);
}

// RFC 8489 §14.5, §14.6
TEST(StunMessage, NothingUnprotectedCountsAfterIntegrity) {
  const Sample sample([](StunWriter& w) {
    w.text(kUsername, "alice");
    w.integrity(kSha1);
    w.u32(kPriority, 1);
    w.integrity(kSha256);
    w.integrity(kSha1);
    w.fingerprint();
  });
  const StunMessage m = sample.message();
  EXPECT_FALSE(m.has(kPriority));
  EXPECT_TRUE(m.check_integrity(kSha1));
  EXPECT_TRUE(m.check_integrity(kSha256));
  EXPECT_TRUE(m.check_fingerprint());
  size_t seen = 0;
  for (const StunMessage::Attribute attribute : m) seen += attribute.value.size() < 600;
  EXPECT_EQ(seen, 4u);  // USERNAME, both integrities, FINGERPRINT
}

TEST(StunMessage, IntegrityFailsWithAnotherKeyOrAChangedBit) {
  const Sample sample([](StunWriter& w) {
    w.text(kUsername, "alice");
    w.integrity(kSha1);
    w.integrity(kSha256);
  });
  EXPECT_FALSE(sample.message().check_integrity(HmacSha1(bytes_of("guess"))));
  EXPECT_FALSE(sample.message().check_integrity(HmacSha256(bytes_of("guess"))));
  for (size_t i = 0; i < sample.size; ++i) {
    Sample damaged = sample;
    damaged.room[i] ^= std::byte{1};
    const auto message = StunMessage::parse(damaged.bytes());
    const bool passes =
        message && message->check_integrity(kSha1) && message->check_integrity(kSha256);
    EXPECT_FALSE(passes) << i;
  }
}

// RFC 8489 §14.6: 16 to 32 bytes, a multiple of four.
TEST(StunMessage, TruncatedSha256IntegrityIsRightFromSixteenBytes) {
  for (size_t size = 0; size <= 32; ++size) {
    std::vector<std::byte> bytes = from_hex("00010000 2112a442 000000000000000000000000");
    bytes[3] = static_cast<std::byte>(4 + (size + 3) / 4 * 4);
    const Sha256Digest mac = kSha256.mac(bytes);
    for (const unsigned v : {0x00u, 0x1Cu, 0x00u, static_cast<unsigned>(size)})
      bytes.push_back(std::byte(v));
    bytes.insert(bytes.end(), mac.begin(), mac.begin() + static_cast<ptrdiff_t>(size));
    while (bytes.size() % 4 != 0) bytes.emplace_back();
    const auto message = StunMessage::parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->check_integrity(kSha256), size >= 16 && size % 4 == 0) << size;
  }
}

TEST(StunMessage, FingerprintMustBeLastAndRight) {
  Sample right([](StunWriter& w) { w.fingerprint(); });
  EXPECT_TRUE(right.message().check_fingerprint());
  right.room[27] ^= std::byte{1};
  EXPECT_FALSE(right.message().check_fingerprint());
  const Sample not_last([](StunWriter& w) {
    w.fingerprint();
    w.flag(kUseCandidate);
  });
  EXPECT_FALSE(not_last.message().check_fingerprint());
  EXPECT_FALSE(Sample([](StunWriter&) {}).message().check_fingerprint());
}

TEST(StunMessage, UnknownRequiredAttributesAreReported) {
  const Sample sample([](StunWriter& w) {
    w.flag(StunAttribute{0x7FFE});
    w.flag(StunAttribute{0xFFFE});  // comprehension-optional
    w.flag(kUseCandidate);
    for (uint16_t type = 0x7001; type <= 0x7004; ++type) w.flag(StunAttribute{type});
  });
  const StunMessage::Unknown unknown = sample.message().unknown_required();
  EXPECT_EQ(unknown.count, 4u);
  EXPECT_EQ(unknown.types, (std::array<uint16_t, 4>{0x7FFE, 0x7001, 0x7002, 0x7003}));
}

TEST(StunMessage, RefusesWhatIsNotExactlyOneMessage) {
  EXPECT_FALSE(StunMessage::parse({}));
  for (const char* hex : {
           "000100002112a44201020304050607080910 11",           // cut in the header
           "000100042112a442010203040506070809101112",          // the length promises more
           "000100002112a44201020304050607080910111200000000",  // bytes behind
           "000100032112a442010203040506070809101112000000",    // not a multiple of four
           "400100002112a442010203040506070809101112",          // first bits not zero: a channel
           "000100002112a443010203040506070809101112",          // another cookie
           "000100042112a44201020304050607080910111200060001",  // the value would be behind the end
           "000100082112a442010203040506070809101112000600050a0b0c0d",  // as would its padding
       }) {
    EXPECT_FALSE(StunMessage::parse(from_hex(hex))) << hex;
  }
}

TEST(StunMessage, OldMessagesAreReadOnlyIfAskedFor) {
  const auto bytes = from_hex("0001000000112233445566778899aabbccddeeff");
  EXPECT_FALSE(StunMessage::parse(bytes));
  const auto message = StunMessage::parse_rfc3489(bytes);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->has_cookie());
}

TEST(StunMessage, LooksLikeStunAsksForZeroBitsCookieAndLength) {
  EXPECT_TRUE(looks_like_stun(from_hex("000100002112a442010203040506070809101112")));
  EXPECT_FALSE(looks_like_stun(from_hex("400100002112a442010203040506070809101112")));
  EXPECT_FALSE(looks_like_stun(from_hex("000100002112a4430102030405060708091011")));
  EXPECT_FALSE(looks_like_stun(from_hex("000100042112a442010203040506070809101112")));
  EXPECT_FALSE(looks_like_stun(bytes_of("hello")));
}

TEST(StunWriter, MessageThatDoesNotFitHasSizeZero) {
  for (size_t room_size = 0; room_size < 64; ++room_size) {
    std::vector<std::byte> room(room_size);
    StunWriter writer(room, StunMethod::kBinding, StunClass::kRequest, {});
    writer.xor_address(kXorMappedAddress, *Endpoint::parse("[2001:db8::7]:5000"));
    writer.u8(kRequestedTransport, 17);
    writer.fingerprint();
    EXPECT_EQ(writer.finish(), room_size >= 60 ? 60u : 0u) << room_size;
  }
}

TEST(StunWriter, AnswerHasTheRequestsCookieAndId) {
  const auto bytes = from_hex("0001000000112233445566778899aabbccddeeff");
  std::array<std::byte, 20> room;
  StunWriter writer(room, StunClass::kSuccess, *StunMessage::parse_rfc3489(bytes));
  EXPECT_EQ(writer.finish(), 20u);
  EXPECT_EQ(to_hex(room), "0101000000112233445566778899aabbccddeeff");
}

TEST(StunCodec, AllocatesNothing) {
  const Endpoint endpoint = *Endpoint::parse("203.0.113.7:4000");
  std::array<std::byte, kStunRoom> room;
  const uint64_t before = test::allocations();
  StunWriter writer(room, StunMethod::kBinding, StunClass::kSuccess, {});
  writer.xor_address(kXorMappedAddress, endpoint);
  writer.integrity(kSha1);
  writer.fingerprint();
  const auto message = StunMessage::parse(ByteView(room).first(writer.finish()));
  const bool right =
      message->check_integrity(kSha1) && message->check_fingerprint() && message->mapped_address();
  EXPECT_EQ(test::allocations(), before);
  EXPECT_TRUE(right);
}

// Asks everything that can be asked; the sanitizers watch. Returns how much was found, so that
// nothing is optimised out.
size_t ask_everything(ByteView bytes) {
  const auto message = StunMessage::parse_rfc3489(bytes);
  if (!message) return 0;
  size_t found = message->unknown_required().count;
  for (const StunMessage::Attribute a : *message) {
    const StunAttribute t = a.type;
    found += message->text(t).has_value() + message->u8(t).has_value() +
             message->u16(t).has_value() + message->u32(t).has_value() +
             message->u64(t).has_value() + message->address(t).has_value() +
             message->xor_address(a).has_value() + message->error(t).has_value() +
             message->offers(t, PasswordAlgorithm::kSha256);
    message->list_u16(t, [&](uint16_t) { ++found; });
  }
  found += message->icmp().has_value() + message->mapped_address().has_value();
  found += message->check_integrity(kSha1) + message->check_integrity(kSha256) +
           message->check_fingerprint();
  return found;
}

TEST(StunMessage, SurvivesHostileBytes) {
  const uint64_t seed = 20240611;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Rng rng(seed);
  size_t parsed = 0;
  for (int round = 0; round < 20'000; ++round) {
    const Sample sample([&](StunWriter& w) {
      for (uint64_t n = rng.below(6); n > 0; --n) {
        std::vector<std::byte> value(rng.below(40));
        for (std::byte& b : value) b = static_cast<std::byte>(rng.below(256));
        w.bytes(
            static_cast<StunAttribute>(rng.below(2) ? rng.below(0x30) : 0x8000 + rng.below(0x30)),
            value);
      }
      if (rng.below(2)) w.xor_address(kXorMappedAddress, test::random_endpoint(rng));
      if (rng.below(2)) w.integrity(kSha1);
      if (rng.below(2)) w.integrity(kSha256);
      if (rng.below(2)) w.fingerprint();
    });
    std::vector<std::byte> bytes(sample.bytes().begin(), sample.bytes().end());
    for (uint64_t n = rng.below(4); n > 0; --n)
      bytes[rng.below(bytes.size())] = static_cast<std::byte>(rng.below(256));
    if (rng.below(4) == 0) bytes.resize(rng.below(bytes.size() + 1));
    ask_everything(bytes);
    parsed += StunMessage::parse(bytes).has_value();
  }
  EXPECT_GT(parsed, 1000u);
}

TEST(StunMessage, WhatWasWrittenIsReadWhateverTheAddress) {
  const uint64_t seed = 7;
  Rng rng(seed);
  for (int round = 0; round < 1000; ++round) {
    const Endpoint endpoint = test::random_endpoint(rng);
    const TransactionId id = TransactionId::draw(rng);
    std::array<std::byte, kStunRoom> room;
    StunWriter writer(room, StunMethod::kBinding, StunClass::kSuccess, id);
    writer.xor_address(kXorMappedAddress, endpoint);
    writer.address(kMappedAddress, endpoint);
    const auto message = StunMessage::parse(ByteView(room).first(writer.finish()));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->xor_address(kXorMappedAddress), endpoint) << "seed " << seed;
    EXPECT_EQ(message->address(kMappedAddress), endpoint) << "seed " << seed;
  }
}

}  // namespace
}  // namespace natbed
