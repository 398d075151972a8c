// PacketPool: where packets in flight lie, so that an event carries only the number of a slot.
//
// Headers (two cache lines a slot, all that a hop touches) and payloads (touched at both ends only) lie apart, in
// chunks that never move. Payload blocks come in three sizes. Freed slots are used again first, while they are warm
// in the cache; nothing is allocated once the greatest number in flight has been seen.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/drop_reason.h"
#include "base/id.h"
#include "base/packet.h"

namespace natbed {

using SlotIndex = uint32_t;

struct alignas(64) PacketSlot {
  Packet packet;
  InterfaceId to;                             // where it arrives next
  uint32_t block = 0;                         // of the payload, in its size class
  uint8_t size_class = 0;                     // kNoPayload: none
  DropReason fate = DropReason::kNone;        // already lost, but the world learns that only where it is lost
  static constexpr uint8_t kNoPayload = 0xFF;
};
static_assert(sizeof(PacketSlot) == 128);

// Blocks of one size, by number.
class BlockPool {
 public:
  explicit BlockPool(size_t block_bytes, uint32_t chunk_blocks)
      : block_bytes_(block_bytes), chunk_blocks_(chunk_blocks) {}
  uint32_t acquire() {
    if (free_.empty()) grow();
    const uint32_t block = free_.back();
    free_.pop_back();
    return block;
  }
  void release(uint32_t block) { free_.push_back(block); }
  std::byte* at(uint32_t block) const {
    return chunks_[block / chunk_blocks_].get() + block % chunk_blocks_ * block_bytes_;
  }
  void release_all();

 private:
  struct Free {
    void operator()(std::byte* chunk) const { ::operator delete[](chunk, std::align_val_t(64)); }
  };
  void grow();
  size_t block_bytes_;
  uint32_t chunk_blocks_;  // a power of two
  std::vector<std::unique_ptr<std::byte[], Free>> chunks_;
  std::vector<uint32_t> free_;
};

class PacketPool {
 public:
  static constexpr size_t kMaxPayload = 65536;

  // A copy of `packet` with `payload`, whose size is written into it. REQUIRES: payload.size() <= kMaxPayload.
  SlotIndex acquire(const Packet& packet, ByteView payload);
  void release(SlotIndex slot);
  PacketSlot& operator[](SlotIndex slot) {
    return *reinterpret_cast<PacketSlot*>(headers_.at(slot));
  }
  ByteView payload(const PacketSlot& slot) const {
    if (slot.size_class == PacketSlot::kNoPayload) return {};
    return {payloads_[slot.size_class].at(slot.block), slot.packet.payload_size};
  }
  uint32_t in_flight() const { return in_flight_; }
  void clear();  // releases all; keeps the memory

 private:
  static constexpr std::array<size_t, 3> kClassBytes = {192, 1536, kMaxPayload};
  BlockPool headers_{sizeof(PacketSlot), 256};
  std::array<BlockPool, 3> payloads_ = {BlockPool(kClassBytes[0], 256), BlockPool(kClassBytes[1], 32),
                                        BlockPool(kClassBytes[2], 1)};
  uint32_t in_flight_ = 0;
};

}  // namespace natbed
