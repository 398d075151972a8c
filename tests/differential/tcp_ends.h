// TcpEnds: the sequence numbers of all ends of TCP connections in a sequence, so that what the hosts
// send is what their stacks would: conntrack drops segments that lie outside the window.
//
// An end acknowledges what was delivered to it, and nothing else. A SYN to which nothing came back
// is repeated as it was; after an answer the next SYN begins another connection.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "base/packet.h"
#include "tests/differential/sequence.h"

namespace natbed::differential {

class TcpEnds {
 public:
  // Fills the TCP part of `packet` and counts what it takes from the sequence space. REQUIRES:
  // what.is_tcp().
  void send(What what, Packet* packet);
  // `packet` reached its destination.
  void arrived(const Packet& packet);

 private:
  struct End {
    uint32_t first = 0;     // initial sequence number of this connection
    uint32_t next = 0;      // to be sent
    uint32_t expected = 0;  // from the other end
    bool heard = false;
    bool begun = false;
    bool sent_fin = false, heard_fin = false;
  };
  void begin(End* end);
  void answer(End* end);                               // begins what the other end has begun
  std::map<std::pair<Endpoint, Endpoint>, End> ends_;  // by own and other endpoint
  uint32_t connections_ = 0;
};

inline constexpr uint32_t kDataSize = 10;

}  // namespace natbed::differential
