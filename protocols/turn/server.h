// TurnServer: lends clients an address and carries their datagrams (RFC 8656, UDP to UDP).
//
// One socket for the clients; one more per allocation, opened through the outbox on a random port
// of the dynamic range, whose SocketId says which allocation it is. Requests need long-term
// credentials; data does not, it is known by its 5-tuple. A datagram from a peer without a
// permission is dropped without a word (§11.3). Binding requests are answered as by a STUN server.
// What is simplified is listed in docs/rfc/8656.md.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/machine.h"
#include "protocols/stun/binding.h"
#include "protocols/turn/allocation.h"
#include "protocols/turn/authenticator.h"

namespace natbed {

class StunWriter;

struct TurnServerConfig {
  Endpoint listen;
  IpAddress relay_ip;  // whose ports are lent; its family is the one that is served
  std::string realm = "natbed";
  std::vector<TurnUser> users = {};
  Duration default_lifetime = kTurnDefaultLifetime;
  Duration max_lifetime = kTurnMaxLifetime;
  Duration nonce_lifetime = Duration::seconds(3600);  // RFC 8656 §5: at least once an hour
  size_t max_allocations = 4096;                      // beyond: 508
  size_t max_per_user = 4096;                         // beyond: 486
  uint16_t first_port = 49152, last_port = 65535;     // RFC 8656 §7.2
  bool relay_to_loopback = false;  // peers on 127.0.0.1 and ::1 are refused (§21.3.1) but in tests
  SocketId first_socket = SocketId(0);  // relay sockets follow it
};

class TurnServer final : public Machine {
 public:
  TurnServer(TurnServerConfig config, Rng rng);

  void on_start(Instant now, Outbox& out) override;
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override;
  void on_socket(Instant now, const SocketEvent& event, Outbox& out) override;
  void on_timeout(Instant now, Outbox& out) override;
  Instant deadline() const override { return first_expiry_; }

  size_t allocation_count() const { return index_.size(); }
  // Where it listens; unspecified until the socket is open.
  const Endpoint& address() const { return bound_; }

 private:
  struct Request {
    const StunMessage& message;
    const Endpoint& client;
    Authenticator::Verdict login = {};
  };
  using IndexEntry = std::pair<Endpoint, uint32_t>;  // client, slot

  // Data: server.cc.
  void on_client(Instant now, const Datagram& datagram, Outbox& out);
  void on_binding(const StunMessage& request, const Datagram& datagram, Outbox& out);
  void on_send(Instant now, const StunMessage& indication, const Endpoint& client, Outbox& out);
  void on_peer(Instant now, uint32_t slot, const Datagram& datagram, Outbox& out);
  void on_peer_unreachable(Instant now, uint32_t slot, const Endpoint& peer, Outbox& out);
  // Requests: server_requests.cc.
  void on_request(Instant now, Request& request, Outbox& out);
  void on_allocate(Instant now, const Request& request, Outbox& out);
  void on_refresh(Instant now, const Request& request, Outbox& out);
  void on_create_permission(Instant now, const Request& request, Outbox& out);
  void on_channel_bind(Instant now, const Request& request, Outbox& out);
  StunError refusal_of_allocate(const Request& request) const;
  StunError refusal_of_peer(const Allocation& allocation, const Endpoint& peer) const;
  Allocation* owned_allocation(Instant now, const Request& request, Outbox& out);  // null: refused
  Duration granted_lifetime(const StunMessage& request) const;
  void refuse(Instant now, const Request& request, StunError error, Outbox& out);
  void refuse_unknown(const Request& request, const StunMessage::Unknown& unknown, Outbox& out);
  void succeed(const Request& request, Outbox& out);
  void answer_allocate(Instant now, const Allocation& allocation, Outbox& out);
  void refuse_allocate(const Allocation& allocation, StunError error, Outbox& out);
  void commit(StunWriter& writer, const Endpoint& client, Outbox& out) const;
  // Allocations: server_allocations.cc.
  Allocation* find(const Endpoint& client);
  bool opening(const Endpoint& client) const;
  void add(const Request& request, Outbox& out);
  void open_relay(Allocation& allocation, Outbox& out);
  void on_relay_opened(Instant now, uint32_t slot, const Endpoint& local, Outbox& out);
  void on_relay_failed(uint32_t slot, Outbox& out);
  void expire(Instant now, Outbox& out);
  void free_slot(uint32_t slot);
  uint32_t slot_of(const Allocation& a) const { return static_cast<uint32_t>(&a - slots_.data()); }
  SocketId relay_socket(uint32_t slot) const {
    return SocketId(config_.first_socket.value() + 1 + slot);
  }

  TurnServerConfig config_;
  Rng rng_;
  Authenticator authenticator_;
  Endpoint bound_;
  std::vector<Allocation> slots_;
  std::vector<uint32_t> free_;
  std::vector<IndexEntry> index_;  // sorted by client
  std::vector<size_t> per_user_;
  Instant first_expiry_ = Instant::never();  // of an allocation: never too late, maybe too early
};

}  // namespace natbed
