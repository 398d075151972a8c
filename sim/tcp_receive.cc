// TcpConnection: segment arrival, in the order of RFC 9293 §3.10.7.
#include <algorithm>

#include "sim/tcp_connection.h"
#include "sim/tcp_sequence.h"

namespace natbed {

void TcpConnection::on_segment(Instant now, const TcpSegment& segment, TcpOutput& out) {
  if (closed()) return;  // the host answers for connections that do not exist
  if (state_ == TcpState::kSynSent) return on_segment_in_syn_sent(now, segment, out);

  const TcpFields& tcp = segment.tcp;
  uint32_t sequence = tcp.sequence;
  if (tcp.has(kSyn)) {
    // Any SYN but the one we know is answered with a challenge (RFC 5961 §4). That one comes again
    // when it is retransmitted and, as a SYN-ACK, in simultaneous open (§3.5): then its
    // acknowledgement counts.
    if (sequence++ != peer_initial_) return send_ack(out);
    if (state_ == TcpState::kSynReceived && !tcp.has(kAck)) return send_syn(now, out);
    acknowledge_now_ = true;
  }
  const auto size = static_cast<uint32_t>(segment.payload.size());
  if (!acceptable(sequence, size + tcp.has(kFin))) {
    if (tcp.has(kRst)) return;
    if (state_ == TcpState::kTimeWait && tcp.has(kFin)) enter_time_wait(now);
    return send_ack(out);
  }
  if (tcp.has(kRst)) {
    if (sequence != expected_) return send_ack(out);  // a challenge: RFC 5961 §3
    return on_reset(out);
  }
  if (!tcp.has(kAck) || !take_acknowledgement(now, segment, out)) return;
  if (size > 0 || tcp.has(kFin)) {
    acknowledge_now_ = true;
    if (tcp.has(kFin)) fin_seen_ = true, fin_sequence_ = sequence + size;
    take_payload(sequence, segment.payload, out);
    take_fin(now, out);
  }
  send_allowed(now, out);
  if (acknowledge_now_) send_ack(out);
}

void TcpConnection::on_segment_in_syn_sent(Instant now, const TcpSegment& segment, TcpOutput& out) {
  const TcpFields& tcp = segment.tcp;
  if (tcp.has(kAck) && tcp.acknowledgement != next_) {
    if (!tcp.has(kRst)) send_reset(tcp.acknowledgement, out);
    return;
  }
  if (tcp.has(kRst)) {
    if (tcp.has(kAck)) abort(out);  // refused; without ACK it may be anybody's
    return;
  }
  if (!tcp.has(kSyn)) return;
  peer_initial_ = tcp.sequence;
  expected_ = peer_initial_ + 1;
  peer_window_ = tcp.window;
  if (!tcp.has(kAck)) {  // simultaneous open (§3.5): both ends answer with SYN-ACK
    state_ = TcpState::kSynReceived;
    timing_ = false;
    return send_syn(now, out);
  }
  acknowledge_now_ = true;
  establish(out);
  on_new_acknowledgement(now, tcp.acknowledgement, out);
  send_allowed(now, out);
  if (acknowledge_now_) send_ack(out);
}

// Does any of [sequence, sequence + length) lie in the receive window? (§3.10.7.4; the window never
// closes.)
bool TcpConnection::acceptable(uint32_t sequence, uint32_t length) const {
  const uint32_t last = sequence + (length > 0 ? length - 1 : 0);
  return sequence - expected_ < kWindow || last - expected_ < kWindow;
}

void TcpConnection::on_reset(TcpOutput& out) {
  // Once both ends have finished there is nothing left to abort.
  const bool done =
      state_ == TcpState::kClosing || state_ == TcpState::kLastAck || state_ == TcpState::kTimeWait;
  if (done) return close();
  abort(out);
}

// false: the segment was answered, or ended the connection; nothing else in it counts.
bool TcpConnection::take_acknowledgement(Instant now, const TcpSegment& segment, TcpOutput& out) {
  const uint32_t number = segment.tcp.acknowledgement;
  const bool is_new = sequence_after(number, unacknowledged_) && !sequence_after(number, highest_);
  if (state_ == TcpState::kSynReceived) {
    if (!is_new) return send_reset(number, out), false;
    establish(out);
  }
  if (sequence_after(number, highest_)) return send_ack(out), false;
  const bool window_moved = segment.tcp.window != peer_window_;
  if (!sequence_before(number, unacknowledged_)) peer_window_ = segment.tcp.window;
  if (is_new) {
    on_new_acknowledgement(now, number, out);
  } else if (number == unacknowledged_ && number != highest_ && !window_moved &&
             segment.payload.empty() && !segment.tcp.has(kFin)) {
    on_repeated_acknowledgement(out);  // RFC 5681 §2
  }
  return !closed();
}

void TcpConnection::on_new_acknowledgement(Instant now, uint32_t number, TcpOutput& out) {
  const uint32_t count = number - unacknowledged_;
  unacknowledged_ = number;
  if (sequence_before(next_, number)) next_ = number;
  // What was acknowledged beyond the buffer is the SYN or the FIN.
  const auto bytes = static_cast<int32_t>(number - buffer_start_);
  const size_t done = std::min(static_cast<size_t>(std::max(bytes, 0)), buffer_.size());
  const bool fin_done = finish_wanted_ && number == end_of_data() + 1;
  buffer_.drop_front(done);
  buffer_start_ += static_cast<uint32_t>(done);

  timer_.recover();
  if (timing_ && !sequence_before(number, timed_end_)) {
    timing_ = false;
    timer_.sample(now - timed_at_);
  }
  retries_ = 0;
  deadline_ = Instant::never();
  if (unacknowledged_ != highest_) set_timer(now);

  const bool partial = recovering_ && sequence_before(number, recover_);
  repeated_acknowledgements_ = 0;
  if (partial) {
    retransmit_first(out);  // RFC 6582 §3.2 step 3: the next hole of the same loss
  } else {
    recovering_ = false;
    congestion_.on_acknowledged(count);
  }
  if (fin_done) on_fin_acknowledged(now);
}

// The third one in a row says that a segment was lost and later ones arrive (RFC 5681 §3.2); once
// for each loss.
void TcpConnection::on_repeated_acknowledgement(TcpOutput& out) {
  if (recovering_ || ++repeated_acknowledgements_ != 3) return;
  if (sequence_before(unacknowledged_, recover_)) return;
  congestion_.on_fast_retransmit(highest_ - unacknowledged_);
  recovering_ = true;
  recover_ = highest_;
  retransmit_first(out);
}

void TcpConnection::retransmit_first(TcpOutput& out) {
  timing_ = false;
  const uint32_t size = std::min(end_of_data() - unacknowledged_, kMaxSegment);
  send(size > 0 ? kAck : kFin | kAck, unacknowledged_, size, out);
}

void TcpConnection::on_fin_acknowledged(Instant now) {
  if (state_ == TcpState::kFinWait1) state_ = TcpState::kFinWait2;
  if (state_ == TcpState::kClosing) enter_time_wait(now);
  if (state_ == TcpState::kLastAck) close();
}

void TcpConnection::take_payload(uint32_t sequence, ByteView payload, TcpOutput& out) {
  const bool receiving = state_ == TcpState::kEstablished || state_ == TcpState::kFinWait1 ||
                         state_ == TcpState::kFinWait2;
  if (!receiving) return;  // nothing follows a FIN
  if (sequence_after(sequence, expected_)) return reassembly_.hold(sequence, payload);
  const uint32_t known = expected_ - sequence;
  if (known >= payload.size()) return;
  for (ByteView data = payload.subspan(known); !data.empty(); data = reassembly_.take(expected_)) {
    out.add_event(TcpOutput::Event::Kind::kData, data);
    expected_ += static_cast<uint32_t>(data.size());
  }
}

// The far end's FIN counts when all before it has come.
void TcpConnection::take_fin(Instant now, TcpOutput& out) {
  if (!fin_seen_ || expected_ != fin_sequence_) return;
  fin_seen_ = false;  // once
  ++expected_;
  out.add_event(TcpOutput::Event::Kind::kFinished);
  if (state_ == TcpState::kEstablished) {
    state_ = TcpState::kCloseWait;
  } else if (state_ == TcpState::kFinWait1) {
    state_ = TcpState::kClosing;
  } else if (state_ == TcpState::kFinWait2) {
    enter_time_wait(now);
  }
}

void TcpConnection::establish(TcpOutput& out) {
  if (retries_ > 0) timer_.distrust();
  state_ = TcpState::kEstablished;
  was_connected_ = true;
  out.add_event(TcpOutput::Event::Kind::kConnected);
}

}  // namespace natbed
