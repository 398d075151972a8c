#include "nat_models/line_index.h"

#include <utility>

#include "base/check.h"

namespace natbed {

void LineIndex::place(uint64_t hash, uint32_t slot) {
  uint32_t at = home(hash);
  for (;; at = next(at)) {
    Bucket& bucket = buckets_[at];
    for (uint32_t free = bucket.places_of(0); free != 0; free &= free - 1) {
      const uint32_t place = static_cast<uint32_t>(__builtin_ctz(free));
      if (bucket.tags[place] != 0) continue;
      bucket.tags[place] = tag_of(hash);
      bucket.slots[place] = slot;
      return;
    }
    if (bucket.passed_on != kSticky) ++bucket.passed_on;
  }
}

uint32_t LineIndex::bucket_with(uint64_t hash, uint32_t slot, uint32_t* place) const {
  const uint8_t tag = tag_of(hash);
  for (uint32_t at = home(hash);; at = next(at)) {
    const Bucket& bucket = buckets_[at];
    for (uint32_t i = 0; i < kPlaces; ++i) {
      if (bucket.slots[i] == slot && bucket.tags[i] == tag) return *place = i, at;
    }
    NATBED_CHECK(bucket.passed_on != 0, "a slot that was never added");
  }
}

void LineIndex::remove(uint64_t hash, uint32_t slot) {
  uint32_t place = 0;
  const uint32_t found = bucket_with(hash, slot, &place);
  for (uint32_t at = home(hash); at != found; at = next(at)) {
    if (buckets_[at].passed_on != kSticky) --buckets_[at].passed_on;
  }
  buckets_[found].tags[place] = 0;
  --used_;
}

void LineIndex::replace(uint64_t hash, uint32_t slot, uint32_t other) {
  uint32_t place = 0;
  const uint32_t found = bucket_with(hash, slot, &place);
  buckets_[found].slots[place] = other;
}

SmallArray<LineIndex::Bucket, 0> LineIndex::start_larger() {
  SmallArray<Bucket, 0> old = buckets_;
  const uint32_t buckets = buckets_.size() * 2;
  buckets_ = SmallArray<Bucket, 0>();
  buckets_.assign(buckets, Bucket());
  most_ = static_cast<uint32_t>(uint64_t{buckets} * kPlaces * 13 / 16);
  return old;
}

}  // namespace natbed
