// Runs made by hand: two homes with a punched path, twelve relays with churn, and crowds of any
// size.
#pragma once

#include <string>
#include <vector>

#include "tests/viz/run_builder.h"

namespace natbed::test {

// Alice at home, Bob behind a carrier's NAT as well. STUN, introduction, probes of which two are
// filtered, a punched path at 400 ms, data, and a reboot of Alice's box at 1500 ms after which a
// relay takes over at 1700 ms.
struct TwoHomes {
  RunBuilder run;
  NodeId stun, relay, alice, bob, alice_nat, bob_nat, carrier_nat;
  RealmId core;

  TwoHomes() {
    core = run.realm(RealmKind::kCore, "core");
    const RealmId alice_lan = run.realm(RealmKind::kLan, "alice-lan");
    const RealmId carrier = run.realm(RealmKind::kCarrier, "carrier");
    const RealmId bob_lan = run.realm(RealmKind::kLan, "bob-lan");
    stun = run.host("stun", core, "198.51.100.1");
    relay = run.host("relay", core, "198.51.100.2");
    alice_nat =
        run.nat("alice-home (port-restricted)", core, "203.0.113.1", alice_lan, "192.168.1.1");
    alice = run.host("alice", alice_lan, "192.168.1.2");
    carrier_nat = run.nat("carrier (cgnat)", core, "203.0.113.9", carrier, "100.64.0.1");
    bob_nat = run.nat("bob-home (linux)", carrier, "100.64.0.2", bob_lan, "192.168.1.1");
    bob = run.host("bob", bob_lan, "192.168.1.2");
    ask_stun();
    punch();
    lose_path();
  }

 private:
  void ask_stun() {
    const Duration hop = Duration::milliseconds(20);
    const std::vector<NodeId> a = {alice, alice_nat, stun}, b = {bob, bob_nat, carrier_nat, stun};
    Instant there = run.send(at_ms(10), a, hop, Traffic::kStun);
    run.send(there, {stun, alice_nat, alice}, hop, Traffic::kStun);
    there = run.send(at_ms(10), b, hop, Traffic::kStun);
    run.send(there, {stun, carrier_nat, bob_nat, bob}, hop, Traffic::kStun);
    run.send(at_ms(130), {alice, alice_nat, relay}, hop, Traffic::kRendezvous);
    run.send(at_ms(170), {relay, carrier_nat, bob_nat, bob}, hop, Traffic::kRendezvous);
    run.mapping(at_ms(30), TraceKind::kMappingOpened, alice_nat, 1, Duration::seconds(2),
                "192.168.1.2:5000", "203.0.113.1:5000");
    run.mapping(at_ms(600), TraceKind::kMappingRefreshed, alice_nat, 1, Duration::seconds(2));
    run.mapping(at_ms(31), TraceKind::kMappingOpened, alice_nat, 2, Duration::milliseconds(300),
                "192.168.1.2:5001", "203.0.113.1:5001");
    run.mapping(at_ms(30), TraceKind::kMappingOpened, bob_nat, 1, Duration::seconds(30),
                "192.168.1.2:5000", "100.64.0.2:5000");
    run.mapping(at_ms(50), TraceKind::kMappingOpened, carrier_nat, 1, Duration::seconds(30),
                "100.64.0.2:5000", "203.0.113.9:40012");
    run.machine(at_ms(60), alice, MachineEvent::Kind::kRegistered, "stun");
    run.machine(at_ms(240), bob, MachineEvent::Kind::kIntroduced, "alice");
  }
  void punch() {
    const Duration hop = Duration::milliseconds(25);
    run.send(at_ms(250), {alice, alice_nat, carrier_nat}, hop, Traffic::kProbe);
    run.drop(at_ms(300), carrier_nat, DropReason::kFiltered, Traffic::kProbe, run.last_packet());
    run.send(at_ms(270), {alice, alice_nat, carrier_nat}, hop, Traffic::kProbe);
    run.drop(at_ms(320), carrier_nat, DropReason::kFiltered, Traffic::kProbe, run.last_packet());
    run.send(at_ms(300), {bob, bob_nat, carrier_nat, alice_nat, alice}, hop, Traffic::kProbe);
    run.path_up(at_ms(400), alice, "bob", PathKind::kPunched, Duration::milliseconds(83));
    run.path_up(at_ms(420), bob, "alice", PathKind::kPunched, Duration::milliseconds(83));
    for (int i = 0; i < 12; ++i) {
      const Instant at = at_ms(430 + 80 * i);
      if (i % 2) run.send(at, {alice, alice_nat, carrier_nat, bob_nat, bob}, hop, Traffic::kData);
      if (i % 2 == 0)
        run.send(at, {bob, bob_nat, carrier_nat, alice_nat, alice}, hop, Traffic::kData);
    }
    run.say(at_ms(420), TraceKind::kRecord,
            R"({"ok":true,"path":"punched","ms":83.25,"packets":14})");
    run.say(at_ms(425), TraceKind::kNote, "bob is reached");
  }
  void lose_path() {
    run.say(at_ms(1500), TraceKind::kFault, "reboot", alice_nat);
    run.mapping(at_ms(1500), TraceKind::kMappingClosed, alice_nat, 1, Duration::zero());
    run.send(at_ms(1510), {bob, bob_nat, carrier_nat, alice_nat}, Duration::milliseconds(20),
             Traffic::kData);
    run.drop(at_ms(1570), alice_nat, DropReason::kNoMapping, Traffic::kData, run.last_packet());
    run.machine(at_ms(1600), alice, MachineEvent::Kind::kPathDown, "bob");
    run.machine(at_ms(1600), bob, MachineEvent::Kind::kPathDown, "alice");
    run.relay_chosen(at_ms(1650), alice, "relay", Duration::milliseconds(120));
    run.path_up(at_ms(1700), alice, "bob", PathKind::kRelayed, Duration::milliseconds(120));
    run.send(at_ms(1710), {alice, alice_nat, relay}, Duration::milliseconds(30), Traffic::kRelay);
    run.send(at_ms(1770), {relay, carrier_nat, bob_nat, bob}, Duration::milliseconds(30),
             Traffic::kRelay);
    run.say(at_ms(2000), TraceKind::kNote, "end");
  }
};

inline std::string address(const char* prefix, size_t i) {
  return prefix + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
}

// `pairs` pairs of hosts behind NATs, each pair over one of `relays` relays; the first relay goes
// down half-way.
struct RelayChoice {
  RunBuilder run;
  std::vector<NodeId> relays, nats, hosts;

