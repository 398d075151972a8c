// Two small machines for host:ping(): the Echo service of RFC 862 over UDP, and one who asks it.
//
// A ping has to pass NATs in both directions like any other datagram, so it is one.
#pragma once

#include "base/machine.h"

namespace natbed {

inline constexpr uint16_t kEchoPort = 7;  // RFC 862

// Sends back whatever comes.
class EchoServer final : public Machine {
 public:
  void on_start(Instant now, Outbox& out) override;
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override;
  void on_socket(Instant, const SocketEvent&, Outbox&) override {}
  void on_timeout(Instant, Outbox&) override {}
  Instant deadline() const override { return Instant::never(); }
};

// Asks once for each ask(); the answer comes as kEchoed with the question's number and the round
// trip.
class EchoClient final : public Machine {
 public:
  void on_start(Instant now, Outbox& out) override;
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override;
  void on_socket(Instant, const SocketEvent&, Outbox&) override {}
  void on_timeout(Instant, Outbox&) override {}
  Instant deadline() const override { return Instant::never(); }

  void ask(Instant now, uint32_t number, IpAddress whom, Outbox& out);
};

}  // namespace natbed
