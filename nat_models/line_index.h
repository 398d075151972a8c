// LineIndex: finds the slot of a row by the hash of one of its keys; the rows live elsewhere.
//
// Buckets of one cache line hold twelve slots, each with eight bits of its hash, so that a look-up
// costs one miss for the bucket and one for the row, at 5.3 bytes a place. A full bucket passes
// entries on to the next and counts them; the count says when a search may stop and makes removal
// exact without tombstones: a table in which rows come and go for ever neither slows down nor
// allocates.
#pragma once

#include <cstdint>

#include "base/prefetch.h"
#include "nat_models/small_array.h"

namespace natbed {

class LineIndex {
 public:
  static constexpr uint32_t kNothing = 0xFFFFFFFF;

  LineIndex() { buckets_.assign(kLeast, Bucket()); }

  // The slot for which `matches(slot)` is true, among those added under `hash`; kNothing if there
  // is none.
  template <class Matches>
  uint32_t find(uint64_t hash, Matches matches) const {
    const uint8_t tag = tag_of(hash);
    const uint32_t first = home(hash);
    uint32_t at = first;
    do {
      const Bucket& bucket = buckets_[at];
      for (uint32_t places = bucket.places_of(tag); places != 0; places &= places - 1) {
        const uint32_t slot = bucket.slots[__builtin_ctz(places)];
        if (matches(slot)) return slot;
      }
      if (bucket.passed_on == 0) return kNothing;
      at = next(at);
    } while (at != first);  // in a small index all buckets may have passed something on
    return kNothing;
  }
  // `hash_of(slot)` gives the hash under which a slot was added; it is asked when the index grows.
  template <class HashOf>
  void add(uint64_t hash, uint32_t slot, HashOf hash_of) {
    if (used_ >= most_) grow(hash_of);
    place(hash, slot);
    ++used_;
  }
  // REQUIRES: `slot` was added under `hash`.
  void remove(uint64_t hash, uint32_t slot);
  // `slot`, added under `hash`, becomes `other`, whose key has the same hash.
  void replace(uint64_t hash, uint32_t slot, uint32_t other);
  void prefetch(uint64_t hash) const { prefetch_line(&buckets_[home(hash)]); }

 private:
  static constexpr uint32_t kPlaces = 12;
  static constexpr uint32_t kLeast = 2;  // buckets; always a power of two
  static constexpr uint8_t kSticky = 255;

  struct alignas(64) Bucket {
    uint8_t tags[kPlaces] = {};  // 0: the place is free
    uint8_t passed_on =
        0;  // entries that wanted to be here or before and lie behind; sticky at 255
    uint8_t unused[3] = {};
    uint32_t slots[kPlaces] = {};
    // Bit set of the places whose tag is `tag`.
    uint32_t places_of(uint8_t tag) const;
  };
  static_assert(sizeof(Bucket) == 64);

  static uint8_t tag_of(uint64_t hash) {
    const uint8_t tag = static_cast<uint8_t>(hash >> 56);
    return tag == 0 ? 1 : tag;
  }
  uint32_t home(uint64_t hash) const { return static_cast<uint32_t>(hash) & (buckets_.size() - 1); }
  uint32_t next(uint32_t at) const { return (at + 1) & (buckets_.size() - 1); }
  void place(uint64_t hash, uint32_t slot);
  uint32_t bucket_with(uint64_t hash, uint32_t slot, uint32_t* place) const;
  // Doubles the number of buckets and hands out the slots that were in, to be placed again.
  SmallArray<Bucket, 0> start_larger();
  template <class HashOf>
  void grow(HashOf hash_of) {
    const SmallArray<Bucket, 0> old = start_larger();
    for (const Bucket& bucket : old) {
      for (uint32_t i = 0; i < kPlaces; ++i) {
        if (bucket.tags[i] != 0) place(hash_of(bucket.slots[i]), bucket.slots[i]);
      }
    }
  }

  SmallArray<Bucket, 0> buckets_;
  uint32_t used_ = 0;
  uint32_t most_ =
      kLeast * kPlaces * 13 / 16;  // fuller, and every third search needs a second line
};

inline uint32_t LineIndex::Bucket::places_of(uint8_t tag) const {
  // Zero bytes of a word, exactly: no carry crosses a byte. The cheaper test by subtraction may report
  // a free place as well, whose slot is that of a row that is gone.
  constexpr uint64_t kOnes = 0x0101010101010101, kLows = 0x7F7F7F7F7F7F7F7F;
  uint64_t low, high;
  std::memcpy(&low, tags, 8);
  std::memcpy(&high, tags + 4, 8);
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
    low = __builtin_bswap64(low);
    high = __builtin_bswap64(high);
  }
  low ^= kOnes * tag;
  high ^= kOnes * tag;
  low = ~(((low & kLows) + kLows) | low | kLows);
  high = ~(((high & kLows) + kLows) | high | kLows);
  // The high bits of eight bytes, gathered into eight bits.
  const auto gathered = [](uint64_t bits) {
    return static_cast<uint32_t>((bits * 0x0002040810204081) >> 56);
  };
  return gathered(low) | (gathered(high) & 0xF0) << 4;
}

}  // namespace natbed
