// Hosts: what a box counts by internal address: mappings, how fast they come, how old they are.
//
// Only boxes with a quota, a rate or eviction need it (NatLimits); it listens to the table for rows
// that end, and passes that on to the blocks of ports.
#pragma once

#include <deque>
#include <vector>

#include "nat_models/flow_table.h"
#include "nat_models/mapping_table.h"
#include "nat_models/port_block_pool.h"

namespace natbed {

class Hosts final : public MappingTable::Listener {
 public:
  explicit Hosts(const NatBehavior* behavior) : behavior_(behavior), blocks_(&behavior->blocks) {}
  static bool needed(const NatBehavior& behavior);

  uint32_t mappings_of(uint32_t ip);
  // Whether the host may open one more within this second; counts it if so.
  bool may_open(uint32_t ip, Instant now);
  void on_open(const MappingRow& row);
  void on_gone(const MappingRow& row, bool port_too) override;
  // The row opened first that is still there: of the host, or of all if `ip` is 0. Null: none.
  MappingRow* oldest(uint32_t ip, MappingTable& rows, Instant now);
  PortBlockPool& blocks() { return blocks_; }
  void clear();

 private:
  struct Host {
    uint32_t mappings = 0;
    uint32_t opened = 0;  // within `second`
    int64_t second = -1;
    uint32_t queue = 0;  // in by_age_; 0: none yet
  };
  Host& host(uint32_t ip);

  const NatBehavior* behavior_;
  PortBlockPool blocks_;
  FlowTable<Host, 0> hosts_;
  std::vector<std::deque<uint32_t>> by_age_;  // ids, oldest first; [0]: of all hosts
};

}  // namespace natbed
