// What a host does with ICMP (RFC 792, RFC 1122 §3.2.2): answers echo, tells sockets of errors.

#include "sim/machine_runner.h"
#include "sim/network.h"
#include "sim/socket_layer.h"

namespace natbed {

void SocketLayer::on_icmp(PacketIndex slot, InterfaceId at) {
  const PacketSlot& s = k_.packets[slot];
  const NodeId node = k_.topology[at].node;
  ++k_.counters.delivered;
  k_.trace.delivered(node, s.packet);
  if (s.packet.icmp.type == IcmpType::kEchoRequest) answer_echo(s, at);
  if (s.packet.icmp.is_error()) on_icmp_error(s.packet, node);
  k_.packets.release(slot);
}

void SocketLayer::answer_echo(const PacketSlot& request, InterfaceId at) {
  Packet reply;
  reply.source = {request.packet.destination.ip, 0};
  reply.destination = request.packet.source;  // its port is the identifier
  reply.protocol = request.packet.protocol;
  reply.traffic = request.packet.traffic;
  reply.icmp.type = IcmpType::kEchoReply;
  reply.icmp.sequence = request.packet.icmp.sequence;
  network_.reply(at, reply, k_.packets.payload(request));
}

// Time exceeded is no verdict on the remote: a datagram of few hops was meant to die on its way.
void SocketLayer::on_icmp_error(const Packet& error, NodeId node) {
  const IcmpFields& icmp = error.icmp;
  if (icmp.type != IcmpType::kUnreachable) return;
  if (icmp.inner_protocol == Protocol::kTcp) return on_tcp_unreachable(icmp, node);
  if (icmp.inner_protocol != Protocol::kUdp) return;
  const uint32_t index = find_bound(Kind::kUdp, node, icmp.inner_source);
  if (index == FlatIndex::kNone) return;
  SocketEvent event;
  event.kind = SocketEvent::Kind::kUnreachable;
  event.socket = sockets_[index].id;
  event.local = icmp.inner_source;
  event.remote = icmp.inner_destination;
  runner_.tell(sockets_[index].machine, event);
}

}  // namespace natbed
