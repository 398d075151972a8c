#include "protocols/rendezvous/client.h"

#include <algorithm>

namespace natbed {
namespace {

using Type = RendezvousMessage::Type;
using Kind = MachineEvent::Kind;

}  // namespace

void RendezvousClient::describe(Instant now, const Description& description, Urgency urgency,
                                Outbox& out) {
  std::array<std::byte, kRendezvousRoom> room;
  const ByteView encoded = ByteView(room).first(encode(description, room));
  const bool same = std::ranges::equal(encoded, sent_description_);
  description_.assign(encoded.begin(), encoded.end());
  if (urgency == Urgency::kMoved) registered_ = false;
  const bool started = !next_register_.is_never();
  if (started && (urgency == Urgency::kLater || (urgency == Urgency::kSoon && same))) return;
  start_register(now, out);
}

void RendezvousClient::start_register(Instant now, Outbox& out) {
  register_transaction_ = static_cast<uint32_t>(rng_.next());
  register_timeout_ = config_.first_timeout;
  sent_description_ = description_;  // copies say the same: the answer does not tell which one came
  sends_ = 0;
  send_register(now, out);
}

void RendezvousClient::send_register(Instant now, Outbox& out) {
  next_register_ = now + register_timeout_;
  register_timeout_ = longer(register_timeout_);
  ++sends_;
  if (sends_ == config_.unanswered_after)
    out.emit({.kind = Kind::kUnanswered, .remote = config_.server});
  send({.type = Type::kRegister,
        .transaction = register_transaction_,
        .name = config_.name,
        .description = sent_description_},
       out);
}

void RendezvousClient::introduce(Instant now, const Name& peer, Outbox& out) {
  cancel(peer);
  questions_.push_back({.type = Type::kIntroduce,
                        .transaction = static_cast<uint32_t>(rng_.next()),
                        .peer = peer,
                        .offer = {},
                        .next = now,
                        .timeout = config_.first_timeout});
  if (registered_) ask(now, questions_.back(), out);  // else on_registered() will
}

bool RendezvousClient::asks(const Name& peer) const {
  return std::ranges::any_of(
      questions_, [&](const Question& q) { return q.type == Type::kIntroduce && q.peer == peer; });
}

void RendezvousClient::cancel(const Name& peer) {
  std::erase_if(questions_,
                [&](const Question& q) { return q.type == Type::kIntroduce && q.peer == peer; });
}

void RendezvousClient::offer(Instant now, const RelayOffer& offer, Outbox& out) {
  drop_offer(offer.session);
  questions_.push_back({.type = Type::kOffer,
                        .transaction = static_cast<uint32_t>(rng_.next()),
                        .peer = {},
                        .offer = offer,
                        .next = now,
                        .timeout = config_.first_timeout});
  if (registered_) ask(now, questions_.back(), out);
}

void RendezvousClient::drop_offer(uint32_t session) {
  std::erase_if(questions_, [&](const Question& q) {
    return q.type == Type::kOffer && q.offer.session == session;
  });
}

void RendezvousClient::take_offer(Outbox& out) {
  send({.type = Type::kOfferTaken,
        .sequence = offer_.sequence,
        .transaction = offer_transaction_,
        .session = offer_.session},
       out);
}

void RendezvousClient::ask(Instant now, Question& q, Outbox& out) {
  q.next = now + q.timeout;
  q.timeout = longer(q.timeout);
  RendezvousMessage m{.type = q.type, .transaction = q.transaction};
  if (q.type == Type::kIntroduce) {
    m.name = config_.name;
    m.target = q.peer;
  } else {
    m.session = q.offer.session;
    m.sequence = q.offer.sequence;
    m.name = q.offer.relay;
    m.endpoint = q.offer.relayed;
  }
  send(m, out);
}

void RendezvousClient::send(const RendezvousMessage& message, Outbox& out) {
  const size_t size =
      message.encode(out.prepare(kRendezvousFixedRoom + message.description.size()));
  out.commit(config_.socket, config_.server, size, {.traffic = Traffic::kRendezvous});
}

void RendezvousClient::on_timeout(Instant now, Outbox& out) {
  if (next_register_ <= now) {
    if (sends_ >= config_.unanswered_after) registered_ = false;
    sends_ == 0 ? start_register(now, out) : send_register(now, out);
  }
  if (!registered_) return;
  for (Question& q : questions_) {
    if (q.next <= now) ask(now, q, out);
  }
}

Instant RendezvousClient::deadline() const {
  Instant next = next_register_;
  if (registered_) {
    for (const Question& q : questions_) next = std::min(next, q.next);
  }
  return next;
}

RendezvousNews RendezvousClient::on_datagram(Instant now, const Datagram& d, Outbox& out) {
  if (d.remote != config_.server) return RendezvousNews::kNothing;
  const auto m = RendezvousMessage::parse(d.payload);
  if (!m) return RendezvousNews::kNothing;
  switch (m->type) {
    case Type::kRefused:
      return on_refused(now, *m, out);
    case Type::kRegistered:
      return on_registered(now, *m, out);
    case Type::kIntroduction:
      return m->error == RendezvousError::kNone ? on_introduction(*m, out)
                                                : RendezvousNews::kNothing;
    case Type::kOffer:
      if (m->error != RendezvousError::kNone) return RendezvousNews::kNothing;
      offer_ = {m->session, m->sequence, m->name, m->endpoint};
      offer_transaction_ = m->transaction;
      return RendezvousNews::kOffered;
    case Type::kOfferTaken: {
      const auto gone = std::erase_if(questions_, [&](const Question& q) {
        return q.type == Type::kOffer && q.transaction == m->transaction &&
               q.offer.session == m->session;
      });
      offer_ = {m->session, m->sequence, {}, {}};
      return gone != 0 ? RendezvousNews::kOfferTaken : RendezvousNews::kNothing;
    }
    default:
      return RendezvousNews::kNothing;
  }
}

RendezvousNews RendezvousClient::on_registered(Instant now, const RendezvousMessage& m,
                                               Outbox& out) {
  if (m.transaction != register_transaction_) return RendezvousNews::kNothing;
  const bool news = !registered_ || observed_ != m.endpoint;
  registered_ = true;
  observed_ = m.endpoint;
  sends_ = 0;
  next_register_ = now + config_.repeat;
  if (!news) return RendezvousNews::kNothing;
  out.emit({.kind = Kind::kRegistered, .remote = config_.server, .mapped = observed_});
  for (Question& q : questions_) ask(now, q, out);  // what waited for this
  return RendezvousNews::kRegistered;
}

RendezvousNews RendezvousClient::on_introduction(const RendezvousMessage& m, Outbox& out) {
  const auto answered = std::erase_if(questions_, [&](const Question& q) {
    return q.type == Type::kIntroduce && q.transaction == m.transaction;
  });
  if (answered == 0) {
    // Somebody asked for us, unless it is the late copy of an answer. Copies are accepted again: an
    // accept may be lost.
    if (m.controlling) return RendezvousNews::kNothing;
    send({.type = Type::kAccepted, .transaction = m.transaction, .session = m.session}, out);
  }
  if (introduction_.session == m.session && introduction_.key == m.key)
    return RendezvousNews::kNothing;
  introduction_ = {.peer = m.name,
                   .observed = m.endpoint,
                   .description = decode_description(m.description),
                   .session = m.session,
                   .key = m.key,
                   .controlling = m.controlling};
  out.emit({.kind = Kind::kIntroduced, .remote = m.endpoint, .name = m.name});
  return RendezvousNews::kIntroduced;
}

RendezvousNews RendezvousClient::on_refused(Instant now, const RendezvousMessage& m, Outbox& out) {
  refused_ = m.error;
  if (m.transaction == register_transaction_ && !registered_) return RendezvousNews::kRefused;
  const auto q = std::ranges::find(questions_, m.transaction, &Question::transaction);
  if (q == questions_.end()) return RendezvousNews::kNothing;
  refused_peer_ = q->peer;
  if (m.error == RendezvousError::kNotRegistered && registered_) {
    // The server restarted, or our NAT gave us another mapping: the question waits for a new
    // registration.
    registered_ = false;
    start_register(now, out);
    return RendezvousNews::kNothing;
  }
  q->transaction = static_cast<uint32_t>(rng_.next());
  q->timeout = config_.first_timeout;
  q->next = now + q->timeout;
  if (q->type == Type::kOffer) {  // the session is over
    offer_ = q->offer;
    questions_.erase(q);
  }
  return RendezvousNews::kRefused;
}

}  // namespace natbed
