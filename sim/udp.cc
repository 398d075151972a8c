// UDP sockets (RFC 768, RFC 1122 §4.1).

#include "sim/machine_runner.h"
#include "sim/network.h"
#include "sim/socket_layer.h"

namespace natbed {

void SocketLayer::open_udp(MachineId machine, NodeId node, const Outbox::Command& command) {
  SocketEvent event;
  event.socket = command.socket;
  const uint32_t socket = open(Kind::kUdp, node, machine, command.socket, command.local);
  if (socket == FlatIndex::kNone) {
    event.kind = SocketEvent::Kind::kFailed;
    event.local = command.local;
  } else {
    event.kind = SocketEvent::Kind::kOpened;
    event.local = shown_local(sockets_[socket]);
  }
  runner_.tell(machine, event);
}

void SocketLayer::send_datagram(const Socket& socket, const Outbox::Command& command,
                                ByteView payload) {
  Packet packet;
  packet.source = socket.local;
  packet.destination = command.remote;
  packet.protocol = Protocol::kUdp;
  packet.ttl = command.options.ttl;
  packet.dont_fragment = command.options.dont_fragment;
  packet.traffic = command.options.traffic;
  network_.originate(socket.node, packet, payload);
}

// On one port sockets of an address exclude one of any: the first that fits is the right one.
bool SocketLayer::takes_datagram(const Socket& s, NodeId node, const Endpoint& local) {
  return s.kind == Kind::kUdp && s.node == node && s.local.port == local.port &&
         (s.local.ip == local.ip || s.local.ip.is_unspecified());
}

void SocketLayer::on_datagram(PacketIndex slot, InterfaceId at) {
  const PacketSlot& s = k_.packets[slot];
  Interface& interface = k_.topology[at];
  const NodeId node = interface.node;
  const bool host = interface.node_kind == NodeKind::kHost;
  uint32_t index = host ? interface.detail : FlatIndex::kNone;
  if (index >= sockets_.size() || !takes_datagram(sockets_[index], node, s.packet.destination)) {
    index = find_bound(Kind::kUdp, node, s.packet.destination);
    if (host) interface.detail = index;
  }
  if (index == FlatIndex::kNone) {
    network_.report(slot, at, IcmpType::kUnreachable, kPortUnreachable);
    return network_.drop(slot, node, at, DropReason::kNoSocket);
  }
  ++k_.counters.delivered;
  k_.trace.delivered(node, s.packet);
  const Socket& socket = sockets_[index];
  runner_.on_datagram(socket.machine,
                      {socket.id, s.packet.destination, s.packet.source, k_.packets.payload(s)});
  k_.packets.release(slot);
}

}  // namespace natbed
