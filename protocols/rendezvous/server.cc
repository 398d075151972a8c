#include "protocols/rendezvous/server.h"

#include <algorithm>

#include "base/hash.h"

namespace natbed {
namespace {

using Type = RendezvousMessage::Type;

constexpr SocketId kSocket(0);
constexpr uint32_t kSlotBits = 20;
constexpr uint32_t kSlotMask = (1u << kSlotBits) - 1;
constexpr size_t kLookedAt = 8;  // slots that a newcomer looks at before the table grows

uint64_t pair_hash(uint32_t a, uint32_t b) { return hash_mix(std::min(a, b), std::max(a, b)); }

}  // namespace

void RendezvousServer::on_start(Instant, Outbox& out) {
  // A restart forgets everything, as a restarted program would; peers come back with their next
  // registration.
  peers_.clear(), sessions_.clear(), by_name_.clear(), by_pair_.clear(), pending_.clear();
  next_pending_ = hand_ = 0;
  out.open_udp(kSocket, config_.local);
}

void RendezvousServer::on_datagram(Instant now, const Datagram& d, Outbox& out) {
  const auto m = RendezvousMessage::parse(d.payload);
  if (!m) return;
  // Never answer an answer: two services would talk to each other for ever.
  const bool asks = m->type == Type::kRegister || m->type == Type::kIntroduce;
  if (m->error != RendezvousError::kNone) {
    if (asks) refuse(m->error, m->transaction, d.remote, out);
    return;
  }
  switch (m->type) {
    case Type::kRegister:
      return on_register(now, *m, d.remote, out);
    case Type::kIntroduce:
      return on_introduce(now, *m, d.remote, out);
    case Type::kOffer:
    case Type::kOfferTaken:
      return pass_on(now, *m, d.remote, out);
    case Type::kAccepted:
      if (Session* session = find_session(m->session);
          session && peers_[session->asked].observed == d.remote) {
        session->accepted = true;
        drop_settled();
      }
      return;
    default:
      return;
  }
}

void RendezvousServer::on_register(Instant now, const RendezvousMessage& m, const Endpoint& from,
                                   Outbox& out) {
  Registration* peer = find(m.name);
  for (size_t i = 0; !peer && i < std::min(kLookedAt, peers_.size()); ++i) {
    hand_ = (hand_ + 1) % peers_.size();
    if (peers_[hand_].expires <= now) peer = &peers_[hand_];
  }
  if (!peer) {
    if (peers_.size() >= config_.max_peers) {
      return refuse(RendezvousError::kFull, m.transaction, from, out);
    }
    peer = &peers_.emplace_back();
  }
  if (peer->name != m.name) {
    if (!peer->name.empty()) by_name_.erase(hash_bytes(peer->name.view()), index_of(peer));
    peer->name = m.name;
    ++peer->moves;
    by_name_.insert(hash_bytes(m.name.view()), index_of(peer));
  }
  if (peer->observed != from) {
    peer->observed = from;
    ++peer->moves;
  }
  const auto expiry_s = static_cast<uint16_t>(config_.expiry.ns() / Duration::seconds(1).ns());
  const uint16_t lifetime_s = m.lifetime_s == 0 ? expiry_s : std::min(m.lifetime_s, expiry_s);
  peer->expires = now + Duration::seconds(lifetime_s);
  peer->description.assign(m.description.begin(), m.description.end());
  send({.type = Type::kRegistered,
        .lifetime_s = lifetime_s,
        .transaction = m.transaction,
        .endpoint = from},
       from, out);
}

void RendezvousServer::on_introduce(Instant now, const RendezvousMessage& m, const Endpoint& from,
                                    Outbox& out) {
  Registration* asker = find(now, m.name);
  if (!asker || asker->observed != from) {
    return refuse(RendezvousError::kNotRegistered, m.transaction, from, out);
  }
  Registration* asked = find(now, m.target);
  if (!asked || asked == asker) {
    return refuse(RendezvousError::kUnknownPeer, m.transaction, from, out);
  }
  const uint32_t a = index_of(asker), b = index_of(asked);
  if (const auto known = last_session(a, b)) {
    Session& session = sessions_[*known];
    if (still_holds(now, session, a, m.transaction)) {
      const bool is_asker = session.asker == a;
      if (!is_asker)
        session.accepted = true;  // who asks for the asker hears of the session by this answer
      return send_introduction(session, is_asker, m.transaction, out);
    }
  } else if (sessions_.size() > kSlotMask) {
    return refuse(RendezvousError::kFull, m.transaction, from, out);
  }
  const Session& session = open_session(now, a, b, m.transaction);
  send_introduction(session, true, m.transaction, out);
  send_introduction(session, false, m.transaction, out);
  pending_.push_back({now + config_.retransmit, session.id, 1});
}

void RendezvousServer::pass_on(Instant now, const RendezvousMessage& m, const Endpoint& from,
                               Outbox& out) {
  const Session* session = find_session(m.session);
  if (session) {
    const Registration& asker = peers_[session->asker];
    const Registration& asked = peers_[session->asked];
    const bool holds = session->asker_moves == asker.moves && session->asked_moves == asked.moves &&
                       asker.expires > now && asked.expires > now;
    if (holds && from == asker.observed) return send(m, asked.observed, out);
    if (holds && from == asked.observed) return send(m, asker.observed, out);
  }
  if (m.type == Type::kOffer) refuse(RendezvousError::kUnknownSession, m.transaction, from, out);
}

bool RendezvousServer::still_holds(Instant now, const Session& session, uint32_t asker,
                                   uint32_t transaction) const {
  if (session.asker_moves != peers_[session.asker].moves) return false;
  if (session.asked_moves != peers_[session.asked].moves) return false;
  if (session.asker == asker)
    return session.transaction == transaction;  // asked again for want of an answer
  return now - session.made < config_.glare;
}

RendezvousServer::Session& RendezvousServer::open_session(Instant now, uint32_t asker,
                                                          uint32_t asked, uint32_t transaction) {
  const auto known = last_session(asker, asked);
  const uint32_t slot = known.value_or(static_cast<uint32_t>(sessions_.size()));
  if (!known) {
    sessions_.emplace_back();
    by_pair_.insert(pair_hash(asker, asked), slot);
  }
  Session& session = sessions_[slot];
  session = {.id = slot | static_cast<uint32_t>((rng_.next() | 1) << kSlotBits),
             .asker = asker,
             .asked = asked,
             .asker_moves = peers_[asker].moves,
             .asked_moves = peers_[asked].moves,
             .transaction = transaction,
             .made = now};
  ByteWriter key(session.key);
  key.u64(rng_.next());
  key.u64(rng_.next());
  return session;
}

void RendezvousServer::send_introduction(const Session& session, bool to_asker,
                                         uint32_t transaction, Outbox& out) {
  const Registration& to = peers_[to_asker ? session.asker : session.asked];
  const Registration& other = peers_[to_asker ? session.asked : session.asker];
  send({.type = Type::kIntroduction,
        .controlling = to_asker,
        .transaction = transaction,
        .session = session.id,
        .name = other.name,
        .endpoint = other.observed,
        .key = session.key,
        .description = other.description},
       to.observed, out);
}

void RendezvousServer::on_timeout(Instant now, Outbox& out) {
  while (deadline() <= now) {
    Pending pending = pending_[next_pending_++];
    const Session* session = find_session(pending.session);
    if (session && peers_[session->asked].expires > now) {
      send_introduction(*session, false, session->transaction, out);
      if (++pending.sends < config_.sends) {
        pending.due = now + config_.retransmit;
        pending_.push_back(pending);
      }
    }
    drop_settled();
  }
}

// Keeps the front of the queue at something that still waits, so that deadline() is no false alarm.
void RendezvousServer::drop_settled() {
  while (next_pending_ < pending_.size()) {
    const Session* session = find_session(pending_[next_pending_].session);
    if (session && !session->accepted) break;
    ++next_pending_;
  }
  if (next_pending_ * 2 >= pending_.size()) {
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<ptrdiff_t>(next_pending_));
    next_pending_ = 0;
  }
}

