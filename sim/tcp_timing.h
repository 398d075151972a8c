// How long a TCP waits for an acknowledgement, and how much it dares to have on the way. Integers
// throughout, so that a connection behaves alike on every machine.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace natbed {

// The retransmission timeout of RFC 6298.
class TcpRetransmissionTimer {
 public:
  Duration timeout() const { return backed_off_; }

  // A round trip of a segment that was sent once only (Karn's algorithm, §3).
  void sample(Duration round_trip) {
    const int64_t r = round_trip.ns();
    if (!measured_) {  // (2.2)
      smoothed_ = r;
      variation_ = r / 2;
      measured_ = true;
    } else {  // (2.3) with alpha 1/8 and beta 1/4
      const int64_t error = smoothed_ > r ? smoothed_ - r : r - smoothed_;
      variation_ += (error - variation_) / 4;
      smoothed_ += (r - smoothed_) / 8;
    }
    timeout_ = std::clamp(Duration::nanoseconds(smoothed_ + 4 * variation_), kLeast, kMost);
    backed_off_ = timeout_;
  }
  void back_off() { backed_off_ = std::min(backed_off_ * 2, kMost); }  // (5.5)
  // New data was acknowledged: the path works again. As Linux does; RFC 6298 would wait for a
  // sample.
  void recover() { backed_off_ = timeout_; }
  // The SYN needed retransmission: data starts with a careful timeout (5.7).
  void distrust() { backed_off_ = timeout_ = std::max(timeout_, Duration::seconds(3)); }

 private:
  static constexpr Duration kLeast = Duration::milliseconds(200);  // Linux; (2.4) says 1 s
  static constexpr Duration kMost = Duration::seconds(120);        // Linux; (2.5) says 60 s or more
  Duration timeout_ = Duration::seconds(1);                        // (2.1)
  Duration backed_off_ = Duration::seconds(1);
  int64_t smoothed_ = 0, variation_ = 0;  // SRTT, RTTVAR in ns
  bool measured_ = false;
};

// Slow start and congestion avoidance of RFC 5681, in bytes.
class TcpCongestionWindow {
 public:
  explicit TcpCongestionWindow(uint32_t segment) : segment_(segment), window_(10 * segment) {}

  uint32_t size() const { return window_; }
  void on_acknowledged(uint32_t bytes) {
    if (window_ < threshold_) {
      window_ += std::min(bytes, segment_);  // (2)
    } else {
      window_ += std::max(1u, segment_ * segment_ / window_);  // (3)
    }
    window_ = std::min(window_, kMost);
  }
  void on_fast_retransmit(uint32_t in_flight) { window_ = threshold_ = reduced(in_flight); }
  void on_timeout(uint32_t in_flight) {
    threshold_ = reduced(in_flight);
    window_ = segment_;
  }

 private:
  uint32_t reduced(uint32_t in_flight) const {
    return std::max(in_flight / 2, 2 * segment_);
  }  // (4)

  // Below the receive window by more than a segment: what a peer sends behind a full flight, an ACK
  // or a FIN, must still lie inside.
  static constexpr uint32_t kMost = 64'000;
  uint32_t segment_;
  uint32_t window_;  // ten segments at first: RFC 6928
  uint32_t threshold_ = kMost;
};

}  // namespace natbed
