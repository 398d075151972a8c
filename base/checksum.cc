#include "base/checksum.h"

#include "base/check.h"
#include "base/hash.h"

namespace natbed {
namespace {

uint16_t fold(uint64_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

}  // namespace

void InternetChecksum::add(ByteView bytes) {
  const auto add_eight = [this](const void* at) {
    const uint64_t words = load_le64(at);
    sum_ += (words & 0xFFFFFFFF) + (words >> 32);  // carries stay in the upper half until value()
  };
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) add_eight(bytes.data());
  if (bytes.empty()) return;
  std::byte tail[8] = {};
  std::memcpy(tail, bytes.data(), bytes.size());
  add_eight(tail);
}

uint16_t InternetChecksum::value() const {
  return __builtin_bswap16(static_cast<uint16_t>(~fold(sum_)));
}

uint16_t update_checksum(uint16_t checksum, ByteView before, ByteView after) {
  NATBED_CHECK(before.size() == after.size() && before.size() % 2 == 0);
  uint64_t sum = static_cast<uint16_t>(~checksum);
  ByteReader old_words(before), new_words(after);
  while (old_words.remaining() != 0) {
    sum += static_cast<uint16_t>(~old_words.u16());
    sum += new_words.u16();
  }
  return static_cast<uint16_t>(~fold(sum));
}

}  // namespace natbed
