// Outbox: everything that a machine asks for during one call, as values in order.
//
// The driver hands an empty outbox to one call of a machine, carries out its commands in order, and
// clears it; its memory is kept from call to call, so that in the steady state nothing is
// allocated. A parent machine passes its own outbox down to a child, after taking a mark(), and
// reads, rewrites or drops what came since.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/id.h"
#include "base/machine_event.h"
#include "base/packet.h"

namespace natbed {

struct SendOptions {
  uint8_t ttl = 64;  // hops; low values open a hole in one's own NAT without reaching the far one
  Traffic traffic = Traffic::kData;
  // A datagram that is too big for a link is refused, as by Linux's path MTU discovery, rather than
  // cut into fragments.
  bool dont_fragment = true;
};

class Outbox {
 public:
  enum class Kind : uint8_t { kOpenUdp, kSend, kListen, kConnect, kWrite, kFinish, kReset, kClose };
  struct Command {
    Kind kind;
    SendOptions options;
    SocketId socket;
    Endpoint local;   // kOpenUdp, kListen, kConnect; port 0 or no address: the driver chooses
    Endpoint remote;  // kSend, kConnect
    uint32_t offset = 0, size = 0;  // the payload's place; read it with payload()
  };
  struct Mark {
    size_t commands, events;
  };

  // Datagrams. The driver answers open_udp with SocketEvent kOpened (or kFailed) through on_socket.
  void open_udp(SocketId socket, Endpoint local = {});
  void send(SocketId socket, Endpoint to, ByteView payload, SendOptions options = {});
  // Encoding in place: room for `capacity` bytes, then commit() says how many were used and where
  // they go. REQUIRES: no other call on this outbox in between; each prepare() is followed by one
  // commit().
  std::span<std::byte> prepare(size_t capacity);
  void commit(SocketId socket, Endpoint to, size_t size, SendOptions options = {});
  // Streams. kConnect from a bound local endpoint performs simultaneous open if the far end does
  // the same.
  void listen(SocketId socket, Endpoint local);
  void connect(SocketId socket, Endpoint local, Endpoint remote);
  void write(SocketId socket, ByteView data);
  void finish(SocketId socket);  // no more data from here: FIN
  void reset(SocketId socket);   // abort: RST
  // Any socket: frees its port and forgets it. No event follows.
  void close(SocketId socket);

  // Tells the world outside (the trace, the parent, the script) what happened.
  void emit(const MachineEvent& event) { events_.push_back(event); }

  Mark mark() const { return {commands_.size(), events_.size()}; }
  std::span<Command> commands(Mark since) { return std::span(commands_).subspan(since.commands); }
  std::span<Command> commands() { return commands_; }
  std::span<const MachineEvent> events(Mark since) const {
    return std::span(events_).subspan(since.events);
  }
  std::span<const MachineEvent> events() const { return events_; }
  ByteView payload(const Command& c) const { return ByteView(bytes_).subspan(c.offset, c.size); }
  void drop_events(Mark since) { events_.resize(since.events); }
  void drop_commands(Mark since) { commands_.resize(since.commands); }
  void clear() { commands_.clear(), events_.clear(), bytes_.clear(); }

 private:
  std::vector<Command> commands_;
  std::vector<MachineEvent> events_;
  std::vector<std::byte> bytes_;
  size_t prepared_at_ = 0;
};

}  // namespace natbed
