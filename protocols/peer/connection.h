// Connection: one remote peer, and the ladder of ways to it: direct or punched above, relayed
// below.
//
// Both rungs are climbed at the same time; the best one that holds carries the data. A relayed path
// that works waits a little for a direct one before it is used, so that a connection which can be
// direct does not start relayed. When the direct path goes, the relayed one takes over and punching
// is tried again with fresh addresses, which takes a new introduction. All decisions are made in
// one place, update(), from the state of the rungs.
#pragma once

#include <memory>
#include <string>

#include "base/machine.h"
#include "base/prefetch.h"
#include "protocols/peer/peer_path.h"
#include "protocols/peer/relayed_way.h"
#include "protocols/punch/puncher.h"

namespace natbed {

class Connection {
 public:
  Connection(const Name& peer, Rng rng) : peer_(peer), rng_(rng) {}

  // What the peer does.
  void connect(Instant now, PeerParts& parts, Outbox& out);
  void close(Instant now, PeerParts& parts, Outbox& out);
  bool send(ByteView frame, PeerParts& parts, Outbox& out);  // false: no path

  // What it hears.
  void introduced(Instant now, const Introduction& introduction, PeerParts& parts, Outbox& out);
  bool offered(Instant now, const RelayOffer& offer, PeerParts& parts,
               Outbox& out);  // false: not of our session
  void refused(RendezvousError error) { refused_ = error; }
  void session_over(Instant now, uint32_t session, PeerParts& parts, Outbox& out);
  bool take(Instant now, const StunMessage& message, const Datagram& datagram, PeerParts& parts,
            Outbox& out);
  bool knows(SocketId socket, const Endpoint& source) const;
  void received(size_t bytes);  // of application data
  // Sends back over the way on which `datagram` came. REQUIRES: knows() its source.
  void answer(const Datagram& datagram, ByteView frame, PeerParts& parts, Outbox& out);
  void relays_measured(Instant now, PeerParts& parts, Outbox& out);
  void on_news(Instant now, const Relaying::News& news, PeerParts& parts, Outbox& out);
  void on_timeout(Instant now, PeerParts& parts, Outbox& out);
  Instant deadline() const;
  // What most calls read: our own members, and afterwards those of the path that is tried first.
  void prefetch() const { prefetch_through(direct_, path_.remote); }
  void prefetch_path() const {
    if (direct_) direct_->prefetch();
  }
  // Our address changed, or the NAT's: what worked may work no more.
  void suspect(Instant now, PeerParts& parts, Outbox& out);
  // Our socket has another address: as suspect(), and what was had from relays is gone.
  void moved(Instant now, PeerParts& parts, Outbox& out);

  const Name& peer() const { return peer_; }
  PeerPath path() const;
  const std::string& why_failed() const { return why_failed_; }

 private:
  enum class Way : uint8_t { kNone, kRelayed, kFormer, kDirect };  // worst first
  Way best(Instant now) const;
  void update(Instant now, PeerParts& parts, Outbox& out);
  void change(Instant now, Way way, PeerParts& parts, Outbox& out);
  void tell(MachineEvent::Kind kind, Outbox& out) const;
  void give_up(Instant now, PeerParts& parts, Outbox& out);
  void ask(Instant now, PeerParts& parts, Outbox& out);
  void punch(Instant now, const Introduction& introduction, PeerParts& parts, Outbox& out);
  bool trying() const;
  PathKind kind_of(Way way) const;
  Endpoint remote_of(Way way) const;
  Duration round_trip() const;
  const Puncher& puncher_of(Way way) const { return way == Way::kDirect ? *direct_ : *former_; }
  Name reason(const PeerParts& parts) const;
  std::string explain(const PeerParts& parts) const;
  template <class F>
  void counted(Outbox& out, F f);
  template <class F>
  void drive(Puncher& puncher, Outbox& out, F f);

  // What prefetch() fetches comes first, down to path_.remote.
  std::unique_ptr<Puncher> direct_;  // of the newest session
  std::unique_ptr<Puncher> former_;  // of an earlier session, up until the new one is
  std::unique_ptr<RelayedWay> relayed_;
  Instant patience_;                       // until then a relay waits for a direct path
  Instant ask_at_ = Instant::never();      // for a new introduction
  Instant give_up_at_ = Instant::never();  // while there is no path
  Instant release_at_ = Instant::never();  // of the relay that a direct path made superfluous
  uint32_t session_ = 0;                   // the newest one; 0: never introduced
  Way way_ = Way::kNone;
  bool controlling_ = false;
  bool wanted_ = false;     // by us: somebody waits for kPathUp or kConnectFailed
  bool suspected_ = false;  // the fault may be on our side: then we ask, though the peer called
  bool fresh_ = true;       // no path yet since the connection began
  RendezvousError refused_ = RendezvousError::kNone;
  Name peer_;
  PeerPath path_;  // round_trip stands with the rung
  Instant started_;
  Rng rng_;
  std::string why_failed_;
};

}  // namespace natbed
