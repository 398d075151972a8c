#include "protocols/peer/connection.h"

#include <algorithm>

namespace natbed {
namespace {

using Kind = MachineEvent::Kind;

// When a path is lost both sides notice at about the same time; the one that controls asks first.
constexpr Duration kOtherFirst = Duration::seconds(2);
// After this the rendezvous service does not repeat an introduction any more (7 times 500 ms).
constexpr Duration kAskAgain = Duration::seconds(4);

bool usable(const std::unique_ptr<Puncher>& puncher) { return puncher && puncher->up(); }
bool dead(const std::unique_ptr<Puncher>& puncher) {
  return puncher && puncher->state() == Puncher::State::kDead;
}

}  // namespace

// Counts what f() sends.
template <class F>
void Connection::counted(Outbox& out, F f) {
  const Outbox::Mark mark = out.mark();
  f();
  for (const Outbox::Command& command : out.commands(mark)) {
    ++path_.packets_sent;
    path_.bytes_sent += command.size;
  }
}

// Calls f(puncher); its state says what its events say, and update() tells the world.
template <class F>
void Connection::drive(Puncher& puncher, Outbox& out, F f) {
  const Outbox::Mark mark = out.mark();
  counted(out, [&] { f(puncher); });
  out.drop_events(mark);
}

void Connection::connect(Instant now, PeerParts& parts, Outbox& out) {
  if (way_ != Way::kNone || (wanted_ && !give_up_at_.is_never())) return;
  wanted_ = true;
  started_ = now;
  give_up_at_ = now + parts.config.connect_timeout;
  why_failed_.clear();
  if (!trying()) ask(now, parts, out);
}

void Connection::close(Instant now, PeerParts& parts, Outbox& out) {
  parts.rendezvous.cancel(peer_);
  if (relayed_) relayed_->release(now, parts, out);
}

void Connection::ask(Instant now, PeerParts& parts, Outbox& out) {
  ask_at_ = Instant::never();
  counted(out, [&] { parts.rendezvous.introduce(now, peer_, out); });
}

void Connection::introduced(Instant now, const Introduction& introduction, PeerParts& parts,
                            Outbox& out) {
  if (session_ == introduction.session) return;
  session_ = introduction.session;
  controlling_ = introduction.controlling;
  refused_ = RendezvousError::kNone;
  ++path_.attempts;
  ask_at_ = Instant::never();
  parts.rendezvous.cancel(peer_);
  if (way_ == Way::kNone && give_up_at_.is_never()) {
    started_ = now;
    give_up_at_ = now + parts.config.connect_timeout;
  }
  if (fresh_) patience_ = now + parts.config.relay_patience;
  if (way_ == Way::kRelayed && controlling_) ask_at_ = now + parts.config.retry_direct;
  // What we were told of the peer may be out of date: who waits longer than punching lasts asks
  // again, and sooner if there was a path, for then the peer has most likely moved or restarted.
  const Instant ask_again = now + (fresh_ ? parts.config.punch.give_up : kAskAgain);
  if (way_ == Way::kNone && controlling_ && ask_again < give_up_at_) ask_at_ = ask_again;
  if (parts.config.techniques & (kDirect | kPunch)) punch(now, introduction, parts, out);
  if (parts.config.techniques & kRelay) {
    if (!relayed_)
      relayed_ = std::make_unique<RelayedWay>(parts.config, peer_, rng_.fork("relayed"));
    counted(out, [&] { relayed_->introduced(now, introduction, parts, out); });
  }
  update(now, parts, out);
}

void Connection::punch(Instant now, const Introduction& introduction, PeerParts& parts,
                       Outbox& out) {
  if (usable(direct_)) {
    former_ = std::move(direct_);
    // Why should anybody ask anew, if it worked?
    drive(*former_, out, [&](Puncher& puncher) { puncher.suspect(now, out); });
  }
  Description known;
  for (const Candidate& candidate : introduction.description.all_candidates()) {
    const Technique technique = candidate.kind == CandidateKind::kHost ? kDirect : kPunch;
    if (candidate.kind != CandidateKind::kRelayed && (parts.config.techniques & technique))
      known.add(candidate);
  }
  if (parts.config.techniques & kPunch)
    known.add(Candidate{CandidateKind::kReflexive, introduction.observed});
  const Puncher::Session session{introduction.session, introduction.key, introduction.controlling,
                                 peer_};
  direct_ = std::make_unique<Puncher>(kPeerSocket, session, parts.config.punch,
                                      rng_.fork(introduction.session));
  drive(*direct_, out, [&](Puncher& puncher) { puncher.start(now, known.all_candidates(), out); });
}

bool Connection::offered(Instant now, const RelayOffer& offer, PeerParts& parts, Outbox& out) {
  if (!relayed_ || offer.session != session_) return false;
  counted(out, [&] { relayed_->offered(now, offer, parts, out); });
  update(now, parts, out);
  return true;
}

// The rendezvous service forgot the session, because one of us came back from elsewhere.
void Connection::session_over(Instant now, uint32_t session, PeerParts& parts, Outbox& out) {
  if (session == session_ && way_ != Way::kDirect) ask(now, parts, out);
}

bool Connection::take(Instant now, const StunMessage& message, const Datagram& d, PeerParts& parts,
                      Outbox& out) {
  bool taken = false;
  if (relayed_) counted(out, [&] { taken = relayed_->take(now, message, d, parts, out); });
  for (Puncher* puncher : {direct_.get(), former_.get()}) {
    if (taken || !puncher || d.socket != kPeerSocket) continue;
    drive(*puncher, out, [&](Puncher& p) { taken = p.take(now, message, d, out); });
  }
  if (!taken) return false;
  received(d.payload.size());
  update(now, parts, out);
  return true;
}

void Connection::received(size_t bytes) {
  ++path_.packets_received;
  path_.bytes_received += bytes;
}

bool Connection::knows(SocketId socket, const Endpoint& source) const {
  if (relayed_ && relayed_->knows(socket, source)) return true;
  if (socket != kPeerSocket) return false;
  return (direct_ && direct_->knows(source)) || (former_ && former_->knows(source));
}

bool Connection::send(ByteView frame, PeerParts& parts, Outbox& out) {
  if (way_ == Way::kNone) return false;
  counted(out, [&] {
    if (way_ == Way::kRelayed) return relayed_->send(frame, parts, out);
    out.send(kPeerSocket, puncher_of(way_).remote(), frame, {.traffic = Traffic::kData});
  });
  return true;
}

void Connection::answer(const Datagram& d, ByteView frame, PeerParts& parts, Outbox& out) {
  counted(out, [&] {
    if (d.socket == kPeerSocket)
      return out.send(kPeerSocket, d.remote, frame, {.traffic = Traffic::kData});
    relayed_->send_to(d.remote, frame, parts, out);
  });
}

void Connection::relays_measured(Instant now, PeerParts& parts, Outbox& out) {
  if (relayed_) counted(out, [&] { relayed_->relays_measured(now, parts, out); });
}

void Connection::on_news(Instant now, const Relaying::News& news, PeerParts& parts, Outbox& out) {
  if (!relayed_) return;
  counted(out, [&] { relayed_->on_news(now, news, parts, out); });
  update(now, parts, out);
}

void Connection::suspect(Instant now, PeerParts& parts, Outbox& out) {
  suspected_ = true;
  for (Puncher* puncher : {direct_.get(), former_.get()}) {
    if (puncher) drive(*puncher, out, [&](Puncher& p) { p.suspect(now, out); });
  }
  update(now, parts, out);
  // Whoever was introduced to us since the path was lost knows our former address. A question that
  // is still open was repeated from the new one: a second session at once would only confuse.
  const bool searching = way_ == Way::kNone && !give_up_at_.is_never();
  if (searching && !parts.rendezvous.asks(peer_)) ask(now, parts, out);
}

void Connection::moved(Instant now, PeerParts& parts, Outbox& out) {
  if (relayed_) relayed_->forget();
  suspect(now, parts, out);
  if (way_ != Way::kNone) ask(now, parts, out);
}

void Connection::on_timeout(Instant now, PeerParts& parts, Outbox& out) {
  for (Puncher* puncher : {direct_.get(), former_.get()}) {
    if (puncher) drive(*puncher, out, [&](Puncher& p) { p.on_timeout(now, out); });
  }
  if (relayed_) counted(out, [&] { relayed_->on_timeout(now, parts, out); });
  update(now, parts, out);
  if (now >= release_at_) {
    release_at_ = Instant::never();
    counted(out, [&] { relayed_->release(now, parts, out); });
  }
  if (now >= ask_at_) ask(now, parts, out);
  if (now >= give_up_at_) give_up(now, parts, out);
}

Instant Connection::deadline() const {
  Instant next = std::min({ask_at_, give_up_at_, release_at_});
  if (direct_) next = std::min(next, direct_->deadline());
  if (former_) next = std::min(next, former_->deadline());
  if (relayed_) next = std::min(next, relayed_->deadline());
  if (way_ == Way::kNone && relayed_ && relayed_->up()) next = std::min(next, patience_);
  return next;
}

bool Connection::trying() const {
  const bool probing = direct_ && direct_->state() != Puncher::State::kDead;
  return !give_up_at_.is_never() && (probing || (relayed_ && relayed_->trying()));
}

// The best way that holds. A relay waits for its turn only at the beginning: later it is the safety
// net.
Connection::Way Connection::best(Instant now) const {
  if (usable(direct_)) return Way::kDirect;
  if (usable(former_)) return Way::kFormer;
  if (!relayed_ || !relayed_->up()) return Way::kNone;
  const bool hope = direct_ && !direct_->gave_up(now);
  return way_ != Way::kNone || !hope || now >= patience_ ? Way::kRelayed : Way::kNone;
}

PathKind Connection::kind_of(Way way) const {
  if (way == Way::kNone) return PathKind::kNone;
  return way == Way::kRelayed ? PathKind::kRelayed : puncher_of(way).kind();
}

Endpoint Connection::remote_of(Way way) const {
  if (way == Way::kNone) return {};
  return way == Way::kRelayed ? relayed_->remote() : puncher_of(way).remote();
}

void Connection::update(Instant now, PeerParts& parts, Outbox& out) {
  const Way way = best(now);
  if (way != way_ || remote_of(way) != path_.remote || kind_of(way) != path_.kind)
    change(now, way, parts, out);
  if (dead(direct_)) direct_.reset();
  if (dead(former_) || way_ == Way::kDirect) former_.reset();
  if (way_ != Way::kDirect || !relayed_ || !relayed_->trying()) {
    release_at_ = Instant::never();
  } else if (release_at_.is_never()) {
    release_at_ = now + parts.config.relay_linger;
  }
}

void Connection::change(Instant now, Way way, PeerParts& parts, Outbox& out) {
  const bool worse = way < way_;
  if (worse) tell(Kind::kPathDown, out);
  way_ = way;
  path_.kind = kind_of(way);
  path_.remote = remote_of(way);
  path_.local = way == Way::kNone      ? Endpoint{}
                : way == Way::kRelayed ? relayed_->local()
                                       : puncher_of(way).local();
  path_.route = way == Way::kRelayed ? relayed_->route() : RelayRoute{};
  path_.since = now;
  ask_at_ = Instant::never();
  // Fresh addresses may help: at once if a way was lost, now and then while there is none but the
  // relay.
  const bool direct = (parts.config.techniques & (kDirect | kPunch)) != 0;
  if (worse && (wanted_ || suspected_)) {
    ask_at_ = now + (controlling_ ? Duration::zero() : kOtherFirst);
  }
  if (!worse && way == Way::kRelayed && controlling_ && direct)
    ask_at_ = now + parts.config.retry_direct;
  if (way == Way::kNone) {
    give_up_at_ = now + parts.config.connect_timeout;
    return;
  }
  give_up_at_ = Instant::never();
  suspected_ = false;
  if (fresh_) {
    path_.setup = now - started_;
    fresh_ = false;
  } else {
    ++path_.changes;
  }
  tell(Kind::kPathUp, out);
}

void Connection::give_up(Instant now, PeerParts& parts, Outbox& out) {
  why_failed_ = explain(parts);
  if (wanted_) out.emit({.kind = Kind::kConnectFailed, .name = peer_, .text = reason(parts)});
  close(now, parts, out);
  direct_.reset();
  former_.reset();
  give_up_at_ = ask_at_ = Instant::never();
  wanted_ = false;
  fresh_ = true;
}

}  // namespace natbed
