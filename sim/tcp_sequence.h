// Comparing TCP sequence numbers, which wrap at 2^32 (RFC 9293 §3.4): right as long as they lie
// within 2^31.
#pragma once

#include <cstdint>

namespace natbed {

constexpr bool sequence_before(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) < 0; }
constexpr bool sequence_after(uint32_t a, uint32_t b) { return sequence_before(b, a); }

}  // namespace natbed
