#include "sim/packet_pool.h"

#include <cstring>
#include <new>

#include "base/check.h"

namespace natbed {

void BlockPool::grow() {
  const auto first = static_cast<uint32_t>(chunks_.size()) * chunk_blocks_;
  void* chunk = ::operator new[](block_bytes_ * chunk_blocks_, std::align_val_t(64));
  chunks_.emplace_back(static_cast<std::byte*>(chunk));
  free_.reserve(chunks_.size() * chunk_blocks_);  // so that release() never allocates
  for (uint32_t i = chunk_blocks_; i-- > 0;) free_.push_back(first + i);
}

void BlockPool::release_all() {
  const auto blocks = static_cast<uint32_t>(chunks_.size()) * chunk_blocks_;
  if (free_.size() == blocks) return;
  free_.clear();
  for (uint32_t i = blocks; i-- > 0;) free_.push_back(i);
}

SlotIndex PacketPool::acquire(const Packet& packet, ByteView payload) {
  NATBED_CHECK(payload.size() <= kMaxPayload, "no IP packet is that big");
  const SlotIndex index = headers_.acquire();
  PacketSlot* slot = new (headers_.at(index)) PacketSlot;
  slot->packet = packet;
  slot->packet.payload_size = static_cast<uint32_t>(payload.size());
  slot->size_class = PacketSlot::kNoPayload;
  if (!payload.empty()) {
    uint8_t size_class = 0;
    while (kClassBytes[size_class] < payload.size()) ++size_class;
    slot->size_class = size_class;
    slot->block = payloads_[size_class].acquire();
    std::memcpy(payloads_[size_class].at(slot->block), payload.data(), payload.size());
  }
  ++in_flight_;
  return index;
}

void PacketPool::release(SlotIndex index) {
  const PacketSlot& slot = (*this)[index];
  if (slot.size_class != PacketSlot::kNoPayload) payloads_[slot.size_class].release(slot.block);
  headers_.release(index);
  --in_flight_;
}

void PacketPool::clear() {
  headers_.release_all();
  for (BlockPool& pool : payloads_) pool.release_all();
  in_flight_ = 0;
}

}  // namespace natbed
