#include "viz/nat_tables.h"

#include <algorithm>

namespace natbed::viz {
namespace {

uint64_t key_of(NodeId nat, RowId row) { return uint64_t{nat.value()} << 32 | row.value(); }

}  // namespace

void NatTables::on_event(const TraceEvent& event) {
  switch (event.kind) {
    case TraceKind::kMappingOpened: {
      if (tables_.size() <= event.node.value()) tables_.resize(event.node.value() + 1);
      Life life;
      life.first = {event.row,         event.protocol, event.source, event.new_source,
                    event.destination, event.at,       event.at,     event.until};
      life.refreshes.push_back({event.at, event.until});
      auto& table = tables_[event.node.value()];
      newest_[key_of(event.node, event.row)] = table.size();
      table.push_back(std::move(life));
      return;
    }
    case TraceKind::kMappingRefreshed:
      if (Life* life = newest(event.node, event.row))
        life->refreshes.push_back({event.at, event.until});
      return;
    case TraceKind::kMappingClosed:
      if (Life* life = newest(event.node, event.row)) life->closed = event.at;
      return;
    default:
      return;
  }
}

NatTables::Life* NatTables::newest(NodeId nat, RowId row) {
  const auto found = newest_.find(key_of(nat, row));
  return found == newest_.end() ? nullptr : &tables_[nat.value()][found->second];
}

const std::vector<NatTables::Life>* NatTables::table(NodeId nat) const {
  return nat.value() < tables_.size() ? &tables_[nat.value()] : nullptr;
}

// The refresh that counts at `t`; null if the row is not there then.
const NatTables::Refresh* NatTables::alive(const Life& life, Instant t) const {
  if (t < life.first.opened || t >= life.closed) return nullptr;
  const auto later = std::ranges::upper_bound(life.refreshes, t, {}, &Refresh::at);
  const Refresh& last = *(later - 1);
  return t < last.until ? &last : nullptr;
}

std::vector<TableRow> NatTables::rows(NodeId nat, Instant t) const {
  std::vector<TableRow> found;
  const auto* lives = table(nat);
  if (!lives) return found;
  for (const Life& life : *lives) {
    if (life.first.opened > t) break;
    const Refresh* last = alive(life, t);
    if (!last) continue;
    found.push_back(life.first);
    found.back().refreshed = last->at;
    found.back().expires = last->until;
  }
  return found;
}

size_t NatTables::row_count(NodeId nat, Instant t) const {
  const auto* lives = table(nat);
  if (!lives) return 0;
  return static_cast<size_t>(
      std::ranges::count_if(*lives, [&](const Life& life) { return alive(life, t) != nullptr; }));
}

}  // namespace natbed::viz
