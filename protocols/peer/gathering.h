// What a peer finds out about itself before it can be met: where STUN servers see it, how far its
// relays are.
//
// Every server is asked once, at the same time; relays are asked by the same Binding request, which
// TURN servers answer too (RFC 8656 §2), and again now and then, because routes change. A relay
// that keeps silent counts as dead.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/machine.h"
#include "base/prefetch.h"
#include "protocols/peer/peer_config.h"
#include "protocols/stun/client.h"

namespace natbed {

class Gathering {
 public:
  Gathering(const PeerConfig& config, SocketId socket, Rng rng);

  // REQUIRES: the socket is open. Asks everybody; addresses known from before are forgotten.
  void start(Instant now, Outbox& out);
  // Asks those relays again that did not answer last time.
  void ask_silent_relays(Instant now, Outbox& out);
  // Whether the message answered one of our questions. Events: kMapped of STUN servers.
  bool take(Instant now, const StunMessage& message, const Datagram& datagram, Outbox& out);
  void on_socket(Instant now, const SocketEvent& event, Outbox& out);
  void on_timeout(Instant now, Outbox& out);
  Instant deadline() const { return next_; }
  bool waiting() const { return waiting_; }  // for any answer
  void prefetch() const {                    // what take() reads
    for (const Question& q : questions_) prefetch_object(q.client);
  }

  // Nothing more is worth waiting for: all STUN servers, or all servers and relays, have answered
  // or will not.
  bool addresses_known(Instant now) const {
    return now >= patience_ || open_questions(0, stun_count_) == 0;
  }
  bool relays_known(Instant now) const {
    return now >= patience_ || open_questions(stun_count_, all()) == 0;
  }
  bool asks_relays() const { return all() > stun_count_; }
  // Our address as the first STUN server that answered saw it; unspecified: none did.
  Endpoint reflexive() const;
  // Of the relay with that index in the configuration; nothing: never answered, or not lately.
  std::optional<Duration> round_trip(size_t relay) const {
    return questions_[stun_count_ + relay].round_trip;
  }

 private:
  struct Question {
    StunClient client;
    Instant asked;
    Endpoint mapped;
    std::optional<Duration> round_trip;
    void ask(Instant now, Outbox& out) {
      asked = now;
      client.on_start(now, out);
    }
  };
  size_t all() const { return questions_.size(); }
  size_t open_questions(size_t from, size_t to) const;
  void learn(Instant now, Question& question, Outbox::Mark since, Outbox& out);
  void plan();

  std::vector<Question> questions_;  // STUN servers, then relays
  size_t stun_count_;
  Instant next_ = Instant::never();  // when any question or repeat_at_ is due
  bool waiting_ = false;
  Instant patience_;
  Instant repeat_at_ = Instant::never();
  Duration wait_, repeat_;
};

}  // namespace natbed
