// What scripts, reports and people want to know about the way to a peer.
#pragma once

#include <cstdint>

#include "base/machine_event.h"
#include "protocols/path/relay_choice.h"

namespace natbed {

// How one remote peer is reached now, and what it took.
struct PeerPath {
  PathKind kind = PathKind::kNone;
  Endpoint local, remote;  // local is our relayed address if kRelayed and we own the allocation
  Duration round_trip;     // of the latest check of the path
  Instant since;           // kind has been so since then
  Duration setup;          // from connect() (or the introduction) to the first path
  uint32_t attempts = 0;   // introductions, the first one included
  uint32_t changes = 0;    // paths taken after the first one
  uint64_t packets_sent = 0, bytes_sent = 0;          // to this peer: probes, keep-alives and data
  uint64_t packets_received = 0, bytes_received = 0;  // from it
  RelayRoute route;  // kRelayed: over which relays, as far as we know
};

}  // namespace natbed