Instant RendezvousServer::deadline() const {
  return next_pending_ < pending_.size() ? pending_[next_pending_].due : Instant::never();
}

void RendezvousServer::refuse(RendezvousError error, uint32_t transaction, const Endpoint& to,
                              Outbox& out) {
  send({.type = Type::kRefused, .error = error, .transaction = transaction}, to, out);
}

void RendezvousServer::send(const RendezvousMessage& m, const Endpoint& to, Outbox& out) {
  const size_t size = m.encode(out.prepare(kRendezvousFixedRoom + m.description.size()));
  out.commit(kSocket, to, size, {.traffic = Traffic::kRendezvous});
}

RendezvousServer::Registration* RendezvousServer::find(const Name& name) {
  const auto known = by_name_.find(hash_bytes(name.view()),
                                   [&](uint32_t slot) { return peers_[slot].name == name; });
  return known ? &peers_[*known] : nullptr;
}

RendezvousServer::Registration* RendezvousServer::find(Instant now, const Name& name) {
  Registration* known = find(name);
  return known && known->expires > now ? known : nullptr;
}

std::optional<uint32_t> RendezvousServer::last_session(uint32_t a, uint32_t b) const {
  return by_pair_.find(pair_hash(a, b), [&](uint32_t slot) {
    const Session& s = sessions_[slot];
    return (s.asker == a && s.asked == b) || (s.asker == b && s.asked == a);
  });
}

RendezvousServer::Session* RendezvousServer::find_session(uint32_t id) {
  const uint32_t slot = id & kSlotMask;
  return slot < sessions_.size() && sessions_[slot].id == id ? &sessions_[slot] : nullptr;
}

size_t RendezvousServer::registered(Instant now) const {
  return static_cast<size_t>(
      std::ranges::count_if(peers_, [&](const Registration& peer) { return peer.expires > now; }));
}

}  // namespace natbed
