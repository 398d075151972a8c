#include "protocols/punch/puncher.h"

#include <algorithm>

#include "base/check.h"
#include "protocols/stun/writer.h"

namespace natbed {
namespace {

using State = Puncher::State;

constexpr size_t kProbeRoom = 128;   // bytes; a probe has 72, its answer over IPv6 76
constexpr uint8_t kNominate = 0x80;  // in a transaction id, beside the index of the remote
constexpr uint64_t kTimeMask = 0xFFFFFFFFFFFFFF;  // 56 bits of nanoseconds: 2 years

std::array<char, 10> user_name(uint32_t session, bool controlling) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 10> name = {};
  for (size_t i = 0; i < 8; ++i) name[i] = kDigits[session >> (28 - 4 * i) & 0xF];
  name[8] = ':';
  name[9] = controlling ? 'c' : 'r';
  return name;
}
std::string_view view(const std::array<char, 10>& name) { return {name.data(), name.size()}; }

// Transaction id: nonce (32 bits) | nominate (1), index of the remote (7) | time of sending (56).
struct Sent {
  uint32_t nonce;
  bool nominate;
  size_t index;
  Instant at;
};
Sent read_id(const TransactionId& id) {
  ByteReader r(id.bytes);
  const uint32_t nonce = r.u32();
  const uint64_t rest = r.u64();
  const auto place = static_cast<uint8_t>(rest >> 56);
  return {nonce, (place & kNominate) != 0, place & ~size_t{kNominate},
          Instant::from_ns(static_cast<int64_t>(rest & kTimeMask))};
}

}  // namespace

Puncher::Puncher(SocketId socket, const Session& session, const PunchTiming& timing, Rng rng)
    : socket_(socket),
      nonce_(static_cast<uint32_t>(rng.next())),
      own_name_(user_name(session.id, session.controlling)),
      peer_name_(user_name(session.id, !session.controlling)),
      key_(session.key),
      timing_(timing),
      peer_(session.peer) {}

void Puncher::start(Instant now, std::span<const Candidate> remotes, Outbox& out) {
  state_ = State::kProbing;
  for (const Candidate& remote : remotes) remotes_.learn(remote.endpoint, remote.kind);
  settled_ = now + timing_.settle;
  give_up_ = now + timing_.give_up;
  gap_ = timing_.first_gap;
  round(now, out);
}

void Puncher::on_datagram(Instant now, const Datagram& d, Outbox& out) {
  if (const auto message = StunMessage::parse(d.payload)) take(now, *message, d, out);
}

bool Puncher::take(Instant now, const StunMessage& m, const Datagram& d, Outbox& out) {
  if (m.is(StunMethod::kBinding, StunClass::kRequest)) {
    if (m.text(StunAttribute::kUsername) != view(peer_name_)) return false;
    // The fingerprint needs no look: integrity covers all that counts.
    if (m.check_integrity(key_)) on_request(now, m, d, out);
    return true;
  }
  if (!m.is(StunMethod::kBinding, StunClass::kSuccess)) return false;
  if (read_id(m.transaction()).nonce != nonce_) return false;
  if (m.check_integrity(key_)) on_answer(now, m, d, out);
  return true;
}

void Puncher::on_request(Instant now, const StunMessage& m, const Datagram& d, Outbox& out) {
  if (state_ == State::kDead) return;  // an answer would be consent
  Remote* remote = remotes_.learn(d.remote, CandidateKind::kReflexive);
  answer(m, d, out);
  if (!remote) return;
  local_ = d.local;
  remote->heard = true;
  if (!controlling() && m.has(StunAttribute::kUseCandidate)) {
    for (Remote& other : remotes_.all()) other.nominated = false;
    remote->nominated = true;
    if (remotes_.valid(*remote)) return go_up(now, remotes_.index_of(*remote), out);
  }
  if (worth_a_probe(now, *remote)) {  // a triggered check (RFC 8445 §7.3.1.4)
    const bool sure =
        controlling() && state_ == State::kProbing && now >= settled_ && !remotes_.best_valid();
    if (sure) nominee_ = static_cast<uint8_t>(remotes_.index_of(*remote));
    return probe(now, *remote, sure, out);
  }
  settle(now, out);
}

bool Puncher::worth_a_probe(Instant now, const Remote& remote) const {
  if (remote.symmetric || under_way(now, remote)) return false;
  if (state_ != State::kUp) return true;
  return controlling() ? consent_missing(now) : remote.nominated && !remote.answered;
}

// A probe sent after both peers were introduced usually finds the other NAT open: it is worth a
// wait of one gap before another is spent.
bool Puncher::under_way(Instant now, const Remote& remote) const {
  return !remote.probed.is_never() && now - remote.probed < timing_.first_gap;
}

void Puncher::on_answer(Instant now, const StunMessage& m, const Datagram& d, Outbox& out) {
  const Sent sent = read_id(m.transaction());
  if (sent.index >= remotes_.size() || sent.at > now) return;
  Remote& remote = remotes_[sent.index];
  local_ = d.local;
  remote.answered = true;
  remote.symmetric |= remote.endpoint == d.remote;
  remote.round_trip = now - sent.at;
  if (state_ == State::kUp && sent.index == selected_) {
    answered_at_ = now;
    next_ = now + timing_.keep_alive;
    return;
  }
  const bool chosen = controlling() ? sent.nominate && sent.index == nominee_ : remote.nominated;
  const bool ripe = !controlling() || remote.symmetric || now >= settled_asymmetric();
  if (chosen && ripe && remotes_.valid(remote)) return go_up(now, sent.index, out);
  settle(now, out);
}

