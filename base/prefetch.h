// prefetch_line(): asks for a cache line that will be read soon.
//
// GCC 12 takes a function that does nothing but __builtin_prefetch for one without effect and drops
// the calls of it, silently (measured: half of the look-ahead of sim/ was missing from the
// program). The empty asm statement is an effect that costs no instruction.
#pragma once

namespace natbed {

inline void prefetch_line(const void* at) {
  __builtin_prefetch(at);
  asm volatile("");
}

}  // namespace natbed
