// A strict TCP connection tracker: what netfilter's conntrack makes of a segment, by its flags.
//
// Unlike the tolerant rules of tcp_state.h it drops what fits no state, lets some segments pass that
// change nothing, and forgets a connection at once in which the only answer was an RST. Only sessions
// are tracked so. Sequence numbers are not looked at: hosts are taken for honest.
#pragma once

#include "base/packet.h"
#include "nat_models/nat_timers.h"

namespace natbed {

enum class SegmentFate : uint8_t {
  kPass,    // and the timer starts again
  kIgnore,  // passes, but state and timer stay
  kLost,    // dropped, and nothing changes
  kEnd,     // passes, and the session ends
  kReopen,  // the session ends, and the segment counts as the first of another one
};

struct TrackedSegment {
  SegmentFate fate = SegmentFate::kPass;
  Timer state = Timer::kTcpEstablished;  // afterwards
  uint8_t notes = 0;                     // afterwards
};

// What a session remembers beside its state.
enum TrackerNote : uint8_t {
  kNoteFin = 1,              // one side has closed
  kNoteResetByOpener = 2,    // the other side is not heard any more, but for RST
  kNoteResetByOther = 4,     // likewise
  kNoteOpenerResetLast = 8,  // the last segment that passed was an RST of the opener
  kNoteCrossed = 32,         // simultaneous open: either side's ACK completes it
  kNoteSynIgnored = 16,      // the last one was a SYN of the opener, amid a connection
};

// `by_opener`: from the side that sent the first segment. `answered`: the other side was heard.
TrackedSegment track_segment(Timer state, uint8_t notes, bool answered, const TcpFields& tcp,
                             bool by_opener);

// Whether a session may begin with this segment; if so, its state.
inline bool tracker_opens(const TcpFields& tcp) {
  return !tcp.has(kRst) && !tcp.has(kFin) && (tcp.has(kSyn) != tcp.has(kAck));
}
inline Timer tracker_first_state(const TcpFields& tcp) {
  return tcp.has(kSyn) ? Timer::kTcpSynSent : Timer::kTcpEstablished;
}

}  // namespace natbed
