#include "protocols/stun/credentials.h"

#include <algorithm>

namespace natbed {
namespace {

constexpr std::string_view kCookie = "obMatJos2";  // RFC 8489 §9.2
// RFC 4648 §4.
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
// Of 24 bits, as the text (from the left) and the vector (from the right) of RFC 8489 number them.
constexpr uint32_t kAlgorithmsLeft = 1u << 23, kAlgorithmsRight = 1u << 0;
constexpr uint32_t kAnonymityLeft = 1u << 22, kAnonymityRight = 1u << 1;

}  // namespace

Md5Digest long_term_key(std::string_view user, std::string_view realm, std::string_view password) {
  return md5({bytes_of(user), bytes_of(":"), bytes_of(realm), bytes_of(":"), bytes_of(password)});
}

Sha256Digest long_term_key_sha256(std::string_view user, std::string_view realm,
                                  std::string_view password) {
  return sha256(
      {bytes_of(user), bytes_of(":"), bytes_of(realm), bytes_of(":"), bytes_of(password)});
}

Sha256Digest user_hash(std::string_view user, std::string_view realm) {
  return sha256({bytes_of(user), bytes_of(":"), bytes_of(realm)});
}

std::optional<NonceFeatures> read_nonce_cookie(std::string_view nonce) {
  if (nonce.size() < kNonceCookieSize || !nonce.starts_with(kCookie)) return std::nullopt;
  uint32_t bits = 0;
  for (const char c : nonce.substr(kCookie.size(), 4)) {
    const size_t digit = kBase64.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
  }
  return NonceFeatures{(bits & (kAlgorithmsLeft | kAlgorithmsRight)) != 0,
                       (bits & (kAnonymityLeft | kAnonymityRight)) != 0};
}

std::array<char, kNonceCookieSize> make_nonce_cookie(NonceFeatures features, BitOrder order) {
  const bool left = order == BitOrder::kFromLeft;
  uint32_t bits = 0;
  if (features.password_algorithms) bits |= left ? kAlgorithmsLeft : kAlgorithmsRight;
  if (features.username_anonymity) bits |= left ? kAnonymityLeft : kAnonymityRight;
  std::array<char, kNonceCookieSize> cookie;
  std::ranges::copy(kCookie, cookie.begin());
  for (size_t i = 0; i < 4; ++i) cookie[kCookie.size() + i] = kBase64[bits >> (18 - 6 * i) & 63];
  return cookie;
}

}  // namespace natbed
