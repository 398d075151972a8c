#include "nat_models/port_block_pool.h"

#include <algorithm>

namespace natbed {
namespace {

// Ports of one share.
uint32_t share_size(const PortBlocks& rules, PortRange range) {
  return range.size() / (uint32_t{rules.hosts_per_address} + rules.dynamic_share);
}

PortRange dynamic_part(const PortBlocks& rules, PortRange range) {
  if (rules.kind != PortBlocks::Kind::kDeterministic) return range;
  const uint32_t first = range.low + share_size(rules, range) * rules.hosts_per_address;
  if (rules.dynamic_share == 0 || first > range.high) return {};
  return {static_cast<uint16_t>(first), range.high};
}

}  // namespace

std::optional<FixedShare> PortBlockPool::fixed_share(const PortBlocks& rules, PortRange range,
                                                     size_t addresses, uint32_t internal) {
  const uint32_t index = internal - rules.inside_first;
  if (internal < rules.inside_first || index / rules.hosts_per_address >= addresses)
    return std::nullopt;
  const uint32_t size = share_size(rules, range);
  const uint32_t low = range.low + index % rules.hosts_per_address * size;
  if (size == 0) return std::nullopt;
  return FixedShare{index / rules.hosts_per_address,
                    {static_cast<uint16_t>(low), static_cast<uint16_t>(low + size - 1)}};
}

uint32_t PortBlockPool::owner_of(const PortBlocks& rules, PortRange range, uint32_t address,
                                 uint16_t port) {
  const uint32_t size = share_size(rules, range);
  if (size == 0 || !range.contains(port)) return 0;
  const uint32_t share = (uint32_t{port} - range.low) / size;
  if (share >= rules.hosts_per_address) return 0;
  return rules.inside_first + address * rules.hosts_per_address + share;
}

PortBlockPool::Address& PortBlockPool::address(uint32_t external, PortRange range) {
  const auto found = std::ranges::find(addresses_, external, &Address::ip);
  if (found != addresses_.end()) return *found;
  Address fresh{external, dynamic_part(*rules_, range), {}};
  if (rules_->size > 0) fresh.blocks.resize(fresh.range.size() / rules_->size);
  addresses_.push_back(std::move(fresh));
  return addresses_.back();
}

PortRange PortBlockPool::range_of(const Address& address, size_t block) const {
  const uint32_t low = address.range.low + static_cast<uint32_t>(block) * rules_->size;
  return {static_cast<uint16_t>(low), static_cast<uint16_t>(low + rules_->size - 1)};
}

void PortBlockPool::blocks_of(uint32_t internal, uint32_t external, PortRange range,
                              std::vector<PortRange>* ranges) {
  const Address& a = address(external, range);
  for (size_t i = 0; i < a.blocks.size(); ++i) {
    if (a.blocks[i].owner == internal) ranges->push_back(range_of(a, i));
  }
}

std::optional<PortRange> PortBlockPool::take(uint32_t internal, uint32_t external, PortRange range,
                                             Rng& rng) {
  Address& a = address(external, range);
  const auto own = std::ranges::count(a.blocks, internal, &Block::owner);
  auto free = static_cast<uint64_t>(std::ranges::count(a.blocks, 0u, &Block::owner));
  if (own >= rules_->per_host || free == 0) return std::nullopt;
  uint64_t chosen = rng.below(free);
  for (size_t i = 0; i < a.blocks.size(); ++i) {
    if (a.blocks[i].owner != 0 || chosen-- > 0) continue;
    a.blocks[i].owner = internal;
    return range_of(a, i);
  }
  return std::nullopt;
}

void PortBlockPool::use(V4Endpoint external, int change) {
  const auto a = std::ranges::find(addresses_, external.ip, &Address::ip);
  if (a == addresses_.end() || !a->range.contains(external.port)) return;
  const size_t i = (uint32_t{external.port} - a->range.low) / rules_->size;
  if (i >= a->blocks.size()) return;
  Block& block = a->blocks[i];
  block.used += static_cast<uint32_t>(change);
  if (block.used == 0) block.owner = 0;
}

}  // namespace natbed
