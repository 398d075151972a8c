#include "protocols/peer/gathering.h"

#include <algorithm>

namespace natbed {
namespace {

// Shorter than RFC 8489's 39.5 s: who does not answer within 5.5 s is of no use to a connection
// now.
constexpr RetransmitRules kRules{.requests = 4, .last_wait = 4};

}  // namespace

Gathering::Gathering(const PeerConfig& config, SocketId socket, Rng rng)
    : stun_count_(config.stun_servers.size()),
      wait_(config.gather_wait),
      repeat_(config.measure_relays) {
  const bool relays = (config.techniques & kRelay) != 0;
  questions_.reserve(stun_count_ + (relays ? config.relays.size() : 0));
  const auto ask = [&](const Endpoint& server) {
    questions_.push_back(
        {StunClient(socket, server, rng.fork(questions_.size()), kRules), {}, {}, {}});
  };
  for (const Endpoint& server : config.stun_servers) ask(server);
  if (!relays) return;
  for (const RelayServer& relay : config.relays) ask(relay.endpoint);
}

void Gathering::start(Instant now, Outbox& out) {
  patience_ = now + wait_;
  repeat_at_ = all() > stun_count_ ? now + repeat_ : Instant::never();
  for (Question& q : questions_) {
    q.mapped = {};
    q.ask(now, out);
  }
  plan();
}

void Gathering::ask_silent_relays(Instant now, Outbox& out) {
  for (size_t i = stun_count_; i < all(); ++i) {
    Question& q = questions_[i];
    if (!q.round_trip && !q.client.running()) q.ask(now, out);
  }
  plan();
}

bool Gathering::take(Instant now, const StunMessage& message, const Datagram& datagram,
                     Outbox& out) {
  if (!waiting_) return false;
  for (Question& q : questions_) {
    const Outbox::Mark mark = out.mark();
    if (!q.client.take(now, message, datagram, out)) continue;
    learn(now, q, mark, out);
    plan();
    return true;
  }
  return false;
}

void Gathering::on_socket(Instant now, const SocketEvent& event, Outbox& out) {
  for (Question& q : questions_) {
    const Outbox::Mark mark = out.mark();
    q.client.on_socket(now, event, out);
    learn(now, q, mark, out);
  }
  plan();
}

void Gathering::on_timeout(Instant now, Outbox& out) {
  if (now >= repeat_at_) {
    repeat_at_ = now + repeat_;
    for (size_t i = stun_count_; i < all(); ++i) questions_[i].ask(now, out);
  }
  for (Question& q : questions_) {
    const Outbox::Mark mark = out.mark();
    q.client.on_timeout(now, out);
    learn(now, q, mark, out);
  }
  plan();
}

// Takes in what the client told; the world outside hears of STUN servers only, relays are told when
// chosen.
void Gathering::learn(Instant now, Question& q, Outbox::Mark since, Outbox& out) {
  for (const MachineEvent& event : out.events(since)) {
    if (event.kind == MachineEvent::Kind::kMapped) {
      q.mapped = event.mapped;
      // Doubtful after a retransmission (Karn): the longest it can have been is better than
      // nothing.
      if (event.round_trip != Duration::zero()) q.round_trip = event.round_trip;
      if (!q.round_trip) q.round_trip = now - q.asked;
    } else {
      q.round_trip.reset();
    }
  }
  const auto index = static_cast<size_t>(&q - questions_.data());
  if (index >= stun_count_) out.drop_events(since);
}

// Kept rather than asked for: both are wanted with every packet, and answers are rare.
void Gathering::plan() {
  next_ = repeat_at_;
  waiting_ = false;
  for (const Question& q : questions_) {
    next_ = std::min(next_, q.client.deadline());
    waiting_ |= q.client.running();
  }
}

size_t Gathering::open_questions(size_t from, size_t to) const {
  size_t count = 0;
  for (size_t i = from; i < to; ++i) count += questions_[i].client.running() ? 1 : 0;
  return count;
}

Endpoint Gathering::reflexive() const {
  for (size_t i = 0; i < stun_count_; ++i) {
    if (questions_[i].mapped.valid()) return questions_[i].mapped;
  }
  return {};
}

}  // namespace natbed
