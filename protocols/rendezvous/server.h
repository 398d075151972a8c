// The meeting place: peers register under names, ask for each other, and both learn where the other
// one is.
//
// A registration holds what the peer said of itself and where its packets came from; it lapses
// unless repeated. An introduction goes to the asker as an answer, and to the other peer through
// the mapping that its registrations keep open. Both get the key of the session, which they prove
// to each other when they probe. The asker controls. Names are not authenticated: whoever registers
// last holds the name.
#pragma once

#include <cstdint>
#include <vector>

#include "base/machine.h"
#include "base/rng.h"
#include "protocols/rendezvous/hashed_slots.h"
#include "protocols/rendezvous/message.h"

namespace natbed {

struct RendezvousServerConfig {
  Endpoint local;  // where to listen
  Duration expiry = Duration::seconds(60);
  Duration retransmit = Duration::milliseconds(500);  // RFC 8489 §6.2.1's initial RTO
  uint32_t sends = 7;  // of one introduction, the first included (its Rc)
  uint32_t max_peers = 1u << 20;
  // Peers that ask for each other within this meet in one session.
  Duration glare = Duration::seconds(2);
};

class RendezvousServer final : public Machine {
 public:
  RendezvousServer(const RendezvousServerConfig& config, Rng rng) : config_(config), rng_(rng) {}

  void on_start(Instant now, Outbox& out) override;
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override;
  void on_socket(Instant, const SocketEvent&, Outbox&) override {}
  void on_timeout(Instant now, Outbox& out) override;
  Instant deadline() const override;

  size_t registered(Instant now) const;  // peers, for people; takes time

 private:
  struct Registration {
    Name name;
    Endpoint observed;
    Instant expires;
    uint32_t moves = 0;  // how often `observed` changed: a session made before does not serve after
    std::vector<std::byte> description;
  };
  struct Session {
    // Slot in the low bits, random above, never 0: a stale id does not hit a later session.
    uint32_t id = 0;
    uint32_t asker = 0, asked = 0;  // registrations
    uint32_t asker_moves = 0, asked_moves = 0;
    uint32_t transaction = 0;
    Instant made;
    SessionKey key = {};
    bool accepted = false;
  };
  struct Pending {  // an introduction that the asked peer has not accepted yet
    Instant due;
    uint32_t session, sends;
  };

  void on_register(Instant now, const RendezvousMessage& m, const Endpoint& from, Outbox& out);
  void on_introduce(Instant now, const RendezvousMessage& m, const Endpoint& from, Outbox& out);
  void pass_on(Instant now, const RendezvousMessage& m, const Endpoint& from, Outbox& out);
  void refuse(RendezvousError error, uint32_t transaction, const Endpoint& to, Outbox& out);
  void send(const RendezvousMessage& m, const Endpoint& to, Outbox& out);
  void send_introduction(const Session& session, bool to_asker, uint32_t transaction, Outbox& out);

  Registration* find(const Name& name);               // lapsed or not
  Registration* find(Instant now, const Name& name);  // null if it lapsed
  std::optional<uint32_t> last_session(uint32_t a, uint32_t b) const;
  Session* find_session(uint32_t id);
  Session& open_session(Instant now, uint32_t asker, uint32_t asked, uint32_t transaction);
  bool still_holds(Instant now, const Session& session, uint32_t asker, uint32_t transaction) const;
  void drop_settled();
  uint32_t index_of(const Registration* r) const {
    return static_cast<uint32_t>(r - peers_.data());
  }

  RendezvousServerConfig config_;
  Rng rng_;
  std::vector<Registration>
      peers_;  // slots are never freed, but taken over by newcomers once they lapsed
  std::vector<Session> sessions_;
  HashedSlots by_name_;           // of peers_
  HashedSlots by_pair_;           // of sessions_: the last one of any two peers, whoever asked
  std::vector<Pending> pending_;  // in the order of `due`, from next_pending_ on
  size_t next_pending_ = 0;
  size_t hand_ = 0;  // where the next newcomer starts to look for a lapsed slot
};

}  // namespace natbed
