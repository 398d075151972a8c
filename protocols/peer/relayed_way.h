// RelayedWay: the rung of the ladder that always holds: a path to one peer over a relay.
//
// The controlling side chooses the relay by both sides' round trips, allocates an address there,
// and offers it to the other side through the rendezvous service; the other side sends to that
// address as to any other. Above the relay runs a Puncher of its own, so that a relayed path is
// proved, measured and watched like a direct one. When the relay dies the controlling side takes
// the next one.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/machine.h"
#include "protocols/path/relay_choice.h"
#include "protocols/peer/gathering.h"
#include "protocols/peer/peer_config.h"
#include "protocols/peer/relaying.h"
#include "protocols/punch/puncher.h"
#include "protocols/rendezvous/client.h"

namespace natbed {

// The machinery of one Peer that its connections share. Lent for one call.
struct PeerParts {
  const PeerConfig& config;
  Gathering& gathering;
  RendezvousClient& rendezvous;
  Relaying& relaying;
};

class RelayedWay {
 public:
  RelayedWay(const PeerConfig& config, const Name& peer, Rng rng);

  // A (new) session with the peer. If we control and there is no path yet, looks for one.
  void introduced(Instant now, const Introduction& introduction, PeerParts& parts, Outbox& out);
  // The peer has an address on a relay for us. REQUIRES: of the session last introduced.
  void offered(Instant now, const RelayOffer& offer, PeerParts& parts, Outbox& out);
  // Round trips to relays or an allocation have come: goes on if it was waiting for that.
  void relays_measured(Instant now, PeerParts& parts, Outbox& out);
  void on_news(Instant now, const Relaying::News& news, PeerParts& parts, Outbox& out);
  // Whether the message, which came as `datagram`, belonged to this way.
  bool take(Instant now, const StunMessage& message, const Datagram& datagram, PeerParts& parts,
            Outbox& out);
  void on_timeout(Instant now, PeerParts& parts, Outbox& out);
  Instant deadline() const {
    return puncher_ ? std::min(puncher_->deadline(), retry_at_) : retry_at_;
  }

  bool up() const { return puncher_ && puncher_->up(); }
  bool trying() const { return wanted_ || puncher_; }
  bool knows(SocketId socket, const Endpoint& source) const;
  // Sends one frame. REQUIRES: up().
  void send(ByteView frame, PeerParts& parts, Outbox& out) const;
  // Answers over the relay, to an endpoint that is known there.
  void send_to(const Endpoint& to, ByteView frame, PeerParts& parts, Outbox& out) const;

  Endpoint local() const { return puncher_->local(); }    // REQUIRES: up()
  Endpoint remote() const { return puncher_->remote(); }  // REQUIRES: up()
  Duration round_trip() const { return puncher_->round_trip(); }
  const RelayRoute& route() const { return route_; }
  bool owns_allocation() const { return relay_.has_value(); }

  void release(Instant now, PeerParts& parts, Outbox& out);  // a better way holds
  void forget();  // the socket moved: nothing of this is left, and nobody is to be told

 private:
  void choose(Instant now, PeerParts& parts, Outbox& out);
  void retry(Instant now, PeerParts& parts, Outbox& out);
  void permit_peer(Instant now, PeerParts& parts, Outbox& out);
  void start(Instant now, PeerParts& parts, Outbox& out);
  void lose(Instant now, PeerParts& parts, Outbox& out);
  void make_puncher(SocketId socket);
  void after_puncher(Instant now, PeerParts& parts, Outbox& out);
  // Calls f(puncher, outbox) with the outbox that leads to the relay, and keeps its events back.
  template <class F>
  void drive(PeerParts& parts, Outbox& out, F f);

  PunchTiming timing_;
  Rng rng_;
  RelayChoice choice_;
  Introduction introduction_;
  bool wanted_ = false;          // we control, and look for a relay or an allocation
  std::optional<size_t> relay_;  // that we hold
  uint16_t sequence_ = 0;        // of the last offer, made or taken
  bool bound_ = false;           // a channel carries the data
  RelayRoute route_;
  Endpoint offered_;                 // the peer's address on its relay, if that is the way
  std::vector<Instant> dead_until_;  // by relay: what failed once is left alone for a while
  Instant retry_at_ = Instant::never();
  std::unique_ptr<Puncher> puncher_;
};

}  // namespace natbed
