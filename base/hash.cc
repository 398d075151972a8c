#include "base/hash.h"

namespace natbed {

void Hasher::add(std::span<const std::byte> bytes) {
  uint64_t state = hash_mix(state_, bytes.size());
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) state = hash_mix(state, load_le64(bytes.data() + at));
  if (at < bytes.size()) {
    std::byte tail[8] = {};
    std::memcpy(tail, bytes.data() + at, bytes.size() - at);
    state = hash_mix(state, load_le64(tail));
  }
  state_ = state;
}

uint64_t hash_bytes(std::span<const std::byte> bytes) {
  Hasher hasher;
  hasher.add(bytes);
  return hasher.value();
}

}  // namespace natbed
