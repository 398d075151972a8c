// Network: carries packets between interfaces, and does what routers and NAT boxes do on the way.
//
// Life of a packet: originate() finds the interface to leave by; transmit() passes the up link, the
// realm and (unless its outcome depends on the order of arrival) the down link in one go and
// schedules one arrival; on_arrive() hands it to the node: a host's sockets, a router, a NAT. Every
// packet ends in exactly one of deliver() and drop().
#pragma once

#include <span>
#include <vector>

#include "nat_models/nat.h"
#include "sim/kernel.h"

namespace natbed {

class SocketLayer;

class Network {
 public:
  Network(Kernel* kernel, SocketLayer* sockets) : k_(*kernel), sockets_(*sockets) {}
  void reset();

  // A NAT box; returns its outside interface, which has no address and no links yet.
  InterfaceId add_nat(const Name& name, const NatBehavior* behavior,
                      std::span<const IpAddress> external, RealmId outside);
  Nat& nat(NodeId node);
  // The box forgets what it knows: lets go of the packets that it held.
  void forget_held(NodeId node);
  void on_nat_timer(uint32_t box);

  // Sends a packet that `node` made: gives it an id, looks for the way out.
  void originate(NodeId node, Packet packet, ByteView payload);
  // The same in answer to what came in at `at`: out of there again, except that a router looks for
  // the way.
  void reply(InterfaceId at, const Packet& packet, ByteView payload);
  // The interface by which packets of `node` leave: the one that has `source` (the strong end
  // system model of RFC 1122 §3.3.4.2), else the one whose realm knows `destination`, else the
  // first that has a gateway for it, else the first. Invalid if the node has none.
  InterfaceId way_out(NodeId node, IpAddress source, IpAddress destination) const;

  // Fetches into the cache what on_arrive() will need at a NAT's interface, each step reading what
  // the one before fetched.
  void prefetch_nat(const Interface& at, IpAddress destination, uint32_t step) const;

  void on_arrive(PacketIndex slot);
  void on_enter_down(PacketIndex slot);
  void on_loopback(PacketIndex slot);

  // Ends a packet's life unhappily. `interface` may be invalid: it never reached one.
  void drop(PacketIndex slot, NodeId node, InterfaceId interface, const DropCause& cause);
  // Tells the source of a packet that came in at `at` what became of it: an ICMP error leaves from
  // there.
  void report(PacketIndex slot, InterfaceId at, IcmpType type, uint8_t code, uint16_t mtu = 0);

 private:
  struct NatBox {
    Nat nat;
    InterfaceId outside;
    Instant armed = Instant::never();  // the earliest timer event in the queue
  };
  // A packet that a box keeps, see Verdict::Action::kHold.
  struct HeldPacket {
    uint32_t box, ticket;
    PacketIndex slot;
    InterfaceId in;
  };

  void originate_from(InterfaceId from, Packet packet, ByteView payload);
  // Into the realm of `from`, to whoever takes the destination there.
  void send_out(InterfaceId from, PacketIndex slot);
  void transmit(InterfaceId from, InterfaceId to, PacketIndex slot);
  // Transmits in fragments of at most `mtu` bytes instead.
  void transmit_cut(InterfaceId from, InterfaceId to, PacketIndex slot, uint16_t mtu);
  uint32_t mtu_between(InterfaceId from, InterfaceId to) const;
  // As report(), about a packet that could not leave by `from`. A NAT has translated it already, so
  // its error takes the way back through the NAT.
  void report_departure(PacketIndex slot, InterfaceId from, uint8_t code, uint16_t mtu = 0);
  void deliver(PacketIndex slot, InterfaceId at);
  void route(PacketIndex slot, InterfaceId in);  // router.cc

  // nat_box.cc
  void translate(PacketIndex slot, InterfaceId in);
  void refuse(PacketIndex slot, InterfaceId in, const Verdict& verdict);
  // REQUIRES: what Nat::diagnose() does.
  DropCause cause_of(const NatBox& box, const Packet& packet, Side from,
                     const Verdict& verdict) const;
  void answer(PacketIndex slot, InterfaceId in, Answer answer, uint16_t mtu);
  void forward(NatBox& box, PacketIndex slot, const Verdict& verdict);
  // What the box lets go of now, and its next timer.
  void carry_out_releases(uint32_t box);
  void carry_out(NatBox& box, const Release& release);
  void send_to_inside(const NatBox& box, PacketIndex slot);
  void translate_own_error(const Packet& error, InterfaceId from);

  Kernel& k_;
  SocketLayer& sockets_;
  GrowingArray<NatBox> nats_;
  std::vector<HeldPacket> held_;  // few: they wait for a first fragment
};

}  // namespace natbed
