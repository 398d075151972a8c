// One hash for everything that needs one: table keys, names of random streams, the trace hash.
//
// A 64x64 to 128-bit multiply folded by xor, eight bytes a step (the construction that wyhash made
// popular). It reads bytes little-endian whatever the machine, and has no seed from outside, so
// equal bytes give equal hashes everywhere. It is no defence against someone who picks colliding
// keys: natbed simulates attackers, it does not serve them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace natbed {

constexpr uint64_t hash_mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15) * (b ^ 0xD6E8FEB86659FD93);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t load_le64(const void* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) value = __builtin_bswap64(value);
  return value;
}

// A running hash of a sequence of byte strings. Their boundaries count: ("ab","c") differs from
// ("a","bc").
class Hasher {
 public:
  void add(std::span<const std::byte> bytes);
  void add(uint64_t value) { state_ = hash_mix(state_, value); }
  uint64_t value() const { return state_; }

 private:
  uint64_t state_ = 0x6E61746265640001;  // "natbed", version 1 of the hash
};

uint64_t hash_bytes(std::span<const std::byte> bytes);
inline uint64_t hash_bytes(std::string_view text) {
  return hash_bytes(std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace natbed
