// TurnClient: an address on a relay, and datagrams through it (RFC 8656, over UDP, with long-term
// credentials).
//
// A parent owns it by value, shares its socket with it, calls allocate() when the socket is open,
// and offers it every datagram from the server with take(). The client answers challenges, keeps
// the allocation, its permissions and channels alive, and tells kAllocated once, then kRefused or
// kUnanswered (remote = the server) when the allocation could not be had or was lost. A refused
// permission or channel is told as kRefused or kUnanswered with remote = the peer, and forgotten.
// Errors that an end user must act on (441, 486, 508, ...) are not retried here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/machine.h"
#include "protocols/stun/transaction.h"
#include "protocols/turn/channel_data.h"

namespace natbed {

class StunWriter;

struct TurnClientConfig {
  SocketId socket = {};
  Endpoint server = {};
  std::string user = {}, password = {};
  std::optional<AddressFamily> family = {};  // of the relayed address; none: as the server likes
  Duration lifetime = Duration::zero();      // to ask for; zero: as the server likes
  RetransmitRules rules = {};
  SocketOwner owner = SocketOwner::kParent;
};

class TurnClient final : public Machine {
 public:
  struct Relayed {
    Endpoint peer;
    ByteView payload;  // lives as long as the datagram
  };
  struct Taken {
    bool consumed = false;           // false: not for this client, offer it to the next
    std::optional<Relayed> relayed;  // data from a peer
  };

  TurnClient(TurnClientConfig config, Rng rng) : config_(std::move(config)), rng_(rng) {}

  void on_start(Instant now, Outbox& out) override;  // as a machine of its own
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override;
  void on_socket(Instant now, const SocketEvent& event, Outbox& out) override;
  void on_timeout(Instant now, Outbox& out) override;
  Instant deadline() const override;

  // REQUIRES: the socket is open. Whatever the server still holds for us is given back first.
  void allocate(Instant now, Outbox& out);
  // Gives the allocation back, if there is one. Nothing is told.
  void release(Instant now, Outbox& out);
  // Lets datagrams from `peer` in and ours to it out, from now until forget(). Before kAllocated:
  // as soon as there is an allocation.
  void permit(Instant now, const IpAddress& peer, Outbox& out);
  // The same for one endpoint, and data to and from it travels in ChannelData once the channel is
  // bound.
  void bind(Instant now, const Endpoint& peer, Outbox& out);
  void forget(const IpAddress& peer);
  // Sends through the relay, by channel if one is bound. false: nothing was sent, because there is
  // no allocation or no permission for the peer yet.
  [[nodiscard]] bool send_to(const Endpoint& peer, ByteView payload, Outbox& out,
                             Traffic traffic = Traffic::kRelay);
  Taken take(Instant now, const Datagram& datagram, Outbox& out);

  const std::optional<Endpoint>& relayed_address() const { return relayed_; }
  bool permitted(const IpAddress& peer) const;
  const Endpoint& server() const { return config_.server; }

 private:
  enum class Purpose : uint8_t {
    kNone,
    kAllocate,
    kReclaim,  // ends an allocation that the server still holds for our 5-tuple, then kAllocate
    kRefresh,
    kRelease,
  };
  struct Grant {           // a permission, or a channel with the permission that comes with it
    Endpoint peer;         // port 0: a permission
    uint16_t channel = 0;  // 0: a permission
    bool installed = false;
    bool dropped = false;    // to be erased when nobody holds a reference
    uint8_t challenges = 0;  // since the last success
    StunTransaction transaction;
    Instant refresh_at = Instant::never();
  };

  void begin(Instant now, Purpose purpose, Outbox& out);
  void begin(Instant now, Grant& grant, Outbox& out);
  bool add(Instant now, const Endpoint& peer, uint16_t channel,
           Outbox& out);  // false: known already
  void send_session(Outbox& out);
  void send_grant(const Grant& grant, Outbox& out);
  void commit(StunWriter& writer, Outbox& out) const;  // adds the credentials
  bool authentic(const StunMessage& answer) const;
  bool learn_challenge(const StunMessage& answer, StunError code, uint8_t& challenges);
  void on_session_answer(Instant now, const StunMessage& answer, Outbox& out);
  void on_allocated(Instant now, const StunMessage& answer, Outbox& out);
  void on_grant_answer(Instant now, Grant& grant, const StunMessage& answer, Outbox& out);
  std::optional<Relayed> unwrap(const StunMessage& indication) const;
  void schedule_refresh(Instant now, const StunMessage& answer);
  void forget_allocation();
  void lose(MachineEvent::Kind kind, StunError code, Outbox& out);
  void drop(Grant& grant, MachineEvent::Kind kind, StunError code, Outbox& out);

  TurnClientConfig config_;
  Rng rng_;
  std::string realm_, nonce_;
  std::optional<HmacSha1> key_;  // of the user in the server's realm, once challenged
  bool anonymous_ = false;       // the server wants USERHASH in place of USERNAME
  uint8_t challenges_ = 0;       // since the last success
  Purpose purpose_ = Purpose::kNone;
  bool reclaimed_ = false;  // since allocate()
  uint16_t next_channel_ = kFirstChannel;
  StunTransaction session_;
  Instant refresh_at_ = Instant::never();
  std::optional<Endpoint> relayed_;
  std::vector<Grant> grants_;
};

}  // namespace natbed
