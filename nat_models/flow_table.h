// FlowTable: values kept per owner and remote endpoint, for filters and reply routes.
//
// An owner is an internal endpoint or a mapping, packed into 64 bits that are never zero. Up to
// eight flows are scanned in a line; more are hashed by linear probing. Nothing is ever removed for
// its own sake: when the table is full, flows that the caller calls dead are swept out, and only if
// many are alive does it grow. Insertion is O(1) on average, and a table with a steady population
// allocates nothing.
#pragma once

#include <cstdint>

#include "base/hash.h"
#include "nat_models/small_array.h"

namespace natbed {

struct FlowKey {
  uint64_t owner = 0;
  uint64_t remote = 0;
  bool operator==(const FlowKey&) const = default;
};

template <class Value, uint32_t kInline>
class FlowTable {
 public:
  struct Flow {
    FlowKey key;
    Value value;
  };

  // Valid until the next put().
  Value* find(FlowKey key) {
    if (flows_.capacity() <= kLinear) {
      for (Flow& flow : flows_) {
        if (flow.key == key) return &flow.value;
      }
      return nullptr;
    }
    for (uint32_t i = home(key);; i = (i + 1) & mask()) {
      if (flows_[i].key == key) return &flows_[i].value;
      if (flows_[i].key.owner == 0) return nullptr;
    }
  }

  // REQUIRES: the key is not there. `dead(flow)` says which flows may go if room is needed.
  template <class Dead>
  void put(FlowKey key, const Value& value, Dead dead) {
    const uint32_t limit = flows_.capacity() <= kLinear ? flows_.capacity() : flows_.capacity() / 2;
    if (used_ >= limit) make_room(limit, dead);
    insert({key, value});
  }

  template <class Visit>
  void each(Visit visit) const {
    for (const Flow& flow : flows_) {
      if (flow.key.owner != 0) visit(flow);
    }
  }
  void clear() {
    if (flows_.capacity() <= kLinear) flows_.clear();
    for (Flow& flow : flows_) flow = Flow{};
    used_ = 0;
  }

 private:
  static constexpr uint32_t kLinear = 8;
  static constexpr uint32_t kFirstHashed = 32;

  uint32_t mask() const { return flows_.size() - 1; }
  uint32_t home(FlowKey key) const {
    return static_cast<uint32_t>(hash_mix(key.owner, key.remote)) & mask();
  }
  void insert(const Flow& flow) {
    ++used_;
    if (flows_.capacity() <= kLinear) return flows_.push_back(flow);
    uint32_t i = home(flow.key);
    while (flows_[i].key.owner != 0) i = (i + 1) & mask();
    flows_[i] = flow;
  }
  // Growing as soon as half of the limit is alive keeps sweeps rare: at least limit / 2 insertions
  // apart.
  template <class Dead>
  void make_room(uint32_t limit, Dead dead) {
    for (uint32_t i = 0; i < flows_.size();) {
      if (flows_[i].key.owner != 0 && dead(flows_[i])) {
        remove(i);  // another flow may have moved here: look again
      } else {
        ++i;
      }
    }
    if (used_ > limit / 2 || used_ == limit) grow();
  }
  void remove(uint32_t hole) {
    --used_;
    if (flows_.capacity() <= kLinear) {
      flows_[hole] = flows_[flows_.size() - 1];
      return flows_.pop_back();
    }
    for (uint32_t i = (hole + 1) & mask(); flows_[i].key.owner != 0; i = (i + 1) & mask()) {
      if (((i - home(flows_[i].key)) & mask()) >= ((i - hole) & mask())) {
        flows_[hole] = flows_[i];
        hole = i;
      }
    }
    flows_[hole] = Flow{};
  }
  void grow() {
    if (flows_.capacity() < kLinear) return flows_.reserve(kLinear);
    SmallArray<Flow, kInline> old;
    old.reserve(flows_.size());
    for (const Flow& flow : flows_) {
      if (flow.key.owner != 0) old.push_back(flow);
    }
    flows_.assign(flows_.capacity() <= kLinear ? kFirstHashed : flows_.capacity() * 2, Flow{});
    used_ = 0;
    for (const Flow& flow : old) insert(flow);
  }

  SmallArray<Flow, kInline> flows_;
  uint32_t used_ = 0;
};

}  // namespace natbed
