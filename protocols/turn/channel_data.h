// ChannelData: the relay's short cut for data, 4 bytes where a Send indication takes 36 (RFC 8656
// §12.4).
//
//   |0 1  channel number            |         data length           |
//   |        data, not padded over UDP                              |
//
// The first two bits tell it from STUN (§12): channels are 0x4000 to 0x4FFF.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace natbed {

inline constexpr uint16_t kFirstChannel = 0x4000, kLastChannel = 0x4FFF;  // RFC 8656 §12
inline constexpr size_t kChannelHeaderSize = 4;

struct ChannelData {
  uint16_t number;
  ByteView payload;

  // Nothing unless it is on a channel and whole. Bytes behind the data are padding, as TCP needs
  // it.
  static std::optional<ChannelData> parse(ByteView datagram) {
    ByteReader reader(datagram);
    const uint16_t number = reader.u16(), size = reader.u16();
    const ByteView payload = reader.bytes(size);
    if (!reader.ok() || number < kFirstChannel || number > kLastChannel) return std::nullopt;
    return ChannelData{number, payload};
  }
  // Bytes written; 0 if `room` is too small.
  size_t write(std::span<std::byte> room) const {
    ByteWriter writer(room);
    writer.u16(number);
    writer.u16(static_cast<uint16_t>(payload.size()));
    writer.bytes(payload);
    return writer.ok() ? writer.size() : 0;
  }
};

}  // namespace natbed
