#include "sim/tcp_connection.h"

#include <algorithm>

#include "base/check.h"
#include "sim/tcp_sequence.h"

namespace natbed {

void TcpConnection::open(TcpState state, Rng& rng) {
  NATBED_CHECK(closed(), "a connection is opened once");
  state_ = state;
  was_connected_ = finish_wanted_ = fin_seen_ = acknowledge_now_ = timing_ = recovering_ = false;
  repeated_acknowledgements_ = 0;
  retries_ = 0;
  initial_ = static_cast<uint32_t>(rng.next());
  unacknowledged_ = next_ = highest_ = recover_ = initial_;
  buffer_start_ = initial_ + 1;
  peer_window_ = 0;
  timer_ = TcpRetransmissionTimer();
  congestion_ = TcpCongestionWindow(kMaxSegment);
}

void TcpConnection::close() {
  state_ = TcpState::kClosed;
  deadline_ = Instant::never();
  buffer_.clear();
  reassembly_.clear();
}

void TcpConnection::abort(TcpOutput& out) {
  close();
  out.add_event(was_connected_ ? TcpOutput::Event::Kind::kReset : TcpOutput::Event::Kind::kFailed);
}

void TcpConnection::connect(Instant now, Rng& rng, TcpOutput& out) {
  open(TcpState::kSynSent, rng);
  send_syn(now, out);
}

void TcpConnection::accept(Instant now, const TcpSegment& syn, Rng& rng, TcpOutput& out) {
  NATBED_CHECK(starts_connection(syn.tcp));
  open(TcpState::kSynReceived, rng);
  peer_initial_ = syn.tcp.sequence;
  expected_ = peer_initial_ + 1;
  peer_window_ = syn.tcp.window;
  send_syn(now, out);
}

void TcpConnection::write(Instant now, ByteView data, TcpOutput& out) {
  if (closed() || finish_wanted_) return;
  buffer_.append(data);
  send_allowed(now, out);
}

void TcpConnection::finish(Instant now, TcpOutput& out) {
  if (closed() || finish_wanted_) return;
  finish_wanted_ = true;
  send_allowed(now, out);
}

void TcpConnection::reset(TcpOutput& out) {
  // In the other states nobody is left to tell (RFC 9293 §3.10.5).
  const bool peer_cares =
      state_ != TcpState::kClosed && state_ != TcpState::kSynSent && state_ != TcpState::kTimeWait;
  if (peer_cares) send(kRst | kAck, highest_, 0, out);
  close();
}

void TcpConnection::on_unreachable(TcpOutput& out) {
  if (state_ == TcpState::kSynSent || state_ == TcpState::kSynReceived) abort(out);
}

void TcpConnection::on_timeout(Instant now, TcpOutput& out) {
  if (now < deadline_) return;
  if (state_ == TcpState::kTimeWait) return close();
  on_retransmission_timeout(now, out);
}

void TcpConnection::on_retransmission_timeout(Instant now, TcpOutput& out) {
  const bool opening = state_ == TcpState::kSynSent || state_ == TcpState::kSynReceived;
  if (retries_++ == (opening ? options_.syn_retries : options_.data_retries)) {
    if (was_connected_) send(kRst | kAck, highest_, 0, out);
    return abort(out);
  }
  timing_ = false;  // Karn: an acknowledgement may now be of either copy
  timer_.back_off();
  deadline_ = Instant::never();
  if (opening) return send_syn(now, out);
  congestion_.on_timeout(highest_ - unacknowledged_);
  recover_ = highest_;
  recovering_ = false;
  repeated_acknowledgements_ = 0;
  // From the start again; what did arrive is skipped as soon as an acknowledgement tells.
  next_ = unacknowledged_;
  send_allowed(now, out);
}

// A SYN in kSynSent, a SYN-ACK in kSynReceived; always with the initial sequence number.
void TcpConnection::send_syn(Instant now, TcpOutput& out) {
  const bool heard = state_ == TcpState::kSynReceived;
  send(heard ? kSyn | kAck : kSyn, initial_, 0, out);
  next_ = initial_;
  advance_next(now, 1);
}

// All that both windows let go: data, then the FIN behind it. A closed window is probed with one
// segment at each timeout (RFC 9293 §3.8.6.1).
void TcpConnection::send_allowed(Instant now, TcpOutput& out) {
  if (!was_connected_ || closed() || state_ == TcpState::kTimeWait) return;
  const uint32_t window = std::min(congestion_.size(), std::max(peer_window_, kMaxSegment));
  while (sequence_before(next_, end_of_data())) {
    const uint32_t in_flight = next_ - unacknowledged_;
    const uint32_t size = std::min(end_of_data() - next_, kMaxSegment);
    // A segment is sent whole or not at all, lest small ones multiply (RFC 9293 §3.8.6.2.1).
    if (in_flight + size > window) return;
    const bool last = next_ + size == end_of_data();
    send(last ? kPsh | kAck : kAck, next_, size, out);
    advance_next(now, size);
  }
  if (!finish_wanted_ || next_ != end_of_data()) return;
  send(kFin | kAck, next_, 0, out);
  advance_next(now, 1);
  if (state_ == TcpState::kEstablished) state_ = TcpState::kFinWait1;
  if (state_ == TcpState::kCloseWait) state_ = TcpState::kLastAck;
}

void TcpConnection::advance_next(Instant now, uint32_t count) {
  next_ += count;
  if (sequence_after(next_, highest_)) {
    highest_ = next_;
    if (!timing_ && retries_ == 0) {
      timing_ = true;
      timed_end_ = next_;
      timed_at_ = now;
    }
  }
  if (deadline_.is_never()) set_timer(now);
}

void TcpConnection::set_timer(Instant now) { deadline_ = now + timer_.timeout(); }

void TcpConnection::enter_time_wait(Instant now) {
  state_ = TcpState::kTimeWait;
  deadline_ = now + options_.time_wait;
}

void TcpConnection::send(uint8_t flags, uint32_t sequence, uint32_t size, TcpOutput& out) {
  TcpFields tcp;
  tcp.sequence = sequence;
  tcp.acknowledgement = (flags & kAck) != 0 ? expected_ : 0;
  tcp.window = kWindow;
  tcp.flags = flags;
  const std::span<std::byte> room = out.add_segment(tcp, options_.ttl, size);
  if (size > 0) buffer_.copy(sequence - buffer_start_, room);
  if ((flags & kAck) != 0) acknowledge_now_ = false;
}

// In answer to an acknowledgement of something never sent: without ACK, at the number it wants
// (§3.10.7.1).
void TcpConnection::send_reset(uint32_t sequence, TcpOutput& out) const {
  TcpFields tcp;
  tcp.sequence = sequence;
  tcp.flags = kRst;
  out.add_segment(tcp, options_.ttl, 0);
}

const char* to_string(TcpState state) {
  switch (state) {
    case TcpState::kClosed:
      return "closed";
    case TcpState::kSynSent:
      return "syn-sent";
    case TcpState::kSynReceived:
      return "syn-received";
    case TcpState::kEstablished:
      return "established";
    case TcpState::kFinWait1:
      return "fin-wait-1";
    case TcpState::kFinWait2:
      return "fin-wait-2";
    case TcpState::kCloseWait:
      return "close-wait";
    case TcpState::kClosing:
      return "closing";
    case TcpState::kLastAck:
      return "last-ack";
    case TcpState::kTimeWait:
      return "time-wait";
  }
  return "?";
}

}  // namespace natbed
