// Our addresses on relays, shared by all connections: one allocation for each relay, kept while
// anybody holds it.
//
// TURN knows a client by its socket, so two connections cannot have an allocation each on one
// relay. A relay looks to its users like one more socket (socket_of): they send from it into a
// scratch outbox, carry() wraps that for the relay, and what comes through the relay is given back
// as a datagram on that socket.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/machine.h"
#include "protocols/peer/peer_config.h"
#include "protocols/turn/client.h"

namespace natbed {

class Relaying {
 public:
  struct News {
    enum class Kind : uint8_t { kAllocated, kLost } kind;
    size_t relay;  // index in the configuration
  };
  struct Taken {
    bool consumed = false;
    std::optional<Datagram> inner;  // what a peer sent through the relay
  };

  Relaying(const PeerConfig& config, SocketId socket, Rng rng);

  static SocketId socket_of(size_t relay) { return SocketId(static_cast<uint32_t>(relay) + 1); }
  // Takes part in the allocation on that relay, which is made if there is none; news will tell,
  // unless address() does already. Each hold() is followed by one let_go(); the last one gives the
  // allocation back.
  void hold(Instant now, size_t relay, Outbox& out);
  void let_go(Instant now, size_t relay, Outbox& out);
  void permit(Instant now, size_t relay, const IpAddress& peer, Outbox& out);
  // Data to and from this peer travels with four bytes of overhead from now on.
  void bind(Instant now, size_t relay, const Endpoint& peer, Outbox& out);
  std::optional<Endpoint> address(size_t relay) const;

  // For users' sends: empty, until the next carry() moves what is in it to the relay, and its
  // events to `out`.
  Outbox& scratch() { return scratch_; }
  void carry(size_t relay, Outbox& out);

  Taken take(Instant now, const Datagram& datagram, Outbox& out);
  void on_socket(Instant now, const SocketEvent& event, Outbox& out);
  void on_timeout(Instant now, Outbox& out);
  Instant deadline() const;
  // What has happened since it was asked last, one by one.
  std::optional<News> next_news();
  // The socket has moved: allocations are lost without anybody's fault. Nothing is told.
  void forget_all();

 private:
  struct Allocation {
    std::unique_ptr<TurnClient> client;  // made when first held
    uint32_t holders = 0;
  };
  TurnClient& client(size_t relay);
  void learn(size_t relay, Outbox::Mark since, const Outbox& out);

  std::vector<Allocation> allocations_;
  std::vector<News> news_;
  std::vector<RelayServer> relays_;
  SocketId socket_;
  Rng rng_;
  Outbox scratch_;
};

}  // namespace natbed
