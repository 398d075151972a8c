// prefetch_line(): asks for a cache line that will be read soon.
//
// GCC 12 takes a function that does nothing but __builtin_prefetch for one without effect and drops
// the calls of it, silently (measured: half of the look-ahead of sim/ was missing from the
// program). The empty asm statement is an effect that costs no instruction.
#pragma once

#include <cstddef>
#include <cstdint>

namespace natbed {

inline void prefetch_line(const void* at) {
  __builtin_prefetch(at);
  asm volatile("");
}

// Every line in which some of the `bytes` from `at` on lie.
inline void prefetch_lines(const void* at, size_t bytes) {
  constexpr uintptr_t kCacheLine = 64;
  const auto first = reinterpret_cast<uintptr_t>(at);
  for (uintptr_t line = first & ~(kCacheLine - 1); line < first + bytes; line += kCacheLine) {
    prefetch_line(reinterpret_cast<const void*>(line));
  }
}
// From `first` to the end of `last`, a member further on in the same object.
template <class First, class Last>
void prefetch_through(const First& first, const Last& last) {
  const auto begin = reinterpret_cast<uintptr_t>(&first);
  prefetch_lines(&first, reinterpret_cast<uintptr_t>(&last + 1) - begin);
}
template <class T>
void prefetch_object(const T& object) {
  prefetch_lines(&object, sizeof object);
}

}  // namespace natbed
