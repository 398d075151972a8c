// Behaviours that meet the RFCs, built from the axes: a home's, a carrier's, and the worked example
// of RFC 7422.
#pragma once

#include "nat_models/behavior.h"

namespace natbed::test {

inline NatBehavior conformant_home() {
  NatBehavior b;
  b.set(&ProtocolBehavior::mapping, Dependence::kEndpointIndependent);
  b.set(&ProtocolBehavior::filtering, Dependence::kAddressDependent);
  b.set(&ProtocolBehavior::hairpin, Hairpin::kExternalSource);
  b.set(&PortRules::classes, PortClasses::kWellKnown);
  b.set(&PortRules::parity, true);
  b.unsolicited_syn = UnsolicitedSyn::kHold;
  b.identification = Identification::kRewritten;
  b.limits.mappings = 2000;  // soon full: tests are quick
  return b;
}

inline NatBehavior conformant_carrier() {
  NatBehavior b = conformant_home();
  b.set(&ProtocolBehavior::filtering, Dependence::kEndpointIndependent);
  b.set(&PortRules::allocation, PortAllocation::kRandom);
  b.set(&PortRules::classes, PortClasses::kNone);
  b.set(&PortRules::hold, Duration::seconds(120));
  b.blocks.kind = PortBlocks::Kind::kDynamic;
  b.blocks.size = 512;
  b.limits.mappings_per_host = 300;
  b.limits.new_per_second_per_host = 100;
  b.limits.refusal = Refusal::kHostUnreachable;
  b.bypass[0] = {198u << 24 | 18u << 16, 15};
  return b;
}

// RFC 7422 §2.3: C = 14, D = 2, at most 5040 ports for a host.
inline NatBehavior deterministic_example() {
  NatBehavior b = conformant_carrier();
  b.blocks.kind = PortBlocks::Kind::kDeterministic;
  b.blocks.inside_first = 198u << 24 | 51u << 16 | 100u << 8 | 1;
  b.blocks.hosts_per_address = 14;
  b.blocks.dynamic_share = 2;
  b.blocks.size = 1008;
  b.blocks.per_host = 1;
  b.set(&PortRules::hold, Duration::zero());
  b.set(&PortRules::parity, false);
  b.limits.mappings = 65536;
  b.limits.mappings_per_host = 0;
  b.limits.new_per_second_per_host = 0;
  return b;
}

}  // namespace natbed::test
