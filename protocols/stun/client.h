// StunClient: asks a STUN server once where it sees us (RFC 8489 §6.2, the Binding method).
//
// A parent that shares its socket between protocols owns a StunClient by value, calls on_start()
// when its socket is open, and offers it every STUN message that arrives with take(). Alone under a
// driver it opens the socket itself. One on_start() tells exactly one of kMapped, kRefused or
// kUnanswered, and may be repeated after that (or before: the old transaction is then forgotten),
// which is also how a mapping is kept alive and a round trip measured.
#pragma once

#include "base/machine.h"
#include "protocols/stun/transaction.h"

namespace natbed {

class StunClient final : public Machine {
 public:
  StunClient(SocketId socket, Endpoint server, Rng rng, RetransmitRules rules = {},
             SocketOwner owner = SocketOwner::kParent)
      : rng_(rng), rules_(rules), server_(server), socket_(socket), owner_(owner) {}

  void on_start(Instant now, Outbox& out) override;
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override;
  void on_socket(Instant now, const SocketEvent& event, Outbox& out) override;
  void on_timeout(Instant now, Outbox& out) override;
  Instant deadline() const override { return transaction_.deadline(); }

  // Whether `message`, which came as `datagram`, answers our request; if so the transaction is over
  // and told. The event's round_trip is zero if a retransmission left it in doubt.
  bool take(Instant now, const StunMessage& message, const Datagram& datagram, Outbox& out);
  bool running() const { return transaction_.running(); }
  const Endpoint& server() const { return server_; }
  void set_server(const Endpoint& server) { server_ = server; }  // for the next on_start()

 private:
  void begin(Instant now, Outbox& out);
  void send(Outbox& out) const;
  void fail(Outbox& out);

  Rng rng_;
  RetransmitRules rules_;
  StunTransaction transaction_;
  Endpoint server_;
  SocketId socket_;
  SocketOwner owner_;
};
static_assert(sizeof(StunClient) <= 96, "every simulated peer owns several");

}  // namespace natbed
