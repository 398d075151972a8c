// PacketPool: where packets in flight lie, so that an event carries only the number of a slot.
//
// Headers (two cache lines a slot, all that a hop touches) and payloads (touched at both ends only)
// lie apart, in chunks that never move. Payload blocks come in three sizes. Freed slots are used
// again first, while they are warm in the cache; nothing is allocated once the greatest number in
// flight has been seen.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/drop_reason.h"
#include "base/id.h"
#include "base/packet.h"
#include "sim/growing_array.h"

namespace natbed {

using PacketIndex = uint32_t;

struct alignas(64) PacketSlot {
  Packet packet;
  InterfaceId to;          // where it arrives next
  uint32_t block = 0;      // of the payload, in its size class
  uint8_t size_class = 0;  // kNoPayload: none
  // Already lost, but the world learns that only where it is lost.
  DropReason fate = DropReason::kNone;
  static constexpr uint8_t kNoPayload = 0xFF;
};
static_assert(sizeof(PacketSlot) == 128);

// Blocks of one size, by number.
class BlockPool {
 public:
  explicit BlockPool(size_t block_bytes) : block_bytes_(block_bytes) {}
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();
  uint32_t acquire() {
    if (free_.empty()) grow();
    const uint32_t block = free_.back();
    free_.pop_back();
    return block;
  }
  void release(uint32_t block) { free_.push_back(block); }
  std::byte* at(uint32_t block) const {
    const ChunkPlace place(block);
    return chunks_[place.chunk] + place.place * block_bytes_;
  }
  void release_all();

 private:
  void grow();
  size_t chunk_bytes(size_t chunk) const {
    return (size_t{ChunkPlace::kFirst} << chunk) * block_bytes_;
  }
  size_t block_bytes_;
  uint32_t chunk_count_ = 0;
  std::array<std::byte*, ChunkPlace::kMostChunks> chunks_ = {};
  std::vector<uint32_t> free_;
};

class PacketPool {
 public:
  static constexpr size_t kMaxPayload = 65536;

  // A copy of `packet` with `payload`, whose size is written into it. REQUIRES: payload.size() <=
  // kMaxPayload.
  PacketIndex acquire(const Packet& packet, ByteView payload);
  void release(PacketIndex slot);
  const PacketSlot& operator[](PacketIndex slot) const {
    return *reinterpret_cast<const PacketSlot*>(headers_.at(slot));
  }
  PacketSlot& operator[](PacketIndex slot) {
    return *reinterpret_cast<PacketSlot*>(headers_.at(slot));
  }
  ByteView payload(const PacketSlot& slot) const {
    if (slot.size_class == PacketSlot::kNoPayload) return {};
    return {payloads_[slot.size_class].at(slot.block), slot.packet.payload_size};
  }
  // The same, to be written to.
  std::span<std::byte> payload(PacketIndex index) {
    const PacketSlot& slot = (*this)[index];
    if (slot.size_class == PacketSlot::kNoPayload) return {};
    return {payloads_[slot.size_class].at(slot.block), slot.packet.payload_size};
  }
  uint32_t in_flight() const { return in_flight_; }
  void clear();  // releases all; keeps the memory

 private:
  static constexpr std::array<size_t, 3> kClassBytes = {192, 1536, kMaxPayload};
  BlockPool headers_{sizeof(PacketSlot)};
  std::array<BlockPool, 3> payloads_ = {BlockPool(kClassBytes[0]), BlockPool(kClassBytes[1]),
                                        BlockPool(kClassBytes[2])};
  uint32_t in_flight_ = 0;
};

}  // namespace natbed
