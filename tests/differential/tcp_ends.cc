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

void TcpEnds::begin(End* end) {
  constexpr uint32_t kApart = 1'000'000;  // further than any window
  *end = End{};
  end->begun = true;
  end->first = end->next = ++connections_ * kApart;
}

void TcpEnds::answer(End* end) {
  const End before = *end;
  begin(end);
  end->heard = before.heard;
  end->expected = before.expected;
}

void TcpEnds::send(What what, Packet* packet) {
  End& end = ends_[{packet->source, packet->destination}];
  const bool again = end.begun && end.next - end.first <= 1 && !end.heard;
  const bool has_spoken = end.begun && end.next != end.first;
  if (what == What::kSyn && !again) begin(&end);
  // The answer to a SYN begins this end's half; in simultaneous open it had begun already.
  if (what == What::kSynAck && !has_spoken) {
    answer(&end);
  }
  if (!end.begun) {
    answer(&end);
    end.next += 1;  // in the middle of a connection
  }
  packet->tcp = TcpFields{};
  packet->tcp.flags = flags_of(what, end.heard);
  const bool syn = packet->tcp.has(kSyn);
  packet->tcp.sequence = syn ? end.first : end.next;
  if (what == What::kBadReset) packet->tcp.sequence = end.next + 500'000;
  packet->tcp.acknowledgement = packet->tcp.has(kAck) ? end.expected : 0;
  packet->tcp.window = 8192;
  packet->payload_size = what == What::kData ? kDataSize : 0;
  if (what == What::kReset || what == What::kBadReset) return;
  end.sent_fin |= what == What::kFin;
  const uint32_t after = packet->tcp.sequence + length_of(*packet);
  if (after - end.first > end.next - end.first) end.next = after;
}

void TcpEnds::arrived(const Packet& packet) {
  End& end = ends_[{packet.destination, packet.source}];
  const TcpFields& tcp = packet.tcp;
  if (tcp.has(kRst) || (tcp.has(kSyn) && end.sent_fin && end.heard_fin)) end = End{};
  if (tcp.has(kRst)) return;
  // A SYN amid a connection changes nothing (RFC 5961 §4): the answer is an ordinary ACK.
  if (tcp.has(kSyn) && end.heard) return;
  const uint32_t after = tcp.sequence + length_of(packet);
  if (!end.heard || after - end.expected < 1u << 31) end.expected = after;
  end.heard = true;
  end.heard_fin |= tcp.has(kFin);
}

}  // namespace natbed::differential
