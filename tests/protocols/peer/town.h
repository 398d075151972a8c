// Town: two peers, what they need to meet, and NATs before them if a test wants that.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/peer/peer.h"
#include "protocols/rendezvous/server.h"
#include "protocols/stun/server.h"
#include "protocols/turn/server.h"
#include "tests/protocols/nat_street.h"
#include "tests/support/wire.h"

namespace natbed::test {

struct TownOptions {
  Wire::Options wire = {};
  const NatBehavior* nat_a = nullptr;  // null: public
  const NatBehavior* nat_b = nullptr;
  size_t relays = 0;
  uint8_t techniques = kAllTechniques;
  PeerConfig peers = {};  // what both share beyond that
  bool start_b = true;
};

class Town {
 public:
  static constexpr uint16_t kPort = 3478;
  static IpAddress ip_a() { return IpAddress::v4(198, 51, 100, 1); }
  static IpAddress ip_b() { return IpAddress::v4(198, 51, 100, 2); }
  static IpAddress inside_a() { return IpAddress::v4(192, 168, 1, 10); }
  static IpAddress inside_b() { return IpAddress::v4(192, 168, 2, 20); }
  static IpAddress relay_ip(size_t i) {
    return IpAddress::v4(203, 0, 113, static_cast<uint8_t>(10 + i));
  }
  static Endpoint meeting() { return {IpAddress::v4(203, 0, 113, 1), kPort}; }

  explicit Town(const TownOptions& options)
      : wire(options.wire),
        street(wire),
        stun({.primary = {IpAddress::v4(203, 0, 113, 2), kPort}}),
        rendezvous({.local = meeting()}, Rng(options.wire.seed).fork("rendezvous")) {
    wire.add("rendezvous", rendezvous, {meeting().ip});
    wire.add("stun", stun, {IpAddress::v4(203, 0, 113, 2)});
    for (size_t i = 0; i < options.relays; ++i) add_relay(i, options.wire.seed);
    a = std::make_unique<Peer>(config("alice", options), Rng(options.wire.seed).fork("alice"));
    b = std::make_unique<Peer>(config("bob", options), Rng(options.wire.seed).fork("bob"));
    if (options.nat_a) street.add(*options.nat_a, ip_a(), inside_a());
    if (options.nat_b) street.add(*options.nat_b, ip_b(), inside_b());
    alice = wire.add("alice", *a, {options.nat_a ? inside_a() : ip_a()});
    if (options.start_b) bob = wire.add("bob", *b, {options.nat_b ? inside_b() : ip_b()});
  }

  // Both register, then alice calls bob. Whether she reached him in time.
  bool connect(Duration limit = Duration::seconds(15)) {
    wire.run_for(Duration::seconds(2));
    wire.call(alice, [&](Instant now, Outbox& out) { a->connect(now, "bob", out); });
    return wire.run_until_event(alice, MachineEvent::Kind::kPathUp, limit);
  }
  bool ping() {
    const size_t before = wire.count(alice, MachineEvent::Kind::kEchoed);
    wire.call(alice, [&](Instant now, Outbox& out) { a->ping(now, "bob", out); });
    wire.run_for(Duration::seconds(1));
    return wire.count(alice, MachineEvent::Kind::kEchoed) > before;
  }
  PathKind way() const { return a->path("bob").kind; }
  PathKind way_back() const { return b->path("alice").kind; }

  Wire wire;
  NatStreet street;
  StunServer stun;
  RendezvousServer rendezvous;
  std::vector<std::unique_ptr<TurnServer>> relays;
  std::unique_ptr<Peer> a, b;
  size_t alice = 0, bob = 0;

 private:
  static Name relay_name(size_t i) { return Name("relay-" + std::to_string(i)); }

  void add_relay(size_t i, uint64_t seed) {
    relays.push_back(std::make_unique<TurnServer>(
        TurnServerConfig{
            .listen = {relay_ip(i), kPort}, .relay_ip = relay_ip(i), .users = {{"user", "secret"}}},
        Rng(seed).fork(100 + i)));
    wire.add(std::string(relay_name(i)), *relays.back(), {relay_ip(i)});
  }

  PeerConfig config(const char* name, const TownOptions& options) const {
    PeerConfig config = options.peers;
    config.name = name;
    config.rendezvous = meeting();
    config.stun_servers = {{IpAddress::v4(203, 0, 113, 2), kPort}};
    config.techniques = options.techniques;
    for (size_t i = 0; i < options.relays; ++i) {
      config.relays.push_back({relay_name(i), {relay_ip(i), kPort}, "user", "secret"});
    }
    return config;
  }
};

}  // namespace natbed::test
