// Reading and writing wire formats without exceptions and without trusting anyone.
//
// Both ends are sticky: after the first read past the end (or write past the capacity) every later
// call is a no-op that yields zeros, and ok() is asked once at the end. A parser is then a straight
// list of fields. Multi-byte integers are in network order unless the name says little.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace natbed {

using ByteView = std::span<const std::byte>;
inline ByteView bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  uint8_t u8() { return static_cast<uint8_t>(integer<1>()); }
  uint16_t u16() { return static_cast<uint16_t>(integer<2>()); }
  uint32_t u32() { return static_cast<uint32_t>(integer<4>()); }
  uint64_t u64() { return integer<8>(); }
  // The next `size` bytes, as a view into the input; empty after an error.
  ByteView bytes(size_t size);
  void skip(size_t size) { bytes(size); }
  // Marks the input as bad, for values that no field width can exclude.
  void fail() { rest_ = {}, ok_ = false; }

  bool ok() const { return ok_; }
  size_t remaining() const { return rest_.size(); }

 private:
  template <size_t kSize>
  uint64_t integer() {
    if (rest_.size() < kSize) [[unlikely]]
      return fail(), 0;
    uint64_t value = 0;
    for (size_t i = 0; i < kSize; ++i) value = value << 8 | std::to_integer<uint64_t>(rest_[i]);
    rest_ = rest_.subspan(kSize);
    return value;
  }
  ByteView rest_;
  bool ok_ = true;
};

// Writes into memory that the caller owns and keeps alive; never grows it.
class ByteWriter {
 public:
  explicit ByteWriter(std::span<std::byte> room) : room_(room) {}

  void u8(uint8_t v) { integer<1>(v); }
  void u16(uint16_t v) { integer<2>(v); }
  void u32(uint32_t v) { integer<4>(v); }
  void u64(uint64_t v) { integer<8>(v); }
  void bytes(ByteView bytes);
  void zeros(size_t count);
  // Overwrites two bytes already written, e.g. a length known only at the end. REQUIRES: at + 2 <=
  // size().
  void patch_u16(size_t at, uint16_t v);

  bool ok() const { return ok_; }
  size_t size() const { return size_; }
  ByteView written() const { return room_.first(size_); }

 private:
  template <size_t kSize>
  void integer(uint64_t v) {
    if (!ok_ || room_.size() - size_ < kSize) [[unlikely]] {
      ok_ = false;
      return;
    }
    for (size_t i = 0; i < kSize; ++i) {
      room_[size_ + i] = static_cast<std::byte>(v >> (8 * (kSize - 1 - i)));
    }
    size_ += kSize;
  }
  std::span<std::byte> room_;
  size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace natbed
