// TcpSendBuffer: the bytes that a TCP has to keep, from the first unacknowledged one to the last
// one written.
//
// A ring that doubles when it is full and never shrinks, so that a connection in use allocates
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace natbed {

class TcpSendBuffer {
 public:
  size_t size() const { return size_; }
  void clear() { first_ = size_ = 0; }
  void append(ByteView data);
  // Drops the first `count` bytes. REQUIRES: count <= size().
  void drop_front(size_t count);
  // Copies the bytes from `offset` on. REQUIRES: offset + to.size() <= size().
  void copy(size_t offset, std::span<std::byte> to) const;

 private:
  void grow(size_t least);
  size_t wrap(size_t position) const { return position & (ring_.size() - 1); }

  std::vector<std::byte> ring_;  // empty or a power of two
  size_t first_ = 0, size_ = 0;
};

}  // namespace natbed