// The controlling side chooses as soon as it may and can. A path that answers is never given up for
// another.
void Puncher::settle(Instant now, Outbox& out) {
  const bool may = state_ == State::kUp ? consent_missing(now) : state_ == State::kProbing;
  const auto best = controlling() && may ? remotes_.best_valid() : std::nullopt;
  if (!best || (state_ == State::kUp && *best == selected_)) return;
  const Instant ripe = remotes_[*best].symmetric ? settled_ : settled_asymmetric();
  if (now < ripe) {
    settle_at_ = ripe;
  } else {
    nominate(now, *best, out);
  }
}

void Puncher::nominate(Instant now, size_t index, Outbox& out) {
  nominee_ = static_cast<uint8_t>(index);
  probe(now, remotes_[index], true, out);
  if (state_ == State::kUp) return;
  state_ = State::kNominating;
  next_ = now + timing_.first_gap;
  gap_ = timing_.first_gap * 3 / 2;
}

bool Puncher::consent_missing(Instant now) const {
  return now - answered_at_ > timing_.keep_alive + timing_.recheck;
}

void Puncher::go_up(Instant now, size_t index, Outbox& out) {
  const bool news = state_ != State::kUp || index != selected_;
  if (state_ != State::kUp) next_ = now + timing_.keep_alive;
  if (news) answered_at_ = now;
  state_ = State::kUp;
  selected_ = static_cast<uint8_t>(index);
  if (!news) return;
  out.emit({.kind = MachineEvent::Kind::kPathUp,
            .code = static_cast<uint32_t>(kind()),
            .local = local_,
            .remote = remote(),
            .round_trip = round_trip(),
            .name = peer_});
}

PathKind Puncher::kind() const {
  return remotes_[selected_].kind == CandidateKind::kHost ? PathKind::kDirect : PathKind::kPunched;
}

void Puncher::on_timeout(Instant now, Outbox& out) {
  if (now >= settle_at_) {
    settle_at_ = Instant::never();
    settle(now, out);
  }
  if (now < next_) return;
  if (state_ == State::kUp) return check_consent(now, out);
  round(now, out);
}

// One probe to every address that has not answered yet, or to the nominee. Later rounds get through
// where earlier ones did not: the other side's NAT was still closed, or a packet was lost.
void Puncher::round(Instant now, Outbox& out) {
  if (state_ == State::kNominating && gap_ == timing_.longest_gap) {
    // It stopped to answer before it was of any use.
    remotes_[nominee_].answered = remotes_[nominee_].symmetric = false;
    state_ = State::kProbing;
    gap_ = timing_.first_gap;
  }
  if (state_ == State::kDead || now >= give_up_) {
    state_ = state_ == State::kNominating ? State::kProbing : state_;
    next_ = Instant::never();
    return;
  }
  next_ = std::min(now + gap_, give_up_);
  gap_ = std::min(gap_ * 3 / 2, timing_.longest_gap);
  if (state_ == State::kNominating) return probe(now, remotes_[nominee_], true, out);
  for (Remote& remote : remotes_.all()) {
    if (!remote.symmetric) probe(now, remote, false, out);
  }
  settle(now, out);
}

void Puncher::check_consent(Instant now, Outbox& out) {
  if (now - answered_at_ >= timing_.consent_lost) {
    state_ = State::kDead;
    next_ = Instant::never();
    out.emit({.kind = MachineEvent::Kind::kPathDown,
              .code = static_cast<uint32_t>(kind()),
              .local = local_,
              .remote = remote(),
              .name = peer_});
    return;
  }
  probe(now, remotes_[selected_], true, out);
  if (consent_missing(now)) {  // the peer may have got another mapping, and be heard from there
    Remote& lost = remotes_[selected_];
    lost.answered = lost.symmetric = false;
    for (Remote& remote : remotes_.all()) {
      if (&remote != &lost && remote.heard) probe(now, remote, false, out);
    }
  }
  next_ = std::min(now + timing_.recheck, answered_at_ + timing_.consent_lost);
  settle(now, out);
}

void Puncher::suspect(Instant now, Outbox& out) {
  if (state_ != State::kUp) return;
  answered_at_ = std::min(answered_at_, now + timing_.recheck * 3 - timing_.consent_lost);
  check_consent(now, out);
}

void Puncher::probe(Instant now, Remote& remote, bool nominate, Outbox& out) {
  SendOptions options{.traffic = traffic()};
  if (remote.probed.is_never() && timing_.first_ttl != 0) options.ttl = timing_.first_ttl;
  remote.probed = now;
  StunWriter w(out.prepare(kProbeRoom), StunMethod::kBinding, StunClass::kRequest,
               make_id(now, remotes_.index_of(remote), nominate));
  w.text(StunAttribute::kUsername, view(own_name_));
  if (nominate && controlling()) w.flag(StunAttribute::kUseCandidate);
  w.integrity(key_);
  w.fingerprint();
  out.commit(socket_, remote.endpoint, w.finish(), options);
}

void Puncher::answer(const StunMessage& request, const Datagram& d, Outbox& out) {
  StunWriter w(out.prepare(kProbeRoom), StunClass::kSuccess, request);
  w.xor_address(StunAttribute::kXorMappedAddress, d.remote);
  w.integrity(key_);
  w.fingerprint();
  out.commit(socket_, d.remote, w.finish(), {.traffic = traffic()});
}

TransactionId Puncher::make_id(Instant now, size_t index, bool nominate) const {
  TransactionId id;
  ByteWriter w(id.bytes);
  w.u32(nonce_);
  const uint64_t place = index | (nominate ? kNominate : 0);
  w.u64(place << 56 | (static_cast<uint64_t>(now.ns()) & kTimeMask));
  return id;
}

}  // namespace natbed
