// Puncher: opens and keeps one UDP path between two peers, over one socket, by probing every
// address of the other.
//
// Both sides probe at about the same time, so that each one's NAT sees a packet go out before the
// other's comes in. A probe is a STUN Binding request under a key that only the two share: USERNAME
// = session ":" role of the sender, MESSAGE-INTEGRITY, FINGERPRINT. Sources that nobody announced
// (a NAT that maps by destination) are learned from authentic probes and probed back. A path is
// valid when our probe was answered from where it went (RFC 8445 §7.2.5.2.1) and a probe of the
// peer came from there too; the controlling side nominates one with USE-CANDIDATE and repeats that
// in its consent checks (RFC 7675), so that the other side always knows which.
//
// Beyond the RFC: two NATs that map by endpoint and filter less strictly let every packet in, but
// each one from yet another port, so that no answer ever comes from where its question went. There
// the addresses to send to and to receive from differ for good; such an asymmetric path is taken
// when no other was found in time.
//
// Nothing is stored per probe: the transaction id carries whom it went to and when, and the answer
// proves it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "base/machine.h"
#include "base/prefetch.h"
#include "base/rng.h"
#include "protocols/crypto/hmac.h"
#include "protocols/punch/punch_timing.h"
#include "protocols/punch/remotes.h"
#include "protocols/rendezvous/message.h"
#include "protocols/stun/message.h"

namespace natbed {

class Puncher {
 public:
  enum class State : uint8_t {
    kProbing,  // rounds go on, or the deadline passed (see gave_up) and only the peer's probes can still help
    kNominating,
    kUp,
    kDead,  // was up and lost consent
  };
  struct Session {
    uint32_t id = 0;
    SessionKey key = {};
    bool controlling = false;
    Name peer;  // for events
  };

  Puncher(SocketId socket, const Session& session, const PunchTiming& timing, Rng rng);

  // Begins with these addresses; relayed ones count as reflexive here.
  void start(Instant now, std::span<const Candidate> remotes, Outbox& out);

  // As base/machine.h has them. Events: kPathUp (again if the path moves to another address),
  // kPathDown.
  void on_start(Instant now, Outbox& out) { start(now, {}, out); }
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out);
  void on_socket(Instant, const SocketEvent&, Outbox&) {}
  void on_timeout(Instant now, Outbox& out);
  Instant deadline() const { return std::min(next_, settle_at_); }
  void prefetch() const { prefetch_through(next_, remotes_[0]); }  // what most calls read
  // For parents that share the socket: whether the message was ours (authentic or not, it is nobody
  // else's).
  bool take(Instant now, const StunMessage& message, const Datagram& datagram, Outbox& out);

  State state() const { return state_; }
  bool up() const { return state_ == State::kUp; }
  bool heard_from_peer() const { return remotes_.any_heard(); }
  bool gave_up(Instant now) const { return state_ == State::kProbing && now >= give_up_; }
  // Of the path that is up. REQUIRES: up().
  Endpoint remote() const { return remotes_[selected_].endpoint; }
  Endpoint local() const { return local_; }
  Duration round_trip() const { return remotes_[selected_].round_trip; }
  PathKind kind() const;
  // Whether data from there may be trusted to come from the peer: an authentic probe or answer did.
  bool knows(const Endpoint& source) const { return remotes_.proven(source); }
  // Something suggests that the path is gone: unless the peer answers within three rechecks, it is
  // dead.
  void suspect(Instant now, Outbox& out);

 private:
  void on_request(Instant now, const StunMessage& m, const Datagram& d, Outbox& out);
  void on_answer(Instant now, const StunMessage& m, const Datagram& d, Outbox& out);
  void probe(Instant now, Remote& remote, bool nominate, Outbox& out);
  void answer(const StunMessage& request, const Datagram& d, Outbox& out);
  Traffic traffic() const { return state_ == State::kUp ? Traffic::kKeepAlive : Traffic::kProbe; }
  void round(Instant now, Outbox& out);
  void check_consent(Instant now, Outbox& out);
  void settle(Instant now, Outbox& out);
  void nominate(Instant now, size_t index, Outbox& out);
  void go_up(Instant now, size_t index, Outbox& out);
  bool worth_a_probe(Instant now, const Remote& r) const;
  Instant settled_asymmetric() const {
    return settled_ + timing_.settle_asymmetric - timing_.settle;
  }
  bool under_way(Instant now, const Remote& r) const;
  bool consent_missing(Instant now) const;
  TransactionId make_id(Instant now, size_t index, bool nominate) const;
  bool controlling() const { return own_name_.back() == 'c'; }

  // What prefetch() fetches comes first, down to the first of the remotes.
  Instant next_ = Instant::never();
  Instant settle_at_ = Instant::never();  // while a valid path waits for a better one
  Instant answered_at_;                   // up: when consent was last given
  SocketId socket_;
  uint32_t nonce_;  // tells our transactions from others'
  State state_ = State::kProbing;
  uint8_t selected_ = 0;                       // up: the path
  uint8_t nominee_ = Remotes::kMost;           // controlling: what we want next
  std::array<char, 10> own_name_, peer_name_;  // USERNAME of our probes, and of the peer's
  HmacSha1 key_;
  Endpoint local_;
  Remotes remotes_;
  PunchTiming timing_;
  Instant settled_, give_up_;
  Duration gap_;
  Name peer_;
};
static_assert(MachineLike<Puncher>);

}  // namespace natbed
