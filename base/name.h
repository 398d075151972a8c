// Name: a short text held in place (a peer, a relay, a box), so that events stay plain values.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace natbed {

class Name {
 public:
  static constexpr size_t kMaxSize = 31;  // with its length byte a Name is 32 bytes

  constexpr Name() = default;
  // Longer texts are cut at kMaxSize; whoever reads names from users refuses those first (`fits`).
  constexpr Name(std::string_view text)  // NOLINT: implicit by design
      : size_(static_cast<uint8_t>(std::min(text.size(), kMaxSize))) {
    for (size_t i = 0; i < size_; ++i) text_[i] = text[i];
  }
  constexpr Name(const char* text) : Name(std::string_view(text)) {}  // NOLINT: implicit by design
  static constexpr bool fits(std::string_view text) { return text.size() <= kMaxSize; }

  constexpr std::string_view view() const { return {text_.data(), size_}; }
  // A view of a temporary would outlive it: view() is for those who use it up in the same line.
  constexpr operator std::string_view() const& { return view(); }  // NOLINT: implicit by design
  constexpr operator std::string_view() const&& = delete;
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool operator==(const Name& other) const { return view() == other.view(); }
  constexpr auto operator<=>(const Name& other) const { return view() <=> other.view(); }

 private:
  std::array<char, kMaxSize> text_ = {};
  uint8_t size_ = 0;
};
static_assert(sizeof(Name) == 32);

}  // namespace natbed
