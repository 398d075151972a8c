#include "base/bytes.h"

#include "base/check.h"

namespace natbed {

ByteView ByteReader::bytes(size_t size) {
  if (rest_.size() < size) return fail(), ByteView{};
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

void ByteWriter::bytes(ByteView bytes) {
  if (!ok_ || room_.size() - size_ < bytes.size()) {
    ok_ = false;
    return;
  }
  if (!bytes.empty()) std::memcpy(room_.data() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void ByteWriter::zeros(size_t count) {
  if (!ok_ || room_.size() - size_ < count) {
    ok_ = false;
    return;
  }
  if (count != 0) std::memset(room_.data() + size_, 0, count);
  size_ += count;
}

void ByteWriter::patch_u16(size_t at, uint16_t v) {
  if (!ok_) return;
  NATBED_CHECK(at + 2 <= size_);
  room_[at] = static_cast<std::byte>(v >> 8);
  room_[at + 1] = static_cast<std::byte>(v);
}

}  // namespace natbed
