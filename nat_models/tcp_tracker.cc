#include "nat_models/tcp_tracker.h"

namespace natbed {
namespace {

using enum Timer;

constexpr TrackedSegment lost(Timer state, uint8_t notes) {
  return {SegmentFate::kLost, state, notes};
}

// A SYN without ACK.
TrackedSegment track_syn(Timer state, uint8_t notes, bool by_opener) {
  // After SYNs that crossed, either end may repeat its own (nf_conntrack: SYN_SENT2 stays so).
  if (state == kTcpSynCrossed) return {SegmentFate::kPass, state, notes};
  if (!by_opener) {
    // An answer that restarts no timer if it is the first of a simultaneous open.
    if (state == kTcpSynSent) {
      return {SegmentFate::kIgnore, kTcpSynCrossed, static_cast<uint8_t>(notes | kNoteCrossed)};
    }
    if (state == kTcpTimeWait) return {SegmentFate::kReopen, state, notes};
    return lost(state, notes);
  }
  if (state == kTcpSynSent) return {SegmentFate::kIgnore, state, notes};
  const bool over = state == kTcpTimeWait || state == kTcpReset;
  if (over && (notes & (kNoteFin | kNoteOpenerResetLast)) != 0) {
    return {SegmentFate::kReopen, state, notes};
  }
  return {SegmentFate::kIgnore, state, static_cast<uint8_t>(notes | kNoteSynIgnored)};
}

TrackedSegment track_syn_ack(Timer state, uint8_t notes, bool by_opener, bool syn_ignored) {
  const bool answers = state == kTcpSynCrossed || (state == kTcpSynSent && !by_opener);
  if (answers) return {SegmentFate::kPass, kTcpSynReceived, notes};
  if (by_opener) {
    return state == kTcpSynReceived ? TrackedSegment{SegmentFate::kPass, state, notes}
                                    : lost(state, notes);
  }
  // Both ends agree on a connection that the tracker took for nonsense: it joins them.
  if (syn_ignored) return {SegmentFate::kPass, kTcpSynReceived, 0};
  return {SegmentFate::kIgnore, state, notes};
}

TrackedSegment track_fin(Timer state, uint8_t notes) {
  notes |= kNoteFin;
  switch (state) {
    case kTcpSynReceived:
    case kTcpEstablished:
      return {SegmentFate::kPass, kTcpFinWait, notes};
    case kTcpFinWait:
    case kTcpCloseWait:
      return {SegmentFate::kPass, kTcpLastAck, notes};
    default:
      return {SegmentFate::kPass, state, notes};
  }
}

TrackedSegment track_ack(Timer state, uint8_t notes, bool by_opener) {
  switch (state) {
    case kTcpSynSent:
    case kTcpSynCrossed:
      return {SegmentFate::kIgnore, state, notes};
    case kTcpSynReceived:
      return {SegmentFate::kPass,
              by_opener || (notes & kNoteCrossed) != 0 ? kTcpEstablished : state, notes};
    case kTcpFinWait:
      return {SegmentFate::kPass, kTcpCloseWait, notes};
    case kTcpLastAck:
      return {SegmentFate::kPass, kTcpTimeWait, notes};
    default:
      return {SegmentFate::kPass, state, notes};
  }
}

}  // namespace

TrackedSegment track_segment(Timer state, uint8_t notes, bool answered, const TcpFields& tcp,
                             bool by_opener) {
  const bool syn_ignored = (notes & kNoteSynIgnored) != 0;
  const auto before = notes;
  notes &= static_cast<uint8_t>(~(kNoteSynIgnored));
  if (tcp.has(kRst)) {
    if (!answered && by_opener) return {SegmentFate::kEnd, kTcpReset, notes};
    if (state == kTcpSynSent && !answered) return {SegmentFate::kEnd, kTcpReset, notes};
    notes &= static_cast<uint8_t>(~kNoteOpenerResetLast);
    notes |= by_opener ? kNoteResetByOpener | kNoteOpenerResetLast : kNoteResetByOther;
    return {SegmentFate::kPass, kTcpReset, notes};
  }
  if (tcp.has(kSyn) && !tcp.has(kAck)) return track_syn(state, notes, by_opener);
  notes &= static_cast<uint8_t>(~kNoteOpenerResetLast);
  if (tcp.has(kSyn)) {
    const TrackedSegment t = track_syn_ack(state, notes, by_opener, syn_ignored);
    return t.fate == SegmentFate::kLost ? lost(state, before) : t;
  }
  const bool opening = state == kTcpSynSent || state == kTcpSynCrossed;
  const bool deaf = (notes & (by_opener ? kNoteResetByOther : kNoteResetByOpener)) != 0;
  if (deaf || (opening && (by_opener || tcp.has(kFin)))) return lost(state, before);
  return tcp.has(kFin) ? track_fin(state, notes) : track_ack(state, notes, by_opener);
}

}  // namespace natbed
