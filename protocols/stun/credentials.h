// Keys of the credential mechanisms, and the cookie that a nonce may begin with (RFC 8489 §9).
//
// A short-term key is the password itself: HmacSha1(bytes_of(password)). A long-term key binds
// user, realm and password, so that a server need not keep the password. Texts are taken as they
// come: preparing them (OpaqueString, RFC 8265) is up to whoever reads them from people.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "protocols/crypto/digest.h"

namespace natbed {

Md5Digest long_term_key(std::string_view user, std::string_view realm,
                        std::string_view password);  // §9.2.2
Sha256Digest long_term_key_sha256(std::string_view user, std::string_view realm,
                                  std::string_view password);
Sha256Digest user_hash(std::string_view user, std::string_view realm);  // USERHASH, §14.4

// The security features that a server announces at the start of its nonces, where nobody can take
// them away unseen.
//
//   "obMatJos2" | 4 characters of base64 = 24 bits | the nonce
//   bit 0: password algorithms, bit 1: username anonymity
//
// §9.2 counts bits from the left, but the test vector of appendix B.1 ("AAAC") counts from the
// right. Reading takes both for what they mean; writing follows the text, or the vector if asked
// to.
struct NonceFeatures {
  bool password_algorithms = false;
  bool username_anonymity = false;
  bool operator==(const NonceFeatures&) const = default;
};
enum class BitOrder : uint8_t { kFromLeft, kFromRight };
inline constexpr size_t kNonceCookieSize = 13;
std::optional<NonceFeatures> read_nonce_cookie(std::string_view nonce);
std::array<char, kNonceCookieSize> make_nonce_cookie(NonceFeatures features,
                                                     BitOrder order = BitOrder::kFromLeft);

}  // namespace natbed
