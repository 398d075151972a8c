// FragmentTable: whose datagram a fragment without transport header belongs to (RFC 4787 §11).
//
// The first fragment of a datagram is translated like a packet; what became of it is kept under
// addresses, protocol and identification, for the fragments that follow. Those that come before it
// wait, if the box lets them, until it comes or a time is over. Both kinds of memory are bounded.
#pragma once

#include <deque>
#include <optional>

#include "nat_models/flow_table.h"
#include "nat_models/verdict.h"

namespace natbed {

class FragmentTable {
 public:
  // How long a datagram may be under way in pieces: as hosts wait for the rest of one (RFC 1122
  // §3.3.2 asks for 60 s at least at hosts; netfilter, which reassembles, gives up after 30 s).
  static constexpr Duration kPatience = Duration::seconds(30);

  // What became of a first fragment.
  struct Fate {
    Instant at;
    IpAddress source, destination;  // as it went on
    uint16_t identification = 0;
    Side egress = Side::kOutside;
    RowId row;
    DropReason reason = DropReason::kNone;  // kNone: it went on
  };
  const Fate* find(const Packet& fragment, Side from, Instant now);
  void learn(const Packet& first, Side from, const Fate& fate);

  // Keeps `fragment` under `ticket`. False: there is no room for one more than `most`.
  bool hold(const Packet& fragment, Side from, uint32_t ticket, uint32_t most, Instant now);
  // When the next one that waits is given up.
  Instant deadline() const { return held_.empty() ? Instant::never() : held_.front().until; }
  bool has_release(Instant now);
  // One that waits no more: its first fragment has come, or its time is over.
  std::optional<Release> release(Instant now);

 private:
  struct Held {
    Packet packet;
    Side from;
    uint32_t ticket;
    Instant until;
  };
  static FlowKey key(const Packet& fragment, Side from);
  std::deque<Held>::iterator next_release(Instant now);

  FlowTable<Fate, 0> fates_;
  std::deque<Held> held_;
};

}  // namespace natbed
