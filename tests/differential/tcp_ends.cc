#include "tests/differential/tcp_ends.h"

namespace natbed::differential {
namespace {

uint8_t flags_of(What what, bool heard) {
  switch (what) {
    case What::kSyn:
      return kSyn;
    case What::kSynAck:
      return kSyn | kAck;
    case What::kData:
      return kPsh | kAck;
    case What::kFin:
      return kFin | kAck;
    case What::kReset:
    case What::kBadReset:
      return heard ? kRst | kAck : kRst;
    default:
      return kAck;
  }
}

// What a segment takes from the sequence space (RFC 9293 §3.4).
uint32_t length_of(const Packet& packet) {
  return packet.payload_size + packet.tcp.has(kSyn) + packet.tcp.has(kFin);
}

}  // namespace

// What the end has heard stays.
void TcpEnds::begin(End* end) {
  constexpr uint32_t kApart = 1'000'000;  // further than any window
  end->begun = true;
  end->first = end->next = ++connections_ * kApart;
}

void TcpEnds::forget(End* end) {
  *end = End{};
  end->knows_better = true;
}

// Whether a stack in this state may send such a segment; begins what begins with it.
bool TcpEnds::prepare(What what, End* end) {
  const bool syn_repeated = end->sent_syn && end->next - end->first == 1 && !end->synced;
  const bool crosses = !end->begun && end->heard_syn;
  // What it acknowledges then is not what the box follows, which the kernel knows by the numbers.
  if (end->estranged && what != What::kSyn) return false;
  switch (what) {
    case What::kSyn:
      if (syn_repeated) return true;
      if (!crosses) forget(end);
      begin(end);
      return end->sent_syn = true;
    case What::kSynAck:
      if (!end->heard_syn || end->next - end->first > 1) return false;
      if (end->synced && (!end->sent_syn || end->crossed)) return false;
      if (end->heard_other_syn) return false;  // it would acknowledge the one before
      end->crossed = end->sent_syn;
      if (!end->begun) begin(end);
      return true;
    case What::kReset:
    case What::kBadReset:
      // A host that began anew and gives up at once says nothing.
      if (end->knows_better && end->sent_syn && !end->heard) return false;
      return end->begun || end->heard;
    default:
      break;
  }
  // After SYNs that crossed, conntrack knows no window before an ACK came from the other side; what is
  // sent earlier it lets pass and takes no notice of. natbed knows no windows at all.
  const bool unknown_window = end->sent_syn && end->heard_syn && !end->heard_ack;
  if (unknown_window && what != What::kAck) return false;
  if (end->begun) return end->heard && end->synced;
  if (end->heard_syn || end->knows_better) return false;
  begin(end);  // in the middle of a connection
  end->next += 1;
  end->synced = true;
  return true;
}

bool TcpEnds::send(What what, Packet* packet) {
  End& end = ends_[{packet->source, packet->destination}];
  if (!prepare(what, &end)) return false;
  packet->tcp = TcpFields{};
  packet->tcp.flags = flags_of(what, end.heard);
  packet->tcp.sequence = packet->tcp.has(kSyn) ? end.first : end.next;
  if (what == What::kBadReset) packet->tcp.sequence += 500'000;
  packet->tcp.acknowledgement = packet->tcp.has(kAck) ? end.expected : 0;
  packet->tcp.window = 8192;
  packet->payload_size = what == What::kData ? kDataSize : 0;
  if (what == What::kBadReset) return true;
  if (what == What::kReset) return forget(&end), true;
  end.sent_fin |= what == What::kFin;
  const uint32_t after = packet->tcp.sequence + length_of(*packet);
  if (after - end.first > end.next - end.first) end.next = after;
  return true;
}

void TcpEnds::arrived(const Packet& packet) {
  End& end = ends_[{packet.destination, packet.source}];
  const TcpFields& tcp = packet.tcp;
  const bool first_syn = tcp.has(kSyn) && !tcp.has(kAck);
  if (tcp.has(kRst) || (first_syn && (end.closed() || !end.begun))) forget(&end);
  if (tcp.has(kRst)) return;
  const uint32_t after = tcp.sequence + length_of(packet);
  const uint32_t acked = tcp.acknowledgement - end.first;
  if (end.begun && tcp.has(kAck) && acked > 0 && acked <= end.next - end.first) end.synced = true;
  if (first_syn && end.heard && after != end.expected) {
    end.heard_other_syn = true;
    end.estranged |= !end.synced;
  }
  // A SYN amid a connection changes nothing (RFC 5961 §4), one that answers no SYN neither.
  if (tcp.has(kSyn) && (end.heard || (tcp.has(kAck) && !end.begun))) return;
  if (first_syn) end.heard_syn = true;
  if (!end.heard || after - end.expected < 1u << 31) end.expected = after;
  end.heard = true;
  end.heard_ack |= tcp.has(kAck) && !tcp.has(kSyn);
  end.heard_fin |= tcp.has(kFin);
}

}  // namespace natbed::differential
