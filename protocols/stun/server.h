// StunServer: tells clients where it sees them (RFC 8489), and from two addresses and two ports
// lets them find out how their NAT behaves (RFC 5780 §6).
//
// Socket ids count from `first_socket`: bit 0 is the alternate port, bit 1 the alternate address.
// Without an alternate endpoint there is one socket, and CHANGE-REQUEST is refused with 420 as an
// attribute that the server does not know.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/machine.h"
#include "protocols/stun/binding.h"

namespace natbed {

struct StunServerConfig {
  Endpoint primary;
  std::optional<Endpoint> alternate = {};  // another address and another port, both of this host
  SocketId first_socket = SocketId(0);
  std::string software = "natbed";  // SOFTWARE of the answers; empty: none
};

class StunServer final : public Machine {
 public:
  explicit StunServer(StunServerConfig config) : config_(std::move(config)) {}

  void on_start(Instant now, Outbox& out) override;
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override;
  void on_socket(Instant now, const SocketEvent& event, Outbox& out) override;
  void on_timeout(Instant, Outbox&) override {}
  Instant deadline() const override { return Instant::never(); }

  // Where it listens for first requests; unspecified until the socket is open.
  const Endpoint& address() const { return bound_[0]; }

 private:
  static constexpr uint32_t kAlternatePort = 1, kAlternateIp = 2;
  bool has_alternate() const;
  SocketId socket(uint32_t index) const { return SocketId(config_.first_socket.value() + index); }

  StunServerConfig config_;
  std::array<Endpoint, 4> bound_ = {};
};

}  // namespace natbed