  RelayChoice(size_t relay_count, size_t pairs) {
    const RealmId core = run.realm(RealmKind::kCore, "core");
    const NodeId stun = run.host("stun", core, "198.51.100.250");
    for (size_t i = 0; i < relay_count; ++i) {
      relays.push_back(run.host("relay-" + std::to_string(i + 1), core, address("198.51.", i)));
    }
    for (size_t i = 0; i < 2 * pairs; ++i) {
      const std::string name = "peer-" + std::to_string(i + 1);
      const RealmId lan = run.realm(RealmKind::kLan, name + "-lan");
      nats.push_back(
          run.nat(name + "-nat (symmetric)", core, address("203.0.", i), lan, "192.168.0.1"));
      hosts.push_back(run.host(name, lan, "192.168.0.2"));
      run.send(at_ms(static_cast<int64_t>(10 + 3 * i)), {hosts[i], nats[i], stun},
               Duration::milliseconds(30), Traffic::kStun);
    }
    for (size_t i = 0; i < pairs; ++i) connect(i, i * 5 % relay_count);
    run.say(at_ms(900), TraceKind::kFault, "power off", relays[0]);
    run.say(at_ms(1500), TraceKind::kRecord,
            R"({"pairs":6,"relays_used":5,"median_ms":142.5,"failed":0})");
  }

 private:
  void connect(size_t pair, size_t relay) {
    const size_t a = 2 * pair, b = 2 * pair + 1;
    const Duration round_trip = Duration::milliseconds(static_cast<int64_t>(60 + 17 * pair));
    const Instant at = at_ms(static_cast<int64_t>(300 + 40 * pair));
    const std::string a_name = "peer-" + std::to_string(a + 1),
                      b_name = "peer-" + std::to_string(b + 1);
    run.relay_chosen(at, hosts[a], "relay-" + std::to_string(relay + 1), round_trip);
    run.relay_chosen(at, hosts[b], "relay-" + std::to_string(relay + 1), round_trip);
    run.path_up(at, hosts[a], b_name, PathKind::kRelayed, round_trip);
    run.path_up(at, hosts[b], a_name, PathKind::kRelayed, round_trip);
    for (int i = 0; i < 4; ++i) {
      const Instant then = at + Duration::milliseconds(120 * i);
      run.send(then, {hosts[a], nats[a], relays[relay], nats[b], hosts[b]},
               Duration::milliseconds(25), Traffic::kRelay);
      if (i == 2)
        run.send(then, {hosts[b], nats[b], relays[relay], nats[a], hosts[a]},
                 Duration::milliseconds(25), Traffic::kRelay);
    }
  }
};

// `homes` homes of `hosts_each` hosts around a core with `servers` servers, a third of the homes
// behind a carrier.
inline RunBuilder crowd(size_t homes, size_t hosts_each, size_t servers) {
  RunBuilder run;
  const RealmId core = run.realm(RealmKind::kCore, "core");
  const RealmId carrier = run.realm(RealmKind::kCarrier, "big carrier");
  if (homes >= 3) run.nat("cgn (cgnat)", core, "203.0.250.1", carrier, "100.64.250.1");
  for (size_t i = 0; i < servers; ++i)
    run.host("server-" + std::to_string(i + 1), core, address("198.51.", i));
  for (size_t i = 0; i < homes; ++i) {
    const std::string name = "home-" + std::to_string(i + 1);
    const RealmId lan = run.realm(RealmKind::kLan, name + "-lan");
    const bool carried = homes >= 3 && i % 3 == 0;
    run.nat(name + " (linux)", carried ? carrier : core, address(carried ? "100.64." : "203.0.", i),
            lan, "192.168.0.1");
    for (size_t k = 0; k < hosts_each; ++k) {
      run.host("host-" + std::to_string(i + 1) + "-" + std::to_string(k + 1), lan,
               "192.168.0." + std::to_string(k + 2));
    }
  }
  run.say(at_ms(100), TraceKind::kNote, "end");
  return run;
}

}  // namespace natbed::test
