// Sockets of both transports: finding, binding, closing them.

#include "base/check.h"
#include "sim/machine_runner.h"
#include "sim/network.h"
#include "sim/socket_layer.h"

namespace natbed {

void SocketLayer::reset() {
  sockets_.clear();
  free_sockets_.clear();
  by_id_.clear();
  by_port_.clear();
  streams_.clear();
  free_streams_.clear();
  by_flow_.clear();
  datagrams_.clear();
  output_.clear();
}

void SocketLayer::on_packet(PacketIndex slot, InterfaceId at) {
  if (k_.packets[slot].packet.is_fragment()) [[unlikely]]
    return on_fragment(slot, at);
  switch (k_.packets[slot].packet.protocol) {
    case Protocol::kUdp:
      return on_datagram(slot, at);
    case Protocol::kTcp:
      return on_segment(slot, at);
    case Protocol::kIcmp:
    case Protocol::kIcmpV6:
      return on_icmp(slot, at);
  }
}

void SocketLayer::carry_out(MachineId machine, NodeId node, const Outbox::Command& command,
                            ByteView payload) {
  switch (command.kind) {
    case Outbox::Kind::kOpenUdp:
      return open_udp(machine, node, command);
    case Outbox::Kind::kListen:
      return listen(machine, node, command);
    case Outbox::Kind::kConnect:
      return connect(machine, node, command);
    default:
      break;
  }
  // The others name a socket; one that is gone (the far end was faster) is no error.
  const uint32_t socket = find(machine, command.socket);
  if (socket == FlatIndex::kNone) return;
  switch (command.kind) {
    case Outbox::Kind::kSend:
      if (sockets_[socket].kind == Kind::kUdp) send_datagram(sockets_[socket], command, payload);
      return;
    case Outbox::Kind::kWrite:
      return write(socket, payload);
    case Outbox::Kind::kFinish:
      return finish(socket);
    case Outbox::Kind::kReset:
      return abort_stream(socket, Farewell::kReset);
    case Outbox::Kind::kClose:
      switch (sockets_[socket].kind) {
        case Kind::kStream:
          return orphan_stream(socket);
        case Kind::kListener:
          return close_listener(socket);
        default:
          return close(socket);
      }
    default:
      NATBED_CHECK(false, "a command of an unknown kind");
  }
}

uint32_t SocketLayer::find(MachineId machine, SocketId id) const {
  const uint32_t newest = runner_.first_socket(machine);  // most machines have one
  if (newest != FlatIndex::kNone && sockets_[newest].id == id) return newest;
  return by_id_.find(id_hash(machine, id), [&](uint32_t i) {
    return sockets_[i].machine == machine && sockets_[i].id == id;
  });
}

// The socket that takes what comes to `local`: one bound to that very address before one bound to
// any.
uint32_t SocketLayer::find_bound(Kind kind, NodeId node, const Endpoint& local) const {
  uint32_t any_address = FlatIndex::kNone;
  const auto takes = [&](uint32_t i) {
    const Socket& s = sockets_[i];
    if (s.node != node || s.kind != kind || s.local.port != local.port) return false;
    if (s.local.ip == local.ip) return true;
    if (s.local.ip.is_unspecified()) any_address = i;
    return false;
  };
  const uint32_t exact = by_port_.find(port_hash(kind, node, local.port), takes);
  return exact != FlatIndex::kNone ? exact : any_address;
}

template <class InTheWay>
bool SocketLayer::is_bound(Kind kind, NodeId node, const Endpoint& local,
                           InTheWay in_the_way) const {
  const auto conflicts = [&](uint32_t i) {
    const Socket& s = sockets_[i];
    return s.node == node && s.local.port == local.port && in_the_way(s.kind) &&
           (s.local.ip == local.ip || s.local.ip.is_unspecified() || local.ip.is_unspecified());
  };
  return by_port_.find(port_hash(kind, node, local.port), conflicts) != FlatIndex::kNone;
}

// A port that no socket of the transport uses, from the node's own stream; 0 if all are taken.
uint16_t SocketLayer::pick_port(Kind kind, NodeId node_id, IpAddress ip) {
  Node& node = k_.topology[node_id];
  Rng stream = k_.root.fork("ephemeral ports").fork(node.key).fork(node.draws++);
  const auto start = static_cast<uint32_t>(stream.below(kEphemeralCount));
  const bool udp = kind == Kind::kUdp;
  const auto same_transport = [&](Kind other) { return (other == Kind::kUdp) == udp; };
  for (uint32_t i = 0; i < kEphemeralCount; ++i) {
    const auto port = static_cast<uint16_t>(kFirstEphemeral + (start + i) % kEphemeralCount);
    if (!is_bound(kind, node_id, {ip, port}, same_transport)) return port;
  }
  return 0;
}

// Binds a new socket; kNone if the id or the port is taken or the address is not the node's.
// Streams may share a port with each other and with a listener: hole punching needs just that.
uint32_t SocketLayer::open(Kind kind, NodeId node, MachineId machine, SocketId id, Endpoint local) {
  if (local.ip.is_unspecified()) {
    local.ip = IpAddress();
  } else {
    const InterfaceId owner = network_.way_out(node, local.ip, {});
    if (!owner.valid() || !k_.topology.owns(owner, local.ip)) return FlatIndex::kNone;
  }
  if (find(machine, id) != FlatIndex::kNone) return FlatIndex::kNone;
  if (local.port == 0) local.port = pick_port(kind, node, local.ip);
  if (local.port == 0) return FlatIndex::kNone;
  const auto same_kind = [&](Kind other) { return other == kind; };
  if (kind != Kind::kStream && is_bound(kind, node, local, same_kind)) return FlatIndex::kNone;
  return add(kind, node, machine, id, local);
}

uint32_t SocketLayer::add(Kind kind, NodeId node, MachineId machine, SocketId id, Endpoint local) {
  uint32_t index = sockets_.size();
  if (free_sockets_.empty()) {
    sockets_.push_back({});
  } else {
    index = free_sockets_.back();
    free_sockets_.pop_back();
  }
  uint32_t& first = runner_.first_socket(machine);
  sockets_[index] = {local, kind, node, machine, id, first};
  first = index;
  by_id_.add(id_hash(machine, id), index);
  by_port_.add(port_hash(kind, node, local.port), index);
  return index;
}

void SocketLayer::close(uint32_t index) {
  Socket& socket = sockets_[index];
  uint32_t* link = &runner_.first_socket(socket.machine);
  while (*link != index) link = &sockets_[*link].next;
  *link = socket.next;
  by_id_.remove(id_hash(socket.machine, socket.id), index);
  by_port_.remove(port_hash(socket.kind, socket.node, socket.local.port), index);
  socket = Socket();
  free_sockets_.push_back(index);
}

void SocketLayer::close_all(MachineId machine, Farewell farewell) {
  while (runner_.first_socket(machine) != FlatIndex::kNone) {
    const uint32_t socket = runner_.first_socket(machine);
    sockets_[socket].kind == Kind::kStream ? abort_stream(socket, farewell) : close(socket);
  }
}

void SocketLayer::on_address_change(InterfaceId interface, IpAddress old) {
  const NodeId node = k_.topology[interface].node;
  for (MachineId m = runner_.first_on(node); m.valid(); m = runner_.next_on(m)) {
    uint32_t next = FlatIndex::kNone;
    for (uint32_t i = runner_.first_socket(m); i != FlatIndex::kNone; i = next) {
      next = sockets_[i].next;
      Socket& socket = sockets_[i];
      if (socket.local.ip != old && !socket.local.ip.is_unspecified()) continue;
      if (socket.local.ip == old) socket.local.ip = k_.topology[interface].address;
      SocketEvent event;
      event.kind = SocketEvent::Kind::kMoved;
      event.socket = socket.id;
      event.local = shown_local(socket);
      if (socket.kind == Kind::kStream) {
        event.kind = SocketEvent::Kind::kReset;
        abort_stream(i, Farewell::kSilence);
      }
      runner_.tell(m, event);
    }
  }
}

// What a socket is called to its machine: the node's first address stands for "any".
Endpoint SocketLayer::shown_local(const Socket& socket) const {
  if (!socket.local.ip.is_unspecified()) return socket.local;
  const InterfaceId first = k_.topology[socket.node].first;
  return {first.valid() ? k_.topology[first].address : IpAddress(), socket.local.port};
}

}  // namespace natbed
