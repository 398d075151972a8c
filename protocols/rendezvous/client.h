// A peer's side of the meeting service: stays registered, asks for introductions, passes offers of
// relays on.
//
// Every question is repeated until it is answered (500 ms, doubling, as RFC 8489 §6.2.1 does for
// STUN); so is the registration as a whole, because it keeps the NAT's mapping open through which
// the server reaches us. A peer that is not registered yet may come any moment, so a refused
// introduction is asked for again until it is cancelled.
#pragma once

#include <cstdint>
#include <vector>

#include "base/machine.h"
#include "base/prefetch.h"
#include "base/rng.h"
#include "protocols/rendezvous/message.h"

namespace natbed {

struct RendezvousClientConfig {
  Name name;
  Endpoint server;
  SocketId socket;  // open, and owned by the parent
  Duration repeat = Duration::seconds(15);
  Duration first_timeout = Duration::milliseconds(500);
  Duration longest_timeout = Duration::seconds(4);
  // Sends of one question without an answer, before kUnanswered is told.
  uint32_t unanswered_after = 4;
};

// What the server told us of another peer, and the secret that both now share.
struct Introduction {
  Name peer;
  Endpoint observed;
  Description description;
  uint32_t session = 0;
  SessionKey key = {};
  bool controlling = false;
};

// A way over a relay that the other peer has prepared.
struct RelayOffer {
  uint32_t session = 0;
  uint16_t sequence = 0;
  Name relay;
  Endpoint relayed;
};

// What a datagram brought. The accessors below hold the details until the next one.
enum class RendezvousNews : uint8_t {
  kNothing,
  kRegistered,  // first(), or after an interruption, or seen from elsewhere: observed()
  kIntroduced,  // introduction()
  kOffered,     // offer()
  kOfferTaken,  // offer().session, .sequence
  kRefused,     // refused(): why; refused_peer(): whom we asked for, or offer(): what we offered
};

class RendezvousClient {
 public:
  RendezvousClient(const RendezvousClientConfig& config, Rng rng) : config_(config), rng_(rng) {}

  // As base/machine.h has them. A client starts to talk at the first describe().
  void on_start(Instant, Outbox&) {}
  RendezvousNews on_datagram(Instant now, const Datagram& datagram, Outbox& out);
  void on_socket(Instant, const SocketEvent&, Outbox&) {}
  void on_timeout(Instant now, Outbox& out);
  Instant deadline() const;

  // What the server shall tell others of us. The first call registers.
  enum class Urgency : uint8_t {
    kLater,  // with the next repetition
    kSoon,   // at once, if it says anything new
    kMoved,  // at once: we have another address, and the server must hear from there
  };
  void describe(Instant now, const Description& description, Urgency urgency, Outbox& out);
  // Asks until the introduction comes or cancel() is called. Asking anew for a peer starts a new
  // session.
  void introduce(Instant now, const Name& peer, Outbox& out);
  void cancel(const Name& peer);
  bool asks(const Name& peer) const;  // whether an introduction is still waited for
  // Offers until the other side has taken it, a later offer of the session replaces it, or
  // drop_offer().
  void offer(Instant now, const RelayOffer& offer, Outbox& out);
  void drop_offer(uint32_t session);
  // Tells the other side that offer() was taken. Until then it is repeated, so a parent that does
  // not know the session yet just waits.
  void take_offer(Outbox& out);

  void prefetch() const { prefetch_through(next_register_, questions_); }  // what deadline() reads

  bool registered() const { return registered_; }
  bool unanswered() const { return sends_ >= config_.unanswered_after; }  // the server keeps silent
  Endpoint observed() const { return observed_; }  // our address as the server sees it
  const Introduction& introduction() const { return introduction_; }
  const RelayOffer& offer() const { return offer_; }
  RendezvousError refused() const { return refused_; }
  const Name& refused_peer() const { return refused_peer_; }

 private:
  struct Question {
    RendezvousMessage::Type type;
    uint32_t transaction = 0;
    Name peer;         // kIntroduce
    RelayOffer offer;  // kOffer
    Instant next;
    Duration timeout;
  };
  void start_register(Instant now, Outbox& out);
  void send_register(Instant now, Outbox& out);
  void send(const RendezvousMessage& message, Outbox& out);
  void ask(Instant now, Question& question, Outbox& out);
  RendezvousNews on_registered(Instant now, const RendezvousMessage& m, Outbox& out);
  RendezvousNews on_introduction(const RendezvousMessage& m, Outbox& out);
  RendezvousNews on_refused(Instant now, const RendezvousMessage& m, Outbox& out);
  Duration longer(Duration timeout) const { return std::min(timeout * 2, config_.longest_timeout); }

  // What deadline() reads comes first.
  Instant next_register_ = Instant::never();
  std::vector<Question> questions_;  // few; beside the registration
  bool registered_ = false;
  uint32_t sends_ = 0;  // of registrations since the last answer
  uint32_t register_transaction_ = 0;
  Duration register_timeout_;
  Endpoint observed_;
  RendezvousClientConfig config_;
  Rng rng_;
  std::vector<std::byte> description_;       // encoded
  std::vector<std::byte> sent_description_;  // what the registration that was sent last says
  Introduction introduction_;
  RelayOffer offer_;
  uint32_t offer_transaction_ = 0;
  RendezvousError refused_ = RendezvousError::kNone;
  Name refused_peer_;
};
static_assert(MachineLike<RendezvousClient>);

}  // namespace natbed
