// SocketLayer: the hosts' transport: UDP sockets, TCP connections, ICMP; for all nodes of a world.
//
// Nodes have no state of their own here: two flat indices, by (node, protocol, port) and by
// (machine, socket id), find a socket of any node with one look, and an idle host costs nothing.
// What machines ask for comes in as outbox commands, what happens goes out through MachineRunner.
//
// The rules. A local address must be one of the node's; none means any of them, shown to the
// machine as the first. Port 0 draws a dynamic one from the node's own stream. Two UDP sockets, or
// two listeners, do not share a port on overlapping addresses (kFailed); streams share ports freely
// as long as their remotes differ. A multi-homed node sends from the interface that has the
// socket's address. After close() a stream still delivers what was written; kReset aborts it. ICMP
// unreachable becomes kUnreachable; time exceeded is not told.
#pragma once

#include <vector>

#include "base/outbox.h"
#include "sim/kernel.h"
#include "sim/tcp_connection.h"

namespace natbed {

class MachineRunner;
class Network;

class SocketLayer {
 public:
  // How a stream is aborted: with a RST to the far end, or, on a power cut, without a word.
  enum class Farewell : uint8_t { kReset, kSilence };

  SocketLayer(Kernel* kernel, Network* network, MachineRunner* runner)
      : k_(*kernel), network_(*network), runner_(*runner) {}
  void reset();

  // Takes the packet in `slot`, which is for `at`'s node, and frees the slot.
  void on_packet(PacketIndex slot, InterfaceId at);
  void on_tcp_timer(uint32_t stream);
  void on_reassembly_timeout(uint32_t datagram);
  // Fetches into the cache a socket; any number will do. Then its machine, kNone if it has none.
  void prefetch(uint32_t socket) const;
  uint32_t machine_of(uint32_t socket) const;
  void carry_out(MachineId machine, NodeId node, const Outbox::Command& command, ByteView payload);
  void close_all(MachineId machine, Farewell farewell);
  void forget_orphans(NodeId node);  // streams that were closed and still say goodbye
  // The interface's own address was `old`: UDP sockets go along (kMoved), streams break (kReset).
  void on_address_change(InterfaceId interface, IpAddress old);

 private:
  enum class Kind : uint8_t { kFree, kUdp, kListener, kStream };
  struct Socket {
    Endpoint local;  // no address: any of the node's
    Kind kind = Kind::kFree;
    NodeId node;
    MachineId machine;
    SocketId id;
    uint32_t next = FlatIndex::kNone;    // of the same machine
    uint32_t stream = FlatIndex::kNone;  // kStream: its connection
  };
  // A TCP connection. One without a socket was closed by its machine and says goodbye on its own.
  struct Stream {
    TcpConnection connection;
    Endpoint local, remote;
    NodeId node;
    uint32_t socket = FlatIndex::kNone;
    SocketId listener;                 // that took the SYN, until the machine has been told
    Instant armed = Instant::never();  // the earliest timer event in the queue
    bool used = false;
  };
  // RFC 6335 §6: the dynamic ports.
  static constexpr uint16_t kFirstEphemeral = 49152, kEphemeralCount = 16384;

  // sockets.cc
  uint32_t find(MachineId machine, SocketId id) const;
  uint32_t find_bound(Kind kind, NodeId node, const Endpoint& local) const;
  // Whether a socket of one of these kinds is in the way of binding `local`.
  template <class InTheWay>
  bool is_bound(Kind kind, NodeId node, const Endpoint& local, InTheWay in_the_way) const;
  uint16_t pick_port(Kind kind, NodeId node, IpAddress ip);
  uint32_t add(Kind kind, NodeId node, MachineId machine, SocketId id, Endpoint local);
  uint32_t open(Kind kind, NodeId node, MachineId machine, SocketId id, Endpoint local);
  void close(uint32_t socket);
  Endpoint shown_local(const Socket& socket) const;
  uint64_t id_hash(MachineId machine, SocketId id) const {
    return hash_mix(machine.value(), id.value());
  }
  uint64_t port_hash(Kind kind, NodeId node, uint16_t port) const {
    return hash_mix(node.value(), uint64_t{port} << 1 | (kind == Kind::kUdp));
  }
  uint64_t flow_hash(NodeId node, const Endpoint& local, const Endpoint& remote) const {
    return hash_mix(hash_mix(hash_of(local), node.value()), hash_of(remote));
  }

  // udp.cc
  void open_udp(MachineId machine, NodeId node, const Outbox::Command& command);
  void send_datagram(const Socket& socket, const Outbox::Command& command, ByteView payload);
  void on_datagram(PacketIndex slot, InterfaceId at);
  static bool takes_datagram(const Socket& socket, NodeId node, const Endpoint& local);

  // tcp.cc
  void listen(MachineId machine, NodeId node, const Outbox::Command& command);
  void connect(MachineId machine, NodeId node, const Outbox::Command& command);
  void write(uint32_t socket, ByteView data);
  void finish(uint32_t socket);
  void abort_stream(uint32_t socket, Farewell farewell);
  void orphan_stream(uint32_t socket);
  void close_listener(uint32_t socket);
  void on_segment(PacketIndex slot, InterfaceId at);
  bool accept(const PacketSlot& syn, NodeId node);
  uint32_t add_stream(NodeId node, const Endpoint& local, const Endpoint& remote, uint32_t socket);
  void free_stream(uint32_t stream);
  uint32_t find_stream(NodeId node, const Endpoint& local, const Endpoint& remote) const;
  Rng sequence_stream(NodeId node);
  void flush(uint32_t stream);
  void tell(Stream& stream, const TcpOutput::Event& event);
  void on_tcp_unreachable(const IcmpFields& icmp, NodeId node);

  // reassembly.cc: RFC 791 §3.2, RFC 1122 §3.3.2. The fragments of one datagram at one node.
  struct Datagram {
    NodeId node;
    InterfaceId at;
    std::vector<PacketIndex> pieces;  // none: free for another
    Instant until;                    // when it is given up
    uint32_t body = 0;                // bytes behind the IP header, known from the last fragment on
  };
  void on_fragment(PacketIndex slot, InterfaceId at);
  uint32_t datagram_of(const Packet& fragment, InterfaceId at);
  bool is_whole(const Datagram& datagram) const;
  PacketIndex assemble(Datagram& datagram);
  void give_up(Datagram& datagram);

  // icmp.cc
  void on_icmp(PacketIndex slot, InterfaceId at);
  void answer_echo(const PacketSlot& request, InterfaceId at);
  void on_icmp_error(const Packet& error, NodeId node);

  Kernel& k_;
  Network& network_;
  MachineRunner& runner_;
  GrowingArray<Socket> sockets_;
  std::vector<uint32_t> free_sockets_;
  FlatIndex by_id_, by_port_;
  GrowingArray<Stream> streams_;
  std::vector<uint32_t> free_streams_;
  FlatIndex by_flow_;
  std::vector<Datagram> datagrams_;
  TcpOutput output_;
};

}  // namespace natbed
