#include "protocols/turn/authenticator.h"

#include <gtest/gtest.h>

#include "protocols/stun/credentials.h"
#include "protocols/stun/writer.h"

namespace natbed {
namespace {

using namespace literals;
using enum StunAttribute;

const Endpoint kClient = *Endpoint::parse("203.0.113.5:40000");
const Instant kNow = Instant() + 100_s;

struct AuthenticatorTest : testing::Test {
  // The verdict on a request with these credentials.
  StunError check(Instant now, std::string_view user, std::string_view password,
                  std::string_view nonce, Endpoint client = kClient) {
    StunWriter writer(room, StunMethod::kAllocate, StunClass::kRequest, {});
    writer.text(kUsername, user);
    writer.text(kRealm, "natbed");
    writer.text(kNonce, nonce);
    writer.integrity(HmacSha1(long_term_key(user, "natbed", password)));
    return verdict(now, writer.finish(), client).error;
  }
  Authenticator::Verdict verdict(Instant now, size_t size, Endpoint client = kClient) {
    return authenticator.check(now, *StunMessage::parse(ByteView(room).first(size)), client);
  }
  std::string nonce(Instant at = kNow) const {
    const auto text = authenticator.make_nonce(at, kClient);
    return {text.data(), text.size()};
  }
  Authenticator authenticator{"natbed", {{"bob", "b"}, {"alice", "a"}}, 3600_s, Rng(1)};
  std::array<std::byte, kStunRoom> room = {};
};

TEST_F(AuthenticatorTest, AdmitsWhoKnowsThePassword) {
  EXPECT_EQ(check(kNow, "alice", "a", nonce()), StunError::kNone);
  EXPECT_EQ(check(kNow, "bob", "b", nonce()), StunError::kNone);
}

TEST_F(AuthenticatorTest, RefusesStrangersAndWrongPasswords) {
  EXPECT_EQ(check(kNow, "alice", "b", nonce()), StunError::kUnauthenticated);
  EXPECT_EQ(check(kNow, "carol", "a", nonce()), StunError::kUnauthenticated);
}

// RFC 8489 §9.2.4: nothing is 401, half of it is 400.
TEST_F(AuthenticatorTest, AsksForCredentialsThatAreMissing) {
  StunWriter bare(room, StunMethod::kAllocate, StunClass::kRequest, {});
  EXPECT_EQ(verdict(kNow, bare.finish()).error, StunError::kUnauthenticated);
  for (const StunAttribute missing : {kUsername, kRealm, kNonce}) {
    StunWriter writer(room, StunMethod::kAllocate, StunClass::kRequest, {});
    for (const StunAttribute type : {kUsername, kRealm, kNonce}) {
      if (type != missing) writer.text(type, "alice");
    }
    writer.integrity(HmacSha1(long_term_key("alice", "natbed", "a")));
    EXPECT_EQ(verdict(kNow, writer.finish()).error, StunError::kBadRequest);
  }
}

TEST_F(AuthenticatorTest, NonceEndsAtAnExactInstant) {
  const Duration nanosecond = Duration::nanoseconds(1);
  EXPECT_EQ(check(kNow + 3600_s - nanosecond, "alice", "a", nonce()), StunError::kNone);
  EXPECT_EQ(check(kNow + 3600_s, "alice", "a", nonce()), StunError::kStaleNonce);
}

TEST_F(AuthenticatorTest, NonceIsWorthNothingToAnotherClient) {
  EXPECT_EQ(check(kNow, "alice", "a", nonce(), {kClient.ip, 40001}), StunError::kStaleNonce);
  EXPECT_EQ(check(kNow, "alice", "a", nonce(), {IpAddress::v4(1, 2, 3, 4), 40000}),
            StunError::kStaleNonce);
}

TEST_F(AuthenticatorTest, InventedNoncesAreStale) {
  std::string longer_life = nonce();
  longer_life[3] = longer_life[3] == '0' ? '1' : '0';
  for (const std::string& text :
       {std::string(), std::string("hello"), std::string(32, 'x'), longer_life}) {
    EXPECT_EQ(check(kNow, "alice", "a", text), StunError::kStaleNonce) << text;
  }
  Authenticator other("natbed", {}, 3600_s, Rng(2));
  const auto theirs = other.make_nonce(kNow, kClient);
  EXPECT_EQ(check(kNow, "alice", "a", {theirs.data(), theirs.size()}), StunError::kStaleNonce);
}

TEST_F(AuthenticatorTest, KeyOfTheVerdictIsTheUsers) {
  check(kNow, "bob", "b", nonce());
  StunWriter writer(room, StunMethod::kAllocate, StunClass::kRequest, {});
  writer.text(kUsername, "bob");
  writer.text(kRealm, "natbed");
  writer.text(kNonce, nonce());
  writer.integrity(HmacSha1(long_term_key("bob", "natbed", "b")));
  const auto bob = verdict(kNow, writer.finish());
  ASSERT_NE(bob.key, nullptr);
  EXPECT_EQ(bob.key->mac(bytes_of("x")),
            HmacSha1(long_term_key("bob", "natbed", "b")).mac(bytes_of("x")));
  EXPECT_EQ(&authenticator.key(bob.user), bob.key);
}

}  // namespace
}  // namespace natbed
