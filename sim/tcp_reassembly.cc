#include "sim/tcp_reassembly.h"

#include <bit>
#include <cstring>

#include "base/check.h"

namespace natbed {

void TcpReassembly::hold(uint32_t sequence, ByteView payload) {
  if (payload.empty() || payload.size() > kSegmentBytes) return;
  const auto place = static_cast<size_t>(std::countr_one(occupied_));
  if (place >= kSegments) return;
  for (uint32_t rest = occupied_; rest != 0; rest &= rest - 1) {
    const Held& other = held_[std::countr_zero(rest)];
    if (other.sequence == sequence && other.size >= payload.size()) return;  // sent twice
  }
  bytes_.resize(kSegments * kSegmentBytes);
  std::memcpy(bytes_.data() + place * kSegmentBytes, payload.data(), payload.size());
  held_[place] = {sequence, static_cast<uint32_t>(payload.size())};
  occupied_ |= 1u << place;
}

ByteView TcpReassembly::take(uint32_t expected) {
  for (uint32_t rest = occupied_; rest != 0; rest &= rest - 1) {
    const auto place = static_cast<size_t>(std::countr_zero(rest));
    const Held& segment = held_[place];
    const uint32_t known = expected - segment.sequence;  // bytes of it that came another way
    if (static_cast<int32_t>(known) < 0) continue;       // still ahead of a gap
    occupied_ &= ~(1u << place);
    if (known >= segment.size) continue;
    return ByteView(bytes_).subspan(place * kSegmentBytes + known, segment.size - known);
  }
  return {};
}

}  // namespace natbed
