// How a host puts the fragments of a datagram together again (RFC 791 §3.2, RFC 1122 §3.3.2).
//
// Fragments wait in their slots until all are there, in whatever order they come. Of two that overlap
// the first counts and the later one is dropped. A datagram that is not whole 30 s after its first
// piece came (as netfilter and Linux have it; RFC 1122 asks for 60 s at least) is given up with all
// its pieces.
#include <algorithm>

#include "base/check.h"
#include "sim/network.h"
#include "sim/socket_layer.h"

namespace natbed {
namespace {

constexpr Duration kPatience = Duration::seconds(30);

bool same_datagram(const Packet& a, const Packet& b) {
  return a.source.ip == b.source.ip && a.destination.ip == b.destination.ip &&
         a.protocol == b.protocol && a.identification == b.identification;
}

// The bytes behind the IP header that a fragment carries, as a range of the datagram's.
uint32_t begin_of(const Packet& fragment) { return fragment.fragment_offset * 8u; }
uint32_t end_of(const Packet& fragment) { return begin_of(fragment) + fragment.wire_size() - 20; }

}  // namespace

uint32_t SocketLayer::datagram_of(const Packet& fragment, InterfaceId at) {
  uint32_t free = static_cast<uint32_t>(datagrams_.size());
  for (uint32_t i = 0; i < datagrams_.size(); ++i) {
    const Datagram& datagram = datagrams_[i];
    if (datagram.pieces.empty()) {
      free = i;
    } else if (datagram.at == at &&
               same_datagram(k_.packets[datagram.pieces[0]].packet, fragment)) {
      return i;
    }
  }
  if (free == datagrams_.size()) datagrams_.emplace_back();
  datagrams_[free] = {k_.topology[at].node, at, {}, k_.now + kPatience, 0};
  k_.schedule(k_.now + kPatience, EventKind::kReassembly, free);
  return free;
}

void SocketLayer::on_fragment(PacketIndex slot, InterfaceId at) {
  const Packet& fragment = k_.packets[slot].packet;
  Datagram& datagram = datagrams_[datagram_of(fragment, at)];
  for (const PacketIndex piece : datagram.pieces) {
    const Packet& other = k_.packets[piece].packet;
    if (begin_of(fragment) < end_of(other) && begin_of(other) < end_of(fragment)) {
      return network_.drop(slot, datagram.node, at, DropReason::kMalformed);
    }
  }
  if (!fragment.more_fragments) datagram.body = end_of(fragment);
  datagram.pieces.push_back(slot);
  if (!is_whole(datagram)) return;
  const PacketIndex whole = assemble(datagram);
  on_packet(whole, at);
}

// Nothing overlaps, so it is whole if the sizes add up.
bool SocketLayer::is_whole(const Datagram& datagram) const {
  if (datagram.body == 0) return false;
  uint32_t bytes = 0;
  for (const PacketIndex piece : datagram.pieces) {
    const Packet& p = k_.packets[piece].packet;
    bytes += end_of(p) - begin_of(p);
  }
  return bytes == datagram.body;
}

PacketIndex SocketLayer::assemble(Datagram& datagram) {
  std::ranges::sort(datagram.pieces, {},
                    [&](PacketIndex piece) { return k_.packets[piece].packet.fragment_offset; });
  std::vector<std::byte> payload;
  for (const PacketIndex piece : datagram.pieces) {
    const ByteView bytes = k_.packets.payload(k_.packets[piece]);
    payload.insert(payload.end(), bytes.begin(), bytes.end());
  }
  Packet whole = k_.packets[datagram.pieces[0]].packet;
  whole.more_fragments = false;
  for (const PacketIndex piece : datagram.pieces) k_.packets.release(piece);
  datagram.pieces.clear();
  return k_.packets.acquire(whole, payload);
}

// The event of a datagram that was whole in time may meet the next one in its place: not yet.
void SocketLayer::on_reassembly_timeout(uint32_t index) {
  Datagram& datagram = datagrams_[index];
  if (!datagram.pieces.empty() && k_.now >= datagram.until) give_up(datagram);
}

void SocketLayer::give_up(Datagram& datagram) {
  for (const PacketIndex piece : datagram.pieces) {
    network_.drop(piece, datagram.node, datagram.at, DropReason::kFragmented);
  }
  datagram.pieces.clear();
}

}  // namespace natbed
