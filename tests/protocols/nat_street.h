// NatStreet: homes with real NAT boxes along a test wire, so that protocols meet the translator
// that they will meet in a world.
//
// Boxes act when a datagram is sent, not when it passes them: what arrives at a closed box has been
// dropped though the box may have opened meanwhile. That is a harder world than a real one, never
// an easier one.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "nat_models/nat.h"
#include "tests/support/wire.h"

namespace natbed::test {

class NatStreet {
 public:
  explicit NatStreet(Wire& wire) {
    wire.on_the_way = [this](Wire::Parcel& parcel) { return pass(parcel); };
  }
  NatStreet(const NatStreet&) = delete;
  NatStreet& operator=(const NatStreet&) = delete;

  // A box with one address outside, for one host inside. Returns its number.
  size_t add(const NatBehavior& behavior, IpAddress outside, IpAddress inside) {
    Home& home = homes_.emplace_back();
    home.behavior = std::make_unique<NatBehavior>(behavior);
    home.nat =
        std::make_unique<Nat>(home.behavior.get(), std::span(&outside, 1), Rng(homes_.size()));
    home.outside = outside;
    home.inside = inside;
    return homes_.size() - 1;
  }
  Nat& nat(size_t home) { return *homes_[home].nat; }
  void readdress(size_t home, IpAddress outside) {
    homes_[home].nat->readdress(std::span(&outside, 1));
    homes_[home].outside = outside;
  }
  // The host with the address `inner` is seen as `outer` by everybody, as if it had moved there.
  void alias(IpAddress inner, IpAddress outer) { alias_ = {inner, outer}; }
  // By how much a datagram is late, beyond the wire's own delay; seen with outside addresses.
  std::function<Duration(const Wire::Parcel&)> delay;
  // What else happens on the way, asked after the sender's box and before the receiver's. true:
  // dropped.
  std::function<bool(const Wire::Parcel&)> cut;

 private:
  struct Home {
    std::unique_ptr<NatBehavior> behavior;
    std::unique_ptr<Nat> nat;
    IpAddress outside, inside;
  };

  bool pass(Wire::Parcel& parcel) {
    for (Home& home : homes_) {
      if (parcel.source.ip == home.inside && !process(home, parcel, Side::kInside)) return false;
    }
    if (parcel.source.ip == alias_.first) parcel.source.ip = alias_.second;
    if (cut && cut(parcel)) return false;
    if (delay) parcel.extra_delay = delay(parcel);
    if (!alias_.first.is_unspecified()) {
      if (parcel.destination.ip == alias_.first) return false;
      if (parcel.destination.ip == alias_.second) parcel.destination.ip = alias_.first;
    }
    for (Home& home : homes_) {
      if (parcel.destination.ip == home.inside) return false;  // nobody routes private addresses
      if (parcel.destination.ip == home.outside) return process(home, parcel, Side::kOutside);
    }
    return true;
  }

  static bool process(Home& home, Wire::Parcel& parcel, Side from) {
    Packet packet;
    packet.source = parcel.source;
    packet.destination = parcel.destination;
    packet.protocol = Protocol::kUdp;
    packet.ttl = parcel.options.ttl;
    packet.payload_size = static_cast<uint32_t>(parcel.payload.size());
    const Verdict verdict = home.nat->process(packet, from, parcel.sent);
    if (verdict.action != Verdict::Action::kForward) return false;
    parcel.source = packet.source;
    parcel.destination = packet.destination;
    parcel.options.ttl = packet.ttl;
    return true;
  }

  std::vector<Home> homes_;
  std::pair<IpAddress, IpAddress> alias_;
};

}  // namespace natbed::test
