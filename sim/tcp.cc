// Streams: which connection a segment belongs to, listeners, and what machines ask of connections.

#include <utility>

#include "sim/machine_runner.h"
#include "sim/network.h"
#include "sim/socket_layer.h"

namespace natbed {

void SocketLayer::listen(MachineId machine, NodeId node, const Outbox::Command& command) {
  SocketEvent event;
  event.socket = command.socket;
  const uint32_t socket = open(Kind::kListener, node, machine, command.socket, command.local);
  const bool opened = socket != FlatIndex::kNone;
  event.kind = opened ? SocketEvent::Kind::kOpened : SocketEvent::Kind::kFailed;
  event.local = opened ? shown_local(sockets_[socket]) : command.local;
  runner_.tell(machine, event);
}

void SocketLayer::connect(MachineId machine, NodeId node, const Outbox::Command& command) {
  Endpoint local = command.local;
  if (local.ip.is_unspecified()) {
    const InterfaceId from = network_.way_out(node, {}, command.remote.ip);
    if (from.valid()) local.ip = k_.topology[from].address;
  }
  const bool taken = find_stream(node, local, command.remote) != FlatIndex::kNone;
  const uint32_t socket = taken || local.ip.is_unspecified()
                              ? FlatIndex::kNone
                              : open(Kind::kStream, node, machine, command.socket, local);
  if (socket == FlatIndex::kNone) {
    SocketEvent event;
    event.kind = SocketEvent::Kind::kFailed;
    event.socket = command.socket;
    event.local = local;
    event.remote = command.remote;
    return runner_.tell(machine, event);
  }
  const uint32_t stream = add_stream(node, sockets_[socket].local, command.remote, socket);
  Rng rng = sequence_stream(node);
  streams_[stream].connection.connect(k_.now, rng, output_);
  flush(stream);
}

void SocketLayer::write(uint32_t socket, ByteView data) {
  const uint32_t stream = sockets_[socket].stream;
  if (stream == FlatIndex::kNone) return;
  streams_[stream].connection.write(k_.now, data, output_);
  flush(stream);
}

void SocketLayer::finish(uint32_t socket) {
  const uint32_t stream = sockets_[socket].stream;
  if (stream == FlatIndex::kNone) return;
  streams_[stream].connection.finish(k_.now, output_);
  flush(stream);
}

void SocketLayer::abort_stream(uint32_t socket, Farewell farewell) {
  const uint32_t stream = sockets_[socket].stream;
  if (stream == FlatIndex::kNone) return;
  streams_[stream].connection.reset(output_);
  if (farewell == Farewell::kSilence) output_.clear();
  flush(stream);
}

// Streams on their way to the listener end with it.
void SocketLayer::close_listener(uint32_t socket) {
  const auto [machine, id] = std::pair(sockets_[socket].machine, sockets_[socket].id);
  close(socket);
  uint32_t next = FlatIndex::kNone;
  for (uint32_t i = runner_.first_socket(machine); i != FlatIndex::kNone; i = next) {
    next = sockets_[i].next;
    const uint32_t stream = sockets_[i].stream;
    if (stream != FlatIndex::kNone && streams_[stream].listener == id) {
      abort_stream(i, Farewell::kReset);
    }
  }
}

// The machine forgets the stream; what it wrote still arrives, and a FIN after it.
void SocketLayer::orphan_stream(uint32_t socket) {
  const uint32_t stream = sockets_[socket].stream;
  if (streams_[stream].connection.state() == TcpState::kSynSent) {
    return abort_stream(socket, Farewell::kSilence);
  }
  close(socket);
  streams_[stream].socket = FlatIndex::kNone;
  streams_[stream].connection.finish(k_.now, output_);
  flush(stream);
}

void SocketLayer::forget_orphans(NodeId node) {
  for (uint32_t i = 0; i < streams_.size(); ++i) {
    if (!streams_[i].used || streams_[i].node != node) continue;
    streams_[i].connection.reset(output_);
    output_.clear();
    flush(i);
  }
}

void SocketLayer::on_segment(PacketIndex slot, InterfaceId at) {
  const PacketSlot& s = k_.packets[slot];
  const Packet& packet = s.packet;
  const NodeId node = k_.topology[at].node;
  const uint32_t stream = find_stream(node, packet.destination, packet.source);
  if (stream != FlatIndex::kNone) {
    const TcpSegment segment{packet.tcp, k_.packets.payload(s)};
    TcpConnection& connection = streams_[stream].connection;
    connection.on_segment(k_.now, segment, output_);
    // Data that nobody will read any more: RFC 1122 §4.2.2.13 asks for a RST.
    const bool unread = streams_[stream].socket == FlatIndex::kNone && segment.payload.size() != 0;
    if (unread && !connection.closed()) connection.reset(output_);
    flush(stream);
  } else if (!accept(s, node)) {
    if (!packet.tcp.has(kRst)) network_.reply(at, make_tcp_reset(packet), {});
    return network_.drop(slot, node, at, DropReason::kNoSocket);
  }
  ++k_.counters.delivered;
  k_.trace.delivered(node, packet);
  k_.packets.release(slot);
}

// A SYN for a listener begins a stream, of which the machine hears when it is established.
bool SocketLayer::accept(const PacketSlot& syn, NodeId node) {
  if (!TcpConnection::starts_connection(syn.packet.tcp)) return false;
  const Endpoint& local = syn.packet.destination;
  const uint32_t listener = find_bound(Kind::kListener, node, local);
  if (listener == FlatIndex::kNone) return false;
  const MachineId machine = sockets_[listener].machine;
  const SocketId id = runner_.new_stream_id(machine);
  const uint32_t socket = add(Kind::kStream, node, machine, id, local);
  const uint32_t stream = add_stream(node, local, syn.packet.source, socket);
  streams_[stream].listener = sockets_[listener].id;
  Rng rng = sequence_stream(node);
  const TcpSegment segment{syn.packet.tcp, k_.packets.payload(syn)};
  streams_[stream].connection.accept(k_.now, segment, rng, output_);
  flush(stream);
  return true;
}

void SocketLayer::on_tcp_unreachable(const IcmpFields& icmp, NodeId node) {
  const uint32_t stream = find_stream(node, icmp.inner_source, icmp.inner_destination);
  if (stream == FlatIndex::kNone) return;
  streams_[stream].connection.on_unreachable(output_);
  flush(stream);
}

void SocketLayer::on_tcp_timer(uint32_t index) {
  if (index >= streams_.size() || streams_[index].armed != k_.now) return;
  Stream& stream = streams_[index];
  stream.armed = Instant::never();
  if (!stream.used) return;
  if (stream.connection.deadline() <= k_.now) stream.connection.on_timeout(k_.now, output_);
  flush(index);
}

// Carries out what a connection asked for during one call, and reads its deadline again.
void SocketLayer::flush(uint32_t index) {
  Stream& stream = streams_[index];
  Packet packet;
  packet.source = stream.local;
  packet.destination = stream.remote;
  packet.protocol = Protocol::kTcp;
  packet.traffic = Traffic::kData;
  packet.dont_fragment = true;  // path MTU discovery, RFC 1191
  for (const TcpOutput::Segment& segment : output_.segments()) {
    packet.tcp = segment.tcp;
    packet.ttl = segment.ttl;
    network_.originate(stream.node, packet, output_.payload(segment));
  }
  for (const TcpOutput::Event& event : output_.events()) tell(stream, event);
  output_.clear();
  if (stream.connection.closed()) return free_stream(index);
  const Instant deadline = stream.connection.deadline();
  if (deadline < stream.armed) {
    stream.armed = deadline;
    k_.schedule(deadline, EventKind::kTcpTimer, index);
  }
}

void SocketLayer::tell(Stream& stream, const TcpOutput::Event& event) {
  if (stream.socket == FlatIndex::kNone) return;
  const Socket& socket = sockets_[stream.socket];
  SocketEvent told;
  told.socket = socket.id;
  told.local = stream.local;
  told.remote = stream.remote;
  told.data = output_.data(event);
  switch (event.kind) {
    case TcpOutput::Event::Kind::kConnected:
      told.kind = SocketEvent::Kind::kConnected;
      break;
    case TcpOutput::Event::Kind::kData:
      told.kind = SocketEvent::Kind::kData;
      break;
    case TcpOutput::Event::Kind::kFinished:
      told.kind = SocketEvent::Kind::kFinished;
      break;
    case TcpOutput::Event::Kind::kFailed:
      told.kind = SocketEvent::Kind::kFailed;
      break;
    case TcpOutput::Event::Kind::kReset:
      told.kind = SocketEvent::Kind::kReset;
      break;
  }
  if (stream.listener.valid()) {
    if (told.kind != SocketEvent::Kind::kConnected) return;  // it ended before anybody knew of it
    told.kind = SocketEvent::Kind::kAccepted;
    told.socket = stream.listener;
    told.stream = socket.id;
    stream.listener = SocketId();
  }
  runner_.tell(socket.machine, told);
}

Rng SocketLayer::sequence_stream(NodeId node_id) {
  Node& node = k_.topology[node_id];
  return k_.root.fork("initial sequence numbers").fork(node.key).fork(node.draws++);
}

uint32_t SocketLayer::find_stream(NodeId node, const Endpoint& local,
                                  const Endpoint& remote) const {
  return by_flow_.find(flow_hash(node, local, remote), [&](uint32_t i) {
    const Stream& s = streams_[i];
    return s.node == node && s.local == local && s.remote == remote;
  });
}

uint32_t SocketLayer::add_stream(NodeId node, const Endpoint& local, const Endpoint& remote,
                                 uint32_t socket) {
  uint32_t index = streams_.size();
  if (free_streams_.empty()) {
    streams_.push_back(Stream());
  } else {
    index = free_streams_.back();
    free_streams_.pop_back();
  }
  Stream& stream = streams_[index];
  stream.local = local;
  stream.remote = remote;
  stream.node = node;
  stream.socket = socket;
  stream.listener = SocketId();
  stream.used = true;
  sockets_[socket].stream = index;
  by_flow_.add(flow_hash(node, local, remote), index);
  return index;
}

// Its connection, closed by now, waits for the next stream with its buffers.
void SocketLayer::free_stream(uint32_t index) {
  Stream& stream = streams_[index];
  by_flow_.remove(flow_hash(stream.node, stream.local, stream.remote), index);
  if (stream.socket != FlatIndex::kNone) close(stream.socket);
  stream.used = false;
  free_streams_.push_back(index);
}

}  // namespace natbed
