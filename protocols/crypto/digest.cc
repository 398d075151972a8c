// OpenSSL 3 calls these functions deprecated in favour of EVP, whose contexts live on the heap.
// What that costs, by bench/stun_bench with OpenSSL 3.0, in ns for 27 bytes, a key's
// "user:realm:password":
//
//                                        MD5   SHA-256
//   these functions                      110    60
//   EVP, one context kept by the caller  135    95
//   EVP_Digest(), a context for each     380   360
//
// So EVP would be no burden if a context were kept for ever, but then a hash would need a place to
// keep it, and these are plain functions.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "protocols/crypto/digest.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

#include "base/hash.h"

namespace natbed {
namespace {

unsigned char* out_of(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

// Slicing by eight: kTables[k][b] is the CRC of byte b followed by k zero bytes, so that eight
// bytes take eight independent look-ups in place of eight dependent ones.
using CrcTables = std::array<std::array<uint32_t, 256>, 8>;
constexpr CrcTables make_crc_tables() {
  CrcTables tables = {};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < 8; ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t shorter = tables[k - 1][byte];
      tables[k][byte] = shorter >> 8 ^ tables[0][shorter & 0xFF];
    }
  }
  return tables;
}
constexpr CrcTables kTables = make_crc_tables();

// The CRC of four bytes, the first in the low bits of `word`, followed by as many zeros.
uint32_t crc_of_four(uint32_t word, size_t zeros) {
  const auto* tables = &kTables[zeros];
  return (tables[3][word & 0xFF] ^ tables[2][word >> 8 & 0xFF]) ^
         (tables[1][word >> 16 & 0xFF] ^ tables[0][word >> 24]);
}

}  // namespace

Md5Digest md5(std::initializer_list<ByteView> parts) {
  MD5_CTX context;
  MD5_Init(&context);
  for (const ByteView part : parts) MD5_Update(&context, part.data(), part.size());
  Md5Digest digest;
  MD5_Final(out_of(digest.data()), &context);
  return digest;
}

Sha256Digest sha256(std::initializer_list<ByteView> parts) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (const ByteView part : parts) SHA256_Update(&context, part.data(), part.size());
  Sha256Digest digest;
  SHA256_Final(out_of(digest.data()), &context);
  return digest;
}

uint32_t crc32(ByteView bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    const uint64_t next = load_le64(bytes.data());
    const auto low = static_cast<uint32_t>(next), high = static_cast<uint32_t>(next >> 32);
    crc = crc_of_four(low ^ crc, 4) ^ crc_of_four(high, 0);  // the second half waits for nothing
  }
  for (const std::byte byte : bytes) {
    crc = crc >> 8 ^ kTables[0][(crc ^ std::to_integer<uint32_t>(byte)) & 0xFF];
  }
  return ~crc;
}

bool equal_digests(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  std::byte difference{};
  for (size_t i = 0; i < a.size(); ++i) difference |= a[i] ^ b[i];
  return difference == std::byte{};
}

}  // namespace natbed
