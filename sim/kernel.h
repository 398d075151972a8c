// Kernel: what all parts of one world share: time and its queue, packets, topology, links,
// counters, trace.
//
// The parts themselves (Network, SocketLayer, MachineRunner) refer to it and to each other; World
// owns them all, at an address that does not change when the World is moved.
#pragma once

#include "base/rng.h"
#include "sim/event_kind.h"
#include "sim/event_queue.h"
#include "sim/link.h"
#include "sim/packet_pool.h"
#include "sim/topology.h"
#include "sim/tracer.h"
#include "sim/world_counters.h"

namespace natbed {

struct Kernel {
  explicit Kernel(uint64_t seed_value) { reset(seed_value); }
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  void reset(uint64_t seed) {
    root = Rng(seed);
    now = Instant();
    last_packet = 0;
    queue.clear();
    packets.clear();
    topology.reset(seed);
    links.clear();
    counters = {};
    trace.set_sink(nullptr);
  }

  void schedule(Instant at, EventKind kind, uint32_t target) {
    queue.push(Event::at(at, static_cast<uint8_t>(kind), target));
  }

  Rng root{0};
  Instant now;
  uint64_t last_packet = 0;  // the id given to a packet last
  EventQueue queue;
  PacketPool packets;
  Topology topology;
  LinkTable links;
  WorldCounters counters;
  Tracer trace{&now, &topology};
};

}  // namespace natbed
