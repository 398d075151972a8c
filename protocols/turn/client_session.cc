// The requests of a TurnClient, and what their answers change. The machine around them is in
// client.cc.
#include <algorithm>

#include "protocols/stun/credentials.h"
#include "protocols/stun/writer.h"
#include "protocols/turn/client.h"
#include "protocols/turn/constants.h"

namespace natbed {
namespace {

// About a minute before the end (RFC 8656 §8); a Refresh that gets no answer has failed after 39.5
// s.
constexpr Duration kRefreshAhead = Duration::seconds(60);
// Channels live longer, but their permission does not, and a ChannelBind refreshes both (RFC 8656
// §12).
constexpr Duration kGrantRefresh = kTurnPermissionLifetime - kRefreshAhead;
// One 401 and one 438 are a normal way in; a server that goes on changing its nonce is broken.
constexpr uint8_t kMaxChallenges = 3;

}  // namespace

void TurnClient::begin(Instant now, Purpose purpose, Outbox& out) {
  purpose_ = purpose;
  refresh_at_ = Instant::never();
  session_.start(now, rng_, config_.rules);
  send_session(out);
}

void TurnClient::begin(Instant now, Grant& grant, Outbox& out) {
  grant.refresh_at = Instant::never();
  grant.transaction.start(now, rng_, config_.rules);
  send_grant(grant, out);
}

void TurnClient::send_session(Outbox& out) {
  const StunMethod method =
      purpose_ == Purpose::kAllocate ? StunMethod::kAllocate : StunMethod::kRefresh;
  StunWriter writer(out.prepare(kStunRoom), method, StunClass::kRequest, session_.id());
  if (purpose_ == Purpose::kAllocate)
    writer.u8(StunAttribute::kRequestedTransport, kTurnTransportUdp);
  if (purpose_ == Purpose::kRelease || purpose_ == Purpose::kReclaim) {
    writer.u32(StunAttribute::kLifetime, 0);
  } else if (config_.lifetime > Duration::zero()) {
    writer.u32(StunAttribute::kLifetime,
               static_cast<uint32_t>(config_.lifetime.ns() / 1'000'000'000));
  }
  if (config_.family)
    writer.u8(StunAttribute::kRequestedAddressFamily, static_cast<uint8_t>(*config_.family));
  commit(writer, out);
}

void TurnClient::send_grant(const Grant& grant, Outbox& out) {
  const StunMethod method =
      grant.channel != 0 ? StunMethod::kChannelBind : StunMethod::kCreatePermission;
  StunWriter writer(out.prepare(kStunRoom), method, StunClass::kRequest, grant.transaction.id());
  if (grant.channel != 0) writer.u16(StunAttribute::kChannelNumber, grant.channel);
  writer.xor_address(StunAttribute::kXorPeerAddress, grant.peer);
  commit(writer, out);
}

void TurnClient::commit(StunWriter& writer, Outbox& out) const {
  if (key_) {
    if (anonymous_) {
      writer.bytes(StunAttribute::kUserHash, user_hash(config_.user, realm_));
    } else {
      writer.text(StunAttribute::kUsername, config_.user);
    }
    writer.text(StunAttribute::kRealm, realm_);
    writer.text(StunAttribute::kNonce, nonce_);
    writer.integrity(*key_);
  }
  out.commit(config_.socket, config_.server, writer.finish(), {.traffic = Traffic::kRelay});
}

bool TurnClient::authentic(const StunMessage& answer) const {
  return !key_ || answer.check_integrity(*key_);
}

// Takes realm and nonce of a 401 or 438. false: trying again would not help (RFC 8489 §9.2.5).
bool TurnClient::learn_challenge(const StunMessage& answer, StunError code, uint8_t& challenges) {
  const auto realm = answer.text(StunAttribute::kRealm);
  const auto nonce = answer.text(StunAttribute::kNonce);
  if (!realm || !nonce || ++challenges > kMaxChallenges) return false;
  const bool refused_before = code == StunError::kUnauthenticated && key_ && *realm == realm_;
  const auto features = read_nonce_cookie(*nonce);
  const bool bid_down =
      features && features->password_algorithms && !answer.has(StunAttribute::kPasswordAlgorithms);
  if (refused_before || bid_down) return false;
  anonymous_ = features && features->username_anonymity;
  if (!key_ || *realm != realm_)
    key_.emplace(long_term_key(config_.user, *realm, config_.password));
  realm_ = *realm;
  nonce_ = *nonce;
  return true;
}

void TurnClient::on_session_answer(Instant now, const StunMessage& answer, Outbox& out) {
  if (answer.kind() == StunClass::kSuccess) {
    if (!authentic(answer)) return;  // as if it had never come (RFC 8489 §9.2.5)
    if (purpose_ == Purpose::kAllocate) return on_allocated(now, answer, out);
    session_.stop();
    challenges_ = 0;
    if (purpose_ == Purpose::kReclaim) return begin(now, Purpose::kAllocate, out);
    if (purpose_ == Purpose::kRefresh) schedule_refresh(now, answer);
    purpose_ = Purpose::kNone;
    return;
  }
  const auto error = answer.error();
  if (!error) return;
  if (error->code == StunError::kUnauthenticated || error->code == StunError::kStaleNonce) {
    if (learn_challenge(answer, error->code, challenges_)) return begin(now, purpose_, out);
  } else if (!authentic(answer)) {
    return;
  }
  if (error->code == StunError::kAllocationMismatch) {
    if (purpose_ == Purpose::kReclaim) return begin(now, Purpose::kAllocate, out);
    if (purpose_ == Purpose::kAllocate && !reclaimed_) {
      reclaimed_ = true;
      return begin(now, Purpose::kReclaim, out);
    }
  }
  lose(MachineEvent::Kind::kRefused, error->code, out);
}

void TurnClient::on_allocated(Instant now, const StunMessage& answer, Outbox& out) {
  const auto relayed = answer.xor_address(StunAttribute::kXorRelayedAddress);
  if (!relayed) return;
  MachineEvent event;
  event.kind = MachineEvent::Kind::kAllocated;
  event.remote = config_.server;
  event.mapped = *relayed;
  event.round_trip = session_.round_trip(now, config_.rules).value_or(Duration::zero());
  session_.stop();
  purpose_ = Purpose::kNone;
  challenges_ = 0;
  relayed_ = *relayed;
  schedule_refresh(now, answer);
  for (Grant& grant : grants_) begin(now, grant, out);
  out.emit(event);
}

void TurnClient::schedule_refresh(Instant now, const StunMessage& answer) {
  const auto seconds = answer.u32(StunAttribute::kLifetime);
  const Duration lifetime = seconds ? Duration::seconds(*seconds) : kTurnDefaultLifetime;
  refresh_at_ = now + std::max(lifetime - kRefreshAhead, lifetime / 2);  // short ones: at half
}

void TurnClient::on_grant_answer(Instant now, Grant& grant, const StunMessage& answer,
                                 Outbox& out) {
  if (answer.kind() == StunClass::kSuccess) {
    if (!authentic(answer)) return;
    grant.transaction.stop();
    grant.installed = true;
    grant.challenges = 0;
    grant.refresh_at = now + kGrantRefresh;
    return;
  }
  const auto error = answer.error();
  if (!error) return;
  if (error->code == StunError::kUnauthenticated || error->code == StunError::kStaleNonce) {
    if (learn_challenge(answer, error->code, grant.challenges)) return begin(now, grant, out);
  } else if (!authentic(answer)) {
    return;
  }
  // Mismatch: the server knows nothing of us any more, it was restarted.
  if (error->code == StunError::kAllocationMismatch)
    return lose(MachineEvent::Kind::kRefused, error->code, out);
  drop(grant, MachineEvent::Kind::kRefused, error->code, out);
}

void TurnClient::forget_allocation() {
  session_.stop();
  purpose_ = Purpose::kNone;
  refresh_at_ = Instant::never();
  relayed_.reset();
  challenges_ = 0;
  for (Grant& grant : grants_) {
    grant.installed = false;
    grant.transaction.stop();
    grant.refresh_at = Instant::never();
  }
}

void TurnClient::lose(MachineEvent::Kind kind, StunError code, Outbox& out) {
  const bool silent = purpose_ == Purpose::kRelease;  // it is gone, as was wanted
  forget_allocation();
  if (silent) return;
  MachineEvent event;
  event.kind = kind;
  event.remote = config_.server;
  event.code = static_cast<uint32_t>(code);
  out.emit(event);
}

void TurnClient::drop(Grant& grant, MachineEvent::Kind kind, StunError code, Outbox& out) {
  grant.dropped = true;
  MachineEvent event;
  event.kind = kind;
  event.remote = grant.peer;
  event.code = static_cast<uint32_t>(code);
  out.emit(event);
}

}  // namespace natbed
