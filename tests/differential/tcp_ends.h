// TcpEnds: the sequence numbers of all ends of TCP connections in a sequence, so that what the hosts
// send is what their stacks would: conntrack drops segments that lie outside the window.
//
// An end acknowledges what was delivered to it, and nothing else; it answers with SYN-ACK only if a
// SYN came, and sends data only in a connection. A host may begin anew at any time, and two hosts may
// be in the middle of a connection that the box has never seen.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "base/packet.h"
#include "tests/differential/sequence.h"

namespace natbed::differential {

class TcpEnds {
 public:
  // Fills the TCP part of `packet` and counts what it takes from the sequence space; false if no
  // stack would send such a segment now. REQUIRES: what is TCP's.
  bool send(What what, Packet* packet);
  // `packet` reached its destination.
  void arrived(const Packet& packet);

 private:
  struct End {
    uint32_t first = 0;      // initial sequence number of this connection
    uint32_t next = 0;       // to be sent
    uint32_t expected = 0;   // from the other end
    bool begun = false;      // it has sent something,
    bool sent_syn = false;   // first of all a SYN without ACK
    bool heard = false;      // something came from the other end,
    bool heard_syn = false;  // first of all a SYN
    bool synced = false;     // the other end has acknowledged our SYN
    bool sent_fin = false, heard_fin = false;
    bool knows_better = false;     // it remembers an earlier connection, and that this one is over
    bool crossed = false;          // it has answered the SYN that crossed its own
    bool heard_ack = false;        // an ACK without SYN
    bool heard_other_syn = false;  // of another connection, which it ignored,
    bool estranged = false;        // before this one was agreed on
    bool closed() const { return sent_fin && heard_fin; }
  };
  void begin(End* end);
  void forget(End* end);
  bool prepare(What what, End* end);
  std::map<std::pair<Endpoint, Endpoint>, End> ends_;  // by own and other endpoint
  uint32_t connections_ = 0;
};

inline constexpr uint32_t kDataSize = 10;

}  // namespace natbed::differential
