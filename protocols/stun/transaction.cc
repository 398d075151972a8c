#include "protocols/stun/transaction.h"

namespace natbed {
namespace {

Duration wait_after(int copies, const RetransmitRules& rules) {
  return rules.rto * (copies >= rules.requests ? rules.last_wait : int64_t{1} << (copies - 1));
}

}  // namespace

void StunTransaction::start(Instant now, Rng& rng, const RetransmitRules& rules) {
  id_ = TransactionId::draw(rng);
  sent_ = 1;
  next_ = now + wait_after(1, rules);
}

StunTransaction::Step StunTransaction::step(Instant now, const RetransmitRules& rules) {
  if (!running() || now < next_) return Step::kWait;
  if (sent_ >= rules.requests) return stop(), Step::kGiveUp;
  ++sent_;
  next_ = now + wait_after(sent_, rules);
  return Step::kSend;
}

bool StunTransaction::awaits(const StunMessage& answer) const {
  const bool is_answer = answer.kind() == StunClass::kSuccess || answer.kind() == StunClass::kError;
  return running() && is_answer && answer.transaction() == id_;
}

std::optional<Duration> StunTransaction::round_trip(Instant now,
                                                    const RetransmitRules& rules) const {
  if (sent_ != 1) return std::nullopt;
  return now - (next_ - wait_after(1, rules));
}

}  // namespace natbed
