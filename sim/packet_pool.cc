#include "sim/packet_pool.h"

#include <cstring>
#include <new>

#include "base/check.h"

namespace natbed {

BlockPool::~BlockPool() {
  for (uint32_t k = 0; k < chunk_count_; ++k) ChunkMemory::free(chunks_[k], chunk_bytes(k));
}

void BlockPool::grow() {
  const uint32_t first = (ChunkPlace::kFirst << chunk_count_) - ChunkPlace::kFirst;
  const uint32_t end = (ChunkPlace::kFirst << (chunk_count_ + 1)) - ChunkPlace::kFirst;
  chunks_[chunk_count_] = static_cast<std::byte*>(ChunkMemory::allocate(chunk_bytes(chunk_count_)));
  ++chunk_count_;
  free_.reserve(end);  // so that release() never allocates
  for (uint32_t i = end; i-- > first;) free_.push_back(i);
}

void BlockPool::release_all() {
  const uint32_t blocks = (ChunkPlace::kFirst << chunk_count_) - ChunkPlace::kFirst;
  if (free_.size() == blocks) return;
  free_.clear();
  for (uint32_t i = blocks; i-- > 0;) free_.push_back(i);
}

PacketIndex PacketPool::acquire(const Packet& packet, ByteView payload) {
  NATBED_CHECK(payload.size() <= kMaxPayload, "no IP packet is that big");
  const PacketIndex index = headers_.acquire();
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

void PacketPool::release(PacketIndex index) {
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
