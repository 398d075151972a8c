// NatTimers: how long a mapping lives without packets, as data, and which of the times a row obeys.
#pragma once

#include <array>
#include <cstdint>

#include "base/rng.h"
#include "base/time.h"
#include "nat_models/port_rules.h"

namespace natbed {

// Which of the times a row obeys: what its box knows of the flow. Of TCP it is the state of the
// connection as well.
enum class Timer : uint8_t {
  kUdpUnreplied,
  kUdp,
  kTcpSynSent,
  kTcpSynCrossed,  // a SYN each way: simultaneous open
  kTcpSynReceived,
  kTcpEstablished,
  kTcpFinWait,
  kTcpCloseWait,
  kTcpLastAck,
  kTcpTimeWait,
  kTcpReset,
  kIcmp,
  kStatic,   // none: a static row's last instant is given when it is made
  kUdpPort,  // and the three that follow: udp_by_port
};

// Idle times after which a mapping ends, by what is known of it. TCP states are those of a
// connection tracker (RFC 7857 §2 has fewer, which these refine).
struct NatTimers {
  Duration udp_unreplied = Duration::seconds(300);  // until the first inbound packet was admitted
  Duration udp = Duration::seconds(300);            // RFC 4787 REQ-5: at least 2 min, 5 recommended
  // An answered mapping counts as such only for packets that come this long after it was opened
  // (netfilter: 2 s) and after the answer. Zero: at once.
  Duration udp_settles = Duration::zero();
  // RFC 4787 REQ-5a: another time for mappings that were opened towards one of these ports.
  struct ByPort {
    PortRange ports;  // empty: unused
    Duration time = Duration::zero();
    bool operator==(const ByPort&) const = default;
  };
  std::array<ByPort, 4> udp_by_port = {};

  Duration tcp_syn_sent = Duration::seconds(240);      // RFC 5382 REQ-5: transitory, 4 min
  Duration tcp_syn_crossed = Duration::seconds(240);   // a SYN each way, neither answered
  Duration tcp_syn_received = Duration::seconds(240);  // answered, but not acknowledged
  Duration tcp_established = Duration::seconds(7440);  // RFC 5382 REQ-5: 2 h 4 min
  // One side has closed, and the other has acknowledged that: half a connection is a connection (RFC
  // 6146 §3.5.2.2).
  Duration tcp_fin_wait = Duration::seconds(7440);
  Duration tcp_close_wait = Duration::seconds(7440);
  Duration tcp_last_ack = Duration::seconds(240);   // both have closed
  Duration tcp_time_wait = Duration::seconds(240);  // and all is acknowledged
  Duration tcp_reset = Duration::seconds(240);      // RFC 7857 §2.2
  Duration icmp = Duration::seconds(60);            // RFC 5508 REQ-2

  // A mapping ends this long after it was opened, whatever passes: drawn for each mapping from
  // [lifetime_low, lifetime_high]. Zero: never.
  Duration lifetime_low = Duration::zero(), lifetime_high = Duration::zero();
  bool operator==(const NatTimers&) const = default;

  // Of kStatic: zero, because a static row's last packet is its end.
  Duration idle_time(Timer timer) const {
    if (timer < Timer::kStatic) [[likely]]
      return this->*kIdleTimes[static_cast<size_t>(timer)];
    if (timer == Timer::kStatic) return Duration::zero();
    return udp_by_port[static_cast<size_t>(timer) - static_cast<size_t>(Timer::kUdpPort)].time;
  }
  // The timer of a UDP mapping that is opened towards `remote_port`.
  Timer first_udp_timer(uint16_t remote_port) const {
    for (size_t i = 0; i < udp_by_port.size(); ++i) {
      if (udp_by_port[i].ports.contains(remote_port)) {
        return static_cast<Timer>(static_cast<size_t>(Timer::kUdpPort) + i);
      }
    }
    return Timer::kUdpUnreplied;
  }
  // REQUIRES: lifetime_high above zero.
  Duration lifetime_of(uint32_t row_id) const {
    const uint64_t width = static_cast<uint64_t>((lifetime_high - lifetime_low).ns()) + 1;
    return lifetime_low + Duration::nanoseconds(static_cast<int64_t>(Rng::mix(row_id) % width));
  }

 private:
  static Duration NatTimers::*const kIdleTimes[12];
};

inline constexpr Duration NatTimers::*const NatTimers::kIdleTimes[12] = {
    &NatTimers::udp_unreplied,    &NatTimers::udp,
    &NatTimers::tcp_syn_sent,     &NatTimers::tcp_syn_crossed,
    &NatTimers::tcp_syn_received, &NatTimers::tcp_established,
    &NatTimers::tcp_fin_wait,     &NatTimers::tcp_close_wait,
    &NatTimers::tcp_last_ack,     &NatTimers::tcp_time_wait,
    &NatTimers::tcp_reset,        &NatTimers::icmp,
};

}  // namespace natbed
