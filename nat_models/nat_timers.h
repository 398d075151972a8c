// NatTimers: how long a mapping lives without packets, as data, and which of the times a row obeys.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"
#include "nat_models/port_rules.h"

namespace natbed {

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
  Duration tcp_syn_received = Duration::seconds(240);  // a SYN each way, no handshake yet
  Duration tcp_established = Duration::seconds(7440);  // RFC 5382 REQ-5: 2 h 4 min
  Duration tcp_fin_wait = Duration::seconds(240);      // one side has closed
  Duration tcp_close_wait = Duration::seconds(240);    // and the other has acknowledged that
  Duration tcp_last_ack = Duration::seconds(240);      // both have closed
  Duration tcp_time_wait = Duration::seconds(240);     // and all is acknowledged
  Duration tcp_reset = Duration::seconds(240);         // RFC 7857 §2.2
  Duration icmp = Duration::seconds(60);               // RFC 5508 REQ-2

  // A mapping ends this long after it was opened, whatever passes: drawn for each mapping from
  // [lifetime_low, lifetime_high]. Zero: never.
  Duration lifetime_low = Duration::zero(), lifetime_high = Duration::zero();
  bool operator==(const NatTimers&) const = default;
};

// Which of the times a row obeys: what its box knows of the flow.
enum class Timer : uint8_t {
  kUdpUnreplied,
  kUdp,
  kTcpSynSent,
  kTcpSynReceived,
  kTcpEstablished,
  kTcpFinWait,
  kTcpCloseWait,
  kTcpLastAck,
  kTcpTimeWait,
  kTcpReset,
  kIcmp,
  kStatic,  // none: a static row's last instant is given when it is made
};

}  // namespace natbed
