// HMAC (RFC 2104) with the work that depends only on the key done once.
//
// Both passes of HMAC start with one block made of the key alone. A key here *is* the state of the
// hash after these two blocks: 40 bytes for SHA-1, 64 for SHA-256. A message then costs its own
// blocks and one more, and allocates nothing. Messages come in two parts because MESSAGE-INTEGRITY
// covers a header whose length field is not the one that was sent (RFC 8489 §14.5).
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "protocols/crypto/digest.h"

namespace natbed {

class HmacSha1 {
 public:
  explicit HmacSha1(ByteView key);
  Sha1Digest mac(ByteView head, ByteView rest = {}) const;

 private:
  using State = std::array<uint32_t, 5>;
  State inner_, outer_;
};

class HmacSha256 {
 public:
  explicit HmacSha256(ByteView key);
  Sha256Digest mac(ByteView head, ByteView rest = {}) const;

 private:
  using State = std::array<uint32_t, 8>;
  State inner_, outer_;
};

}  // namespace natbed
