#include "nat_models/hosts.h"

#include <algorithm>

namespace natbed {

bool Hosts::needed(const NatBehavior& b) {
  return b.limits.mappings_per_host > 0 || b.limits.new_per_second_per_host > 0 ||
         b.limits.when_full == WhenFull::kEvictOldest || b.blocks.kind != PortBlocks::Kind::kNone;
}

Hosts::Host& Hosts::host(uint32_t ip) {
  const FlowKey key{uint64_t{1} << 40 | ip, 0};
  if (Host* known = hosts_.find(key)) return *known;
  hosts_.put(key, Host(),
             [](const auto& flow) { return flow.value.mappings == 0 && flow.value.queue == 0; });
  return *hosts_.find(key);
}

uint32_t Hosts::mappings_of(uint32_t ip) { return host(ip).mappings; }

bool Hosts::may_open(uint32_t ip, Instant now) {
  if (behavior_->limits.new_per_second_per_host == 0) return true;
  Host& h = host(ip);
  const int64_t second = now.ns() / Duration::seconds(1).ns();
  if (h.second != second) {
    h.second = second;
    h.opened = 0;
  }
  if (h.opened >= behavior_->limits.new_per_second_per_host) return false;
  ++h.opened;
  return true;
}

void Hosts::on_open(const MappingRow& row) {
  Host& h = host(row.internal.ip());
  ++h.mappings;
  blocks_.use(row.external, 1);
  if (behavior_->limits.when_full != WhenFull::kEvictOldest) return;
  if (by_age_.empty()) by_age_.emplace_back();
  by_age_[0].push_back(row.id);
  if (behavior_->limits.mappings_per_host == 0) return;
  if (h.queue == 0) {
    h.queue = static_cast<uint32_t>(by_age_.size());
    by_age_.emplace_back();
  }
  by_age_[h.queue].push_back(row.id);
}

void Hosts::on_gone(const MappingRow& row, bool port_too) {
  if (!row.has(MappingRow::kResting)) --host(row.internal.ip()).mappings;
  if (port_too) blocks_.use(row.external, -1);
}

MappingRow* Hosts::oldest(uint32_t ip, MappingTable& rows, Instant now) {
  const uint32_t number = ip == 0 ? 0 : host(ip).queue;
  if (number >= by_age_.size()) return nullptr;
  std::deque<uint32_t>& queue = by_age_[number];
  while (!queue.empty()) {
    MappingRow* row = rows.find_id(queue.front());
    queue.pop_front();
    if (row && rows.alive(*row, now) && !row->is_static()) return row;
  }
  return nullptr;
}

void Hosts::clear() {
  hosts_.clear();
  blocks_.clear();
  by_age_.clear();
}

}  // namespace natbed
