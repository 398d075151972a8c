#include "sim/tcp_send_buffer.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace natbed {

void TcpSendBuffer::append(ByteView data) {
  if (data.empty()) return;
  if (size_ + data.size() > ring_.size()) grow(size_ + data.size());
  const size_t at = wrap(first_ + size_);
  const size_t before_end = std::min(data.size(), ring_.size() - at);
  std::memcpy(ring_.data() + at, data.data(), before_end);
  std::memcpy(ring_.data(), data.data() + before_end, data.size() - before_end);
  size_ += data.size();
}

void TcpSendBuffer::drop_front(size_t count) {
  NATBED_CHECK(count <= size_);
  if (count == 0) return;
  first_ = wrap(first_ + count);
  size_ -= count;
}

void TcpSendBuffer::copy(size_t offset, std::span<std::byte> to) const {
  NATBED_CHECK(offset + to.size() <= size_);
  if (to.empty()) return;
  const size_t at = wrap(first_ + offset);
  const size_t before_end = std::min(to.size(), ring_.size() - at);
  std::memcpy(to.data(), ring_.data() + at, before_end);
  std::memcpy(to.data() + before_end, ring_.data(), to.size() - before_end);
}

void TcpSendBuffer::grow(size_t least) {
  std::vector<std::byte> larger(std::bit_ceil(std::max<size_t>(least, 1024)));
  copy(0, std::span(larger).first(size_));
  ring_.swap(larger);
  first_ = 0;
}

}  // namespace natbed
