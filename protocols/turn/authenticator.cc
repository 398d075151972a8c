#include "protocols/turn/authenticator.h"

#include <algorithm>
#include <charconv>

#include "protocols/stun/credentials.h"

namespace natbed {
namespace {

constexpr size_t kHexDigits = 16;  // of 64 bits

void put_hex(uint64_t value, char* at) {
  for (size_t i = 0; i < kHexDigits; ++i) at[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
}

HmacSha1 draw_secret(Rng rng) {
  std::array<std::byte, 16> key;
  ByteWriter writer(key);
  writer.u64(rng.next());
  writer.u64(rng.next());
  return HmacSha1(key);
}

Authenticator::Nonce nonce_made_at(const HmacSha1& secret, uint64_t made, const Endpoint& client) {
  std::array<std::byte, 10> head;
  ByteWriter writer(head);
  writer.u64(made);
  writer.u16(client.port);
  const Sha1Digest mac = secret.mac(head, std::as_bytes(std::span(client.ip.bytes())));
  Authenticator::Nonce nonce;
  put_hex(made, nonce.data());
  put_hex(ByteReader(mac).u64(), nonce.data() + kHexDigits);
  return nonce;
}

}  // namespace

Authenticator::Authenticator(std::string realm, const std::vector<TurnUser>& users,
                             Duration nonce_lifetime, Rng secret)
    : realm_(std::move(realm)), nonce_lifetime_(nonce_lifetime), secret_(draw_secret(secret)) {
  for (const TurnUser& user : users) {
    users_.push_back({user.name, HmacSha1(long_term_key(user.name, realm_, user.password))});
  }
  std::ranges::sort(users_, {}, &Known::name);
}

// The order of the checks is that of RFC 8489 §9.2.4.
Authenticator::Verdict Authenticator::check(Instant now, const StunMessage& request,
                                            const Endpoint& client) const {
  if (!request.has(StunAttribute::kMessageIntegrity)) return {StunError::kUnauthenticated};
  const auto name = request.text(StunAttribute::kUsername);
  const auto realm = request.text(StunAttribute::kRealm);
  const auto nonce = request.text(StunAttribute::kNonce);
  if (!name || !realm || !nonce) return {StunError::kBadRequest};
  const auto user = std::ranges::lower_bound(users_, *name, {}, &Known::name);
  if (user == users_.end() || user->name != *name) return {StunError::kUnauthenticated};
  if (!request.check_integrity(user->key)) return {StunError::kUnauthenticated};
  if (!fresh(now, *nonce, client)) return {StunError::kStaleNonce};
  return {StunError::kNone, &user->key, static_cast<uint32_t>(user - users_.begin())};
}

Authenticator::Nonce Authenticator::make_nonce(Instant now, const Endpoint& client) const {
  return nonce_made_at(secret_, static_cast<uint64_t>(now.ns()), client);
}

bool Authenticator::fresh(Instant now, std::string_view nonce, const Endpoint& client) const {
  if (nonce.size() != sizeof(Nonce)) return false;
  uint64_t made = 0;
  const auto [end, error] = std::from_chars(nonce.data(), nonce.data() + kHexDigits, made, 16);
  if (error != std::errc() || end != nonce.data() + kHexDigits) return false;
  const Nonce expected = nonce_made_at(secret_, made, client);
  if (!equal_digests(bytes_of({expected.data(), expected.size()}), bytes_of(nonce))) return false;
  return now < Instant::from_ns(static_cast<int64_t>(made)) + nonce_lifetime_;
}

}  // namespace natbed
