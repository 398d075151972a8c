// TcpConnection: one end of a TCP connection without socket, clock or thread (RFC 9293).
//
// Segments, user calls and timeouts come in with the time; segments and events go out through a
// TcpOutput. Two of these and a pipe are a connection. Real where NATs and hole punching look:
// every state, simultaneous open (§3.5), RST rules (§3.10.7, RFC 5961), FIN both ways,
// retransmission (RFC 6298). Simplified where they do not: segments of at most 1400 bytes, a
// receive window that is always 65 535 (data goes to the user at once), an ACK for every segment,
// no options, no Nagle; slow start, congestion avoidance and fast retransmit (RFC 5681, RFC 6582)
// without window inflation; segments out of order wait in a small TcpReassembly.
//
// The host finds the connection of a segment, answers those that have none with make_tcp_reset()
// (base/packet.h), and calls on_timeout() at deadline(), which it reads again after every call. A
// closed connection may be used again; its buffers stay.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/rng.h"
#include "base/time.h"
#include "sim/tcp_output.h"
#include "sim/tcp_reassembly.h"
#include "sim/tcp_send_buffer.h"
#include "sim/tcp_timing.h"

namespace natbed {

// RFC 9293 §3.3.2. LISTEN is the host's: a listener has no far end.
enum class TcpState : uint8_t {
  kClosed,
  kSynSent,
  kSynReceived,
  kEstablished,
  kFinWait1,
  kFinWait2,
  kCloseWait,
  kClosing,
  kLastAck,
  kTimeWait,
};
const char* to_string(TcpState state);

struct TcpOptions {
  uint8_t ttl = 64;  // of every segment
  // Linux tcp_syn_retries: gives up 127 s after the first SYN.
  int syn_retries = 6;
  // Then RST: after 100 s (R2 of RFC 9293 §3.8.3) even at the least timeout.
  int data_retries = 8;
  // 2 MSL: short, since old duplicates die young in a simulated world.
  Duration time_wait = Duration::seconds(1);
};

class TcpConnection {
 public:
  static constexpr uint32_t kMaxSegment = 1400;  // payload bytes: fits every common tunnel's MTU
  static constexpr uint16_t kWindow = 65535;     // the largest without the scaling option

  explicit TcpConnection(const TcpOptions& options = {}) : options_(options) {}

  // Sends a SYN. The initial sequence number is drawn from `rng`. REQUIRES: closed().
  void connect(Instant now, Rng& rng, TcpOutput& out);
  // Answers `syn`, which came to a listener. REQUIRES: closed(), starts_connection(syn.tcp).
  void accept(Instant now, const TcpSegment& syn, Rng& rng, TcpOutput& out);
  static bool starts_connection(const TcpFields& tcp) {
    return (tcp.flags & (kSyn | kAck | kRst | kFin)) == kSyn;
  }

  // Sends `data` as soon as windows allow; kept here until acknowledged. Ignored after finish() or
  // when closed.
  void write(Instant now, ByteView data, TcpOutput& out);
  // A FIN after all that was written. The far end may go on sending.
  void finish(Instant now, TcpOutput& out);
  // RST, and closed at once. No event follows.
  void reset(TcpOutput& out);

  void on_segment(Instant now, const TcpSegment& segment, TcpOutput& out);
  // ICMP said that the far end cannot be reached: ends an attempt to connect, as real stacks do
  // (RFC 5461 §4); harmless to an established connection (RFC 1122 §4.2.3.9).
  void on_unreachable(TcpOutput& out);
  void on_timeout(Instant now, TcpOutput& out);
  Instant deadline() const { return deadline_; }

  TcpState state() const { return state_; }
  bool closed() const { return state_ == TcpState::kClosed; }
  // Bytes written and not yet acknowledged.
  size_t unacknowledged() const { return buffer_.size(); }

 private:
  // tcp_connection.cc: opening, sending, timing
  void open(TcpState state, Rng& rng);
  void close();
  void abort(TcpOutput& out);  // close, and tell the user
  void send(uint8_t flags, uint32_t sequence, uint32_t size, TcpOutput& out);
  void send_ack(TcpOutput& out) { send(kAck, highest_, 0, out); }  // next_ may have gone back
  void send_reset(uint32_t sequence, TcpOutput& out) const;
  void send_syn(Instant now, TcpOutput& out);
  void send_allowed(Instant now, TcpOutput& out);
  void advance_next(Instant now, uint32_t count);
  void set_timer(Instant now);
  void on_retransmission_timeout(Instant now, TcpOutput& out);
  void enter_time_wait(Instant now);
  uint32_t end_of_data() const { return buffer_start_ + static_cast<uint32_t>(buffer_.size()); }

  // tcp_receive.cc: segment arrival
  void on_segment_in_syn_sent(Instant now, const TcpSegment& segment, TcpOutput& out);
  bool acceptable(uint32_t sequence, uint32_t length) const;
  void on_reset(TcpOutput& out);
  bool take_acknowledgement(Instant now, const TcpSegment& segment, TcpOutput& out);
  void on_new_acknowledgement(Instant now, uint32_t number, TcpOutput& out);
  void on_repeated_acknowledgement(TcpOutput& out);
  void retransmit_first(TcpOutput& out);
  void on_fin_acknowledged(Instant now);
  void take_payload(uint32_t sequence, ByteView payload, TcpOutput& out);
  void take_fin(Instant now, TcpOutput& out);
  void establish(TcpOutput& out);

  TcpOptions options_;
  TcpState state_ = TcpState::kClosed;
  bool was_connected_ = false;
  bool finish_wanted_ = false;  // by our user
  bool fin_seen_ = false;       // the far end's FIN came ahead of data: it is number fin_sequence_
  bool acknowledge_now_ = false;
  bool timing_ = false;      // a round trip is measured until timed_end_ is acknowledged
  bool recovering_ = false;  // RFC 6582: a fast retransmission is not yet fully acknowledged
  uint8_t repeated_acknowledgements_ = 0;
  int retries_ = 0;
  Instant deadline_ = Instant::never();

  // RFC 9293 §3.3.1, with its names in the comments. Numbers wrap at 2^32.
  uint32_t initial_ = 0;         // ISS
  uint32_t unacknowledged_ = 0;  // SND.UNA
  uint32_t next_ = 0;            // SND.NXT: goes back after a timeout
  uint32_t highest_ = 0;         // the greatest SND.NXT so far
  uint32_t recover_ = 0;         // RFC 6582: highest_ when the last loss was noticed
  uint32_t peer_window_ = 0;     // SND.WND
  uint32_t peer_initial_ = 0;    // IRS
  uint32_t expected_ = 0;        // RCV.NXT
  uint32_t fin_sequence_ = 0;
  uint32_t buffer_start_ = 0;  // of buffer_'s first byte
  uint32_t timed_end_ = 0;
  Instant timed_at_;

  TcpRetransmissionTimer timer_;
  TcpCongestionWindow congestion_{kMaxSegment};
  TcpSendBuffer buffer_;
  TcpReassembly reassembly_;
};

}  // namespace natbed
