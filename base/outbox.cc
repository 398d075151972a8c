#include "base/outbox.h"

#include "base/check.h"

namespace natbed {

void Outbox::open_udp(SocketId socket, Endpoint local) {
  commands_.push_back({Kind::kOpenUdp, {}, socket, local, {}});
}

void Outbox::send(SocketId socket, Endpoint to, ByteView payload, SendOptions options) {
  const std::span<std::byte> room = prepare(payload.size());
  if (!payload.empty()) std::memcpy(room.data(), payload.data(), payload.size());
  commit(socket, to, payload.size(), options);
}

std::span<std::byte> Outbox::prepare(size_t capacity) {
  prepared_at_ = bytes_.size();
  bytes_.resize(prepared_at_ + capacity);
  return std::span(bytes_).subspan(prepared_at_);
}

void Outbox::commit(SocketId socket, Endpoint to, size_t size, SendOptions options) {
  NATBED_CHECK(prepared_at_ + size <= bytes_.size(), "commit() of more than was prepared");
  bytes_.resize(prepared_at_ + size);
  commands_.push_back({Kind::kSend,
                       options,
                       socket,
                       {},
                       to,
                       static_cast<uint32_t>(prepared_at_),
                       static_cast<uint32_t>(size)});
}

void Outbox::listen(SocketId socket, Endpoint local) {
  commands_.push_back({Kind::kListen, {}, socket, local, {}});
}

void Outbox::connect(SocketId socket, Endpoint local, Endpoint remote) {
  commands_.push_back({Kind::kConnect, {}, socket, local, remote});
}

void Outbox::write(SocketId socket, ByteView data) {
  const auto offset = static_cast<uint32_t>(bytes_.size());
  bytes_.insert(bytes_.end(), data.begin(), data.end());
  commands_.push_back(
      {Kind::kWrite, {}, socket, {}, {}, offset, static_cast<uint32_t>(data.size())});
}

void Outbox::finish(SocketId socket) { commands_.push_back({Kind::kFinish, {}, socket, {}, {}}); }
void Outbox::reset(SocketId socket) { commands_.push_back({Kind::kReset, {}, socket, {}, {}}); }
void Outbox::close(SocketId socket) { commands_.push_back({Kind::kClose, {}, socket, {}, {}}); }

}  // namespace natbed
