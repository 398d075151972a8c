// The rules that the world's events invoke, and whom each event's `target` names.
#pragma once

#include <cstdint>

namespace natbed {

enum class EventKind : uint8_t {
  kArrive,      // target = packet slot: it reaches the interface that it was sent to
  kEnterDown,   // target = packet slot: it reaches the queue of the link down to that interface
  kLoopback,    // target = packet slot: a node's packet to itself
  kTimer,       // target = machine: its deadline
  kTcpTimer,    // target = TCP stream: its deadline
  kNatTimer,    // target = NAT box: what it held falls due
  kReassembly,  // target = datagram in pieces: its time is over
  kAlarm,       // target = alarm: a script's
};

}  // namespace natbed
