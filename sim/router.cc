// What a router does with a packet: count down its hops, find the realm that knows the way, send it
// on.

#include "sim/network.h"

namespace natbed {

void Network::route(PacketIndex slot, InterfaceId in) {
  Packet& packet = k_.packets[slot].packet;
  const NodeId node = k_.topology[in].node;
  for (InterfaceId i = k_.topology[node].first; i.valid(); i = k_.topology[i].next) {
    if (k_.topology.owns(i, packet.destination.ip)) return deliver(slot, i);
  }
  if (packet.ttl <= 1) {
    report(slot, in, IcmpType::kTimeExceeded, 0);
    return drop(slot, node, in, DropReason::kTtlExpired);
  }
  --packet.ttl;
  send_out(way_out(node, {}, packet.destination.ip), slot);
}

}  // namespace natbed
