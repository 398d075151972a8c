// Hashes that STUN and TURN are made of: MD5 and SHA-256 for keys (RFC 8489 §9.2.2, §18.5.1),
// CRC-32 for FINGERPRINT.
//
// Inputs come as parts that are hashed as one string ("user", ":", "realm"), so that nobody
// concatenates. Nothing is allocated. MD5 is here because the wire format asks for it, not because
// it is any good.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"

namespace natbed {

using Md5Digest = std::array<std::byte, 16>;
using Sha1Digest = std::array<std::byte, 20>;
using Sha256Digest = std::array<std::byte, 32>;

Md5Digest md5(std::initializer_list<ByteView> parts);
Sha256Digest sha256(std::initializer_list<ByteView> parts);

// The CRC-32 of ITU-T V.42 and of zip files (reflected polynomial 0xEDB88320), as RFC 8489 §14.7
// uses it.
uint32_t crc32(ByteView bytes);

// Whether two digests are equal, in a time that does not depend on where they differ.
bool equal_digests(ByteView a, ByteView b);

}  // namespace natbed
