// Bytes as the RFCs print them, for tests: "0001 2112a442"_hex. Blanks are skipped.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace natbed::test {

inline std::vector<std::byte> from_hex(std::string_view text) {
  std::vector<std::byte> bytes;
  int digits = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos) throw std::invalid_argument("not a hex digit");
    if (digits++ % 2 == 0) bytes.emplace_back();
    bytes.back() = bytes.back() << 4 | static_cast<std::byte>(digit);
  }
  return bytes;
}

template <class Bytes>
std::string to_hex(const Bytes& bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

inline std::vector<std::byte> operator""_hex(const char* text, size_t size) {
  return from_hex({text, size});
}

}  // namespace natbed::test
