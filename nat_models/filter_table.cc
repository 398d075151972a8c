#include "nat_models/filter_table.h"

namespace natbed {

uint64_t FilterTable::owner(const NatBehavior& behavior, const MappingRow& row) {
  const uint64_t who = behavior.of(row.protocol).filter_scope == FilterScope::kMapping
                           ? uint64_t{row.id}
                           : row.internal.key();
  return uint64_t{static_cast<uint8_t>(row.protocol)} << 56 | who;
}

void FilterTable::sent(const NatBehavior& behavior, const MappingRow& row, V4Endpoint remote,
                       Instant now) {
  if (behavior.of(row.protocol).filtering == Dependence::kEndpointIndependent) return;
  // A static row admits anyone; what it sends opens the filters of its neighbours for the longest
  // UDP or TCP time.
  Timer timer = row.timer;
  if (row.is_static())
    timer = row.protocol == Protocol::kTcp ? Timer::kTcpEstablished : Timer::kUdp;
  const FlowKey key{owner(behavior, row), scope(behavior.of(row.protocol).filtering, remote).key()};
  if (Entry* entry = flows_.find(key)) {
    if (behavior.of(row.protocol).refresh != Refresh::kInbound || !entry->alive(now, behavior))
      entry->used = now;
    entry->timer = timer;
    return;
  }
  flows_.put(key, {now, timer}, [&](const auto& flow) { return !flow.value.alive(now, behavior); });
}

FilterTable::Entry* FilterTable::find(const NatBehavior& behavior, const MappingRow& row,
                                      V4Endpoint remote, Instant now) {
  Entry* entry =
      flows_.find({owner(behavior, row), scope(behavior.of(row.protocol).filtering, remote).key()});
  return entry && entry->alive(now, behavior) ? entry : nullptr;
}

void FilterTable::received(const NatBehavior& behavior, const MappingRow& row, Entry& entry,
                           Instant now) {
  entry.timer = row.timer;
  if (behavior.of(row.protocol).refresh != Refresh::kOutbound) entry.used = now;
}

}  // namespace natbed
