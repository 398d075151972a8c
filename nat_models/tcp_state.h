// How far a TCP connection is, as a box in the middle sees it (RFC 7857 §2, RFC 6146 §3.5.2).
//
// The states are those of a connection tracker, finer than the RFCs', which know "transitory" for
// all but the established one; each has a timer of its own. Sequence numbers are not looked at.
#pragma once

#include "base/packet.h"
#include "nat_models/nat_timers.h"

namespace natbed {

// The state after the first segment that a box sees: a SYN, or one of a connection that it did not
// see begin.
inline Timer first_tcp_state(const TcpFields& tcp) {
  return tcp.has(kSyn) && !tcp.has(kAck) ? Timer::kTcpSynSent : Timer::kTcpSynReceived;
}

// The state after one more segment. `by_opener`: from the side that sent the first SYN.
// `reset_revives`: a connection that was reset goes on if data follows (RFC 7857 §2.2), for an RST
// may be forged.
inline Timer next_tcp_state(Timer state, const TcpFields& tcp, bool by_opener, bool reset_revives) {
  using enum Timer;
  if (tcp.has(kRst)) return kTcpReset;
  const bool over = state == kTcpTimeWait || state == kTcpReset;
  if (tcp.has(kSyn) && !tcp.has(kAck)) {
    if (over) return kTcpSynSent;  // the next connection begins
    const bool crosses = state == kTcpSynSent && !by_opener;
    return crosses ? kTcpSynCrossed : state;
  }
  if (tcp.has(kSyn)) {
    // Simultaneous open is answered by the opener, too.
    const bool answers = state == kTcpSynCrossed || (state == kTcpSynSent && !by_opener);
    return answers ? kTcpSynReceived : state;
  }
  if (state == kTcpReset) return reset_revives && tcp.has(kAck) ? kTcpEstablished : state;
  if (tcp.has(kFin)) {
    if (state == kTcpSynReceived || state == kTcpEstablished) return kTcpFinWait;
    const bool second = state == kTcpFinWait || state == kTcpCloseWait;
    return second ? kTcpLastAck : state;
  }
  if (!tcp.has(kAck)) return state;
  if (state == kTcpSynReceived && by_opener) return kTcpEstablished;
  if (state == kTcpFinWait) return kTcpCloseWait;
  if (state == kTcpLastAck) return kTcpTimeWait;
  return state;
}

}  // namespace natbed
