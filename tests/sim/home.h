// Homes for tests: a NAT, a LAN of 0.5 ms behind it and a host in the LAN, in one line.
#pragma once

#include "nat_models/behavior.h"
#include "tests/sim/probe.h"

namespace natbed::test {

// A well-behaved NAT (RFC 4787 throughout), and one that hairpins.
inline constexpr NatBehavior kHomeNat = {};
inline constexpr NatBehavior kHairpinNat = [] {
  NatBehavior behavior;
  behavior.set(&ProtocolBehavior::hairpin, Hairpin::kExternalSource);
  return behavior;
}();

struct Home {
  RealmId lan;
  NodeId nat, host;
  InterfaceId inside, nic;

  Home(World& world, std::string_view name, RealmId outside, std::string_view external,
       const NatBehavior& behavior = kHomeNat, std::string_view net = "192.168.0.") {
    const std::string n(name), prefix(net);
    const IpAddress address = ip(external);
    lan = world.add_realm(std::string_view(n + " lan"), RealmProfile::lan(500_us));
    nat = world.add_nat(std::string_view(n + " nat"), &behavior, outside, {&address, 1});
    inside = world.attach(nat, lan, ip(prefix + "1"));
    world.set_gateway(lan, inside);
    host = world.add_host(name);
    nic = world.attach(host, lan, ip(prefix + "2"));
  }
};

}  // namespace natbed::test
