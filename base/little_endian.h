// Numbers in files of ours: least significant byte first, whatever the machine.
//
// Network formats are big-endian and belong to base/bytes.h; traces and captures are read where
// they were written, so they use the order that costs nothing there.
#pragma once

#include <concepts>
#include <cstddef>
#include <vector>

namespace natbed {

// Writes sizeof(T) bytes at `at`.
template <std::unsigned_integral T>
void store_le(std::byte* at, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) at[i] = static_cast<std::byte>(value >> (8 * i));
}

// Reads sizeof(T) bytes at `at`.
template <std::unsigned_integral T>
T load_le(const std::byte* at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(at[i]) << (8 * i)));
  }
  return value;
}

template <std::unsigned_integral T>
void append_le(std::vector<std::byte>& out, T value) {
  out.resize(out.size() + sizeof(T));
  store_le(out.data() + out.size() - sizeof(T), value);
}

}  // namespace natbed
