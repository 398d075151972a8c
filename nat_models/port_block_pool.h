// PortBlockPool: the ports of a box' public addresses in blocks, given to internal addresses as a whole
// (RFC 6888 REQ-14), and the fixed shares of RFC 7422.
//
// A block is free again once none of its ports is in use. Blocks lie back to back in the box' port
// range, on each address; those of RFC 7422 lie in the dynamic part behind the fixed shares.
#pragma once

#include <optional>
#include <vector>

#include "base/rng.h"
#include "nat_models/port_rules.h"
#include "nat_models/v4_endpoint.h"

namespace natbed {

// Where the fixed share of an internal address lies (RFC 7422 §2).
struct FixedShare {
  uint32_t address = 0;  // index of the external address
  PortRange ports;
};

class PortBlockPool {
 public:
  explicit PortBlockPool(const PortBlocks* rules) : rules_(rules) {}

  // RFC 7422 §2.2: internal address to external address and ports. Empty: outside the plan.
  // `range`: the ports of an address that are shared out.
  static std::optional<FixedShare> fixed_share(const PortBlocks& rules, PortRange range,
                                               size_t addresses, uint32_t internal);
  // The other way: who inside has that port; 0 if it is nobody's.
  static uint32_t owner_of(const PortBlocks& rules, PortRange range, uint32_t address,
                           uint16_t port);

  // The blocks that `internal` has on `external`, added to `ranges`.
  void blocks_of(uint32_t internal, uint32_t external, PortRange range,
                 std::vector<PortRange>* ranges);
  // One more block on `external` for it, a random free one. Empty: it has as many as it may, or none
  // is free.
  std::optional<PortRange> take(uint32_t internal, uint32_t external, PortRange range, Rng& rng);
  // `change`: one more (1) or less (-1) port of a block in use.
  void use(V4Endpoint external, int change);
  void clear() { addresses_.clear(); }

 private:
  struct Block {
    uint32_t owner = 0;  // internal address; 0: free
    uint32_t used = 0;   // ports
  };
  struct Address {
    uint32_t ip = 0;
    PortRange range;  // that is cut into blocks
    std::vector<Block> blocks;
  };
  Address& address(uint32_t external, PortRange range);
  PortRange range_of(const Address& address, size_t block) const;

  const PortBlocks* rules_;
  std::vector<Address> addresses_;
};

}  // namespace natbed
