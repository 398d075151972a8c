// One request and its retransmissions over UDP (RFC 8489 §6.2.1), as a clock hand that its owner
// moves.
//
// The request goes out at 0, 1, 3, 7, 15, 31 and 63 RTO, and 16 RTO after the last the transaction
// has failed: with the default RTO of 500 ms at 39.5 s. Every copy has the same transaction id, so
// an answer to a retransmitted request does not say which copy it answers; only clean transactions
// measure round trips (Karn).
#pragma once

#include <optional>

#include "base/rng.h"
#include "base/time.h"
#include "protocols/stun/message.h"

namespace natbed {

struct RetransmitRules {
  // RFC 8489 §6.2.1: at least 500 ms unless a round trip is known.
  Duration rto = Duration::milliseconds(500);
  uint8_t requests = 7;    // Rc: copies in all
  uint8_t last_wait = 16;  // Rm: in RTO, after the last copy
};

// Who opens the socket of a client: the parent that shares it among protocols, or the machine on
// its own.
enum class SocketOwner : uint8_t { kParent, kMachine };

class StunTransaction {
 public:
  enum class Step : uint8_t { kWait, kSend, kGiveUp };

  // Draws a new id. The owner sends the first copy now.
  void start(Instant now, Rng& rng, const RetransmitRules& rules);
  void stop() { next_ = Instant::never(), sent_ = 0; }
  bool running() const { return sent_ != 0; }
  // At deadline(): whether to send the next copy or to give up (which stops it). Before: kWait.
  Step step(Instant now, const RetransmitRules& rules);
  bool awaits(const StunMessage& answer) const;
  // The round trip, if an answer comes now; nothing if it might answer any of several copies.
  std::optional<Duration> round_trip(Instant now, const RetransmitRules& rules) const;

  const TransactionId& id() const { return id_; }
  Instant deadline() const { return next_; }

 private:
  Instant next_ = Instant::never();
  TransactionId id_;
  uint8_t sent_ = 0;  // copies; 0: not running
};
static_assert(sizeof(StunTransaction) <= 24, "every simulated peer owns several");

}  // namespace natbed
