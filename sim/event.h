// Event: what will happen, when and to whom, as 24 bytes of plain data.
//
// An event is never a closure: `kind` says which rule applies, `target` whom it concerns (a node, a
// machine, a link) and `data` one more number of the kind's choosing (a packet's slot, a timer's
// generation). Anything bigger waits in a pool of the world's, so that queueing an event moves 24
// bytes and allocates nothing.
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/time.h"

namespace natbed {

struct Event {
  Instant time;
  uint64_t order = 0;  // sequence number << 8 | kind: the queue numbers events as they are pushed
  uint32_t target = 0;
  uint32_t data = 0;

  static constexpr Event at(Instant time, uint8_t kind, uint32_t target, uint32_t data = 0) {
    return {time, kind, target, data};
  }
  constexpr uint8_t kind() const { return static_cast<uint8_t>(order); }
  constexpr uint64_t sequence() const { return order >> kKindBits; }

  static constexpr int kKindBits = 8;  // 56 bits of sequence last for 7e16 events
};
static_assert(sizeof(Event) == 24 && std::is_trivially_copyable_v<Event>);

}  // namespace natbed
