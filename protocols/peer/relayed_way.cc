#include "protocols/peer/relayed_way.h"

#include <algorithm>

namespace natbed {
namespace {

using Kind = MachineEvent::Kind;

// No relay is left: those that failed are tried again at this pace, for any is better than none.
constexpr Duration kRetry = Duration::seconds(1);

// A relay is watched more closely than a direct path: when it dies another one is at hand.
PunchTiming relay_timing(const PeerConfig& config) {
  PunchTiming timing = config.punch;
  timing.settle = Duration::zero();  // there is but one address to wait for
  timing.first_ttl = 0;
  timing.consent_lost = config.relay_consent_lost;
  timing.keep_alive = std::min(timing.keep_alive, config.relay_consent_lost / 2);
  timing.recheck = std::min(timing.recheck, config.relay_consent_lost / 10);
  return timing;
}

}  // namespace

RelayedWay::RelayedWay(const PeerConfig& config, const Name& peer, Rng rng)
    : timing_(relay_timing(config)),
      rng_(rng),
      choice_(config.relay_choice, rng.fork("choice")),
      dead_until_(config.relays.size()) {
  introduction_.peer = peer;
}

template <class F>
void RelayedWay::drive(PeerParts& parts, Outbox& out, F f) {
  Outbox& into = relay_ ? parts.relaying.scratch() : out;
  const Outbox::Mark mark = into.mark();
  f(*puncher_, into);
  into.drop_events(mark);  // its state says the same, and the connection tells the world
  if (relay_) parts.relaying.carry(*relay_, out);
}

void RelayedWay::introduced(Instant now, const Introduction& introduction, PeerParts& parts,
                            Outbox& out) {
  introduction_ = introduction;
  sequence_ = 0;
  if (relay_) permit_peer(now, parts, out);  // it may have moved
  if (!introduction.controlling || up()) return;
  if (relay_) {  // chosen already: only the session is new
    if (puncher_) start(now, parts, out);
    return;
  }
  release(now, parts, out);
  choice_.forget_peer();
  for (const Description::Relay& relay : introduction.description.relays) {
    choice_.measured_by_peer(relay.name, relay.round_trip);
  }
  wanted_ = true;
  choose(now, parts, out);
}

void RelayedWay::relays_measured(Instant now, PeerParts& parts, Outbox& out) {
  if (wanted_ && !relay_) choose(now, parts, out);
}

void RelayedWay::choose(Instant now, PeerParts& parts, Outbox& out) {
  const std::vector<RelayServer>& relays = parts.config.relays;
  if (!parts.gathering.relays_known(now)) return;
  for (size_t i = 0; i < relays.size(); ++i) {
    const auto round_trip = parts.gathering.round_trip(i);
    if (round_trip && dead_until_[i] <= now) choice_.measured_by_us(relays[i].name, *round_trip);
  }
  const auto route = choice_.choose();
  if (!route) {
    if (!relays.empty()) retry_at_ = now + kRetry;
    return;
  }
  route_ = *route;
  const auto chosen = std::ranges::find(relays, route_.relays[0], &RelayServer::name);
  relay_ = static_cast<size_t>(chosen - relays.begin());
  out.emit({.kind = Kind::kRelayChosen,
            .remote = chosen->endpoint,
            .round_trip = route_.round_trip,
            .name = chosen->name});
  parts.relaying.hold(now, *relay_, out);
  permit_peer(now, parts, out);
  if (parts.relaying.address(*relay_)) start(now, parts, out);
}

void RelayedWay::retry(Instant now, PeerParts& parts, Outbox& out) {
  retry_at_ = Instant::never();
  if (!wanted_ || relay_) return;
  std::ranges::fill(dead_until_, now);
  parts.gathering.ask_silent_relays(now, out);
  choose(now, parts, out);
}

// TURN asks for permission by address: all that the peer may come from. The relay cannot reach into
// its LAN.
void RelayedWay::permit_peer(Instant now, PeerParts& parts, Outbox& out) {
  parts.relaying.permit(now, *relay_, introduction_.observed.ip, out);
  for (const Candidate& candidate : introduction_.description.all_candidates()) {
    if (candidate.endpoint.ip.is_private()) continue;
    parts.relaying.permit(now, *relay_, candidate.endpoint.ip, out);
  }
}

void RelayedWay::make_puncher(SocketId socket) {
  const Puncher::Session session{introduction_.session, introduction_.key,
                                 introduction_.controlling, introduction_.peer};
  puncher_ = std::make_unique<Puncher>(socket, session, timing_, Rng(rng_.next()));
  bound_ = false;
}

// We have an address on the relay: the peer will come there once it knows.
void RelayedWay::start(Instant now, PeerParts& parts, Outbox& out) {
  wanted_ = false;
  parts.rendezvous.offer(
      now, {introduction_.session, ++sequence_, route_.relays[0], *parts.relaying.address(*relay_)},
      out);
  make_puncher(Relaying::socket_of(*relay_));
  drive(parts, out, [&](Puncher& puncher, Outbox& into) { puncher.start(now, {}, into); });
}

void RelayedWay::offered(Instant now, const RelayOffer& offer, PeerParts& parts, Outbox& out) {
  if (offer.sequence <= sequence_) return;  // an old one, or a copy
  release(now, parts, out);
  sequence_ = offer.sequence;
  offered_ = offer.relayed;
  route_ = {};
  route_.relays[route_.size++] = offer.relay;
  out.emit({.kind = Kind::kRelayChosen, .remote = offer.relayed, .name = offer.relay});
  make_puncher(kPeerSocket);
  const Candidate candidate{CandidateKind::kRelayed, offer.relayed};
  drive(parts, out, [&](Puncher& puncher, Outbox& into) {
    puncher.start(now, {&candidate, 1}, into);
  });
}

void RelayedWay::on_news(Instant now, const Relaying::News& news, PeerParts& parts, Outbox& out) {
  if (relay_ != news.relay) return;
  if (news.kind == Relaying::News::Kind::kLost) return lose(now, parts, out);
  if (wanted_) start(now, parts, out);
}

bool RelayedWay::take(Instant now, const StunMessage& message, const Datagram& d, PeerParts& parts,
                      Outbox& out) {
  if (!puncher_ || d.socket != (relay_ ? Relaying::socket_of(*relay_) : kPeerSocket)) return false;
  // On the shared socket only what comes from the relay is ours; all else is the direct way's.
  if (!relay_ && d.remote != offered_) return false;
  bool taken = false;
  drive(parts, out,
        [&](Puncher& puncher, Outbox& into) { taken = puncher.take(now, message, d, into); });
  if (taken) after_puncher(now, parts, out);
  return taken;
}

void RelayedWay::on_timeout(Instant now, PeerParts& parts, Outbox& out) {
  if (now >= retry_at_) retry(now, parts, out);
  if (!puncher_) return;
  drive(parts, out, [&](Puncher& puncher, Outbox& into) { puncher.on_timeout(now, into); });
  after_puncher(now, parts, out);
}

void RelayedWay::after_puncher(Instant now, PeerParts& parts, Outbox& out) {
  if (puncher_->state() == Puncher::State::kDead || puncher_->gave_up(now))
    return lose(now, parts, out);
  if (relay_ && !bound_ && puncher_->up()) {
    bound_ = true;
    parts.relaying.bind(now, *relay_, puncher_->remote(), out);
  }
}

void RelayedWay::lose(Instant now, PeerParts& parts, Outbox& out) {
  const auto lost = relay_;
  out.emit({.kind = Kind::kRelayLost, .name = route_.relays[0]});
  release(now, parts, out);
  if (!lost || !introduction_.controlling) return;  // the other side offers the next one
  choice_.declare_dead(route_.relays[0]);
  dead_until_[*lost] = now + parts.config.measure_relays;
  wanted_ = true;
  choose(now, parts, out);
}

bool RelayedWay::knows(SocketId socket, const Endpoint& source) const {
  return puncher_ && socket == (relay_ ? Relaying::socket_of(*relay_) : kPeerSocket) &&
         puncher_->knows(source);
}

void RelayedWay::send(ByteView frame, PeerParts& parts, Outbox& out) const {
  send_to(puncher_->remote(), frame, parts, out);
}

void RelayedWay::send_to(const Endpoint& to, ByteView frame, PeerParts& parts, Outbox& out) const {
  const SendOptions options{.traffic = Traffic::kData};
  if (!relay_) return out.send(kPeerSocket, to, frame, options);
  parts.relaying.scratch().send(Relaying::socket_of(*relay_), to, frame, options);
  parts.relaying.carry(*relay_, out);
}

void RelayedWay::release(Instant now, PeerParts& parts, Outbox& out) {
  if (relay_) {
    parts.rendezvous.drop_offer(introduction_.session);
    parts.relaying.let_go(now, *relay_, out);
  }
  forget();
}

void RelayedWay::forget() {
  relay_.reset();
  puncher_.reset();
  retry_at_ = Instant::never();
  wanted_ = false;
}

}  // namespace natbed
