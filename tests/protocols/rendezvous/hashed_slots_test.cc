#include "protocols/rendezvous/hashed_slots.h"

#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"

namespace natbed {
namespace {

TEST(HashedSlots, DoesWhatAMapDoes) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    HashedSlots index;
    std::map<uint32_t, uint64_t> reference;  // slot -> hash; few hashes, so that many collide
    for (uint32_t step = 0; step < 2000; ++step) {
      const auto slot = static_cast<uint32_t>(rng.below(300));
      if (const auto known = reference.find(slot); known != reference.end()) {
        EXPECT_EQ(index.find(known->second, [&](uint32_t s) { return s == slot; }), slot);
        index.erase(known->second, slot);
        reference.erase(known);
      } else {
        const uint64_t hash = rng.below(40);
        EXPECT_EQ(index.find(hash, [&](uint32_t s) { return s == slot; }), std::nullopt);
        index.insert(hash, slot);
        reference.emplace(slot, hash);
      }
    }
    for (const auto& [slot, hash] : reference) {
      EXPECT_EQ(index.find(hash, [s = slot](uint32_t found) { return found == s; }), slot);
    }
    index.clear();
    EXPECT_EQ(index.find(0, [](uint32_t) { return true; }), std::nullopt);
  }
}

}  // namespace
}  // namespace natbed
