// PacketFlights: every hop that a packet made and every drop, ready to be asked for any instant.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "base/trace_event.h"
#include "viz/interval_index.h"

namespace natbed::viz {

// One packet on its way from one node to the next.
struct Hop {
  Instant start, end;
  NodeId from, to;
  Protocol protocol = Protocol::kUdp;
  Traffic traffic = Traffic::kOther;
  uint32_t size = 0;  // bytes on the wire
  uint64_t packet = 0;
  Endpoint source, destination;
  bool lost = false;  // the link lost it: it ends half-way
};

struct Drop {
  Instant at;
  NodeId node;
  NodeId from, towards;  // of the hop on which it was lost; invalid if it had arrived at `node`
  DropReason reason = DropReason::kNone;
  Protocol protocol = Protocol::kUdp;
  Traffic traffic = Traffic::kOther;
  uint64_t packet = 0;
  Endpoint source, destination;
};

class PacketFlights {
 public:
  // REQUIRES: events in the order of the trace; other kinds than kSent and kDropped are ignored.
  void on_event(const TraceEvent& event);
  // Ends building. REQUIRES: called once, before any question.
  void finish();

  // Calls f(const Hop&) for every hop under way at `t`, oldest first.
  template <class F>
  void each_in_flight(Instant t, F f) const {
    index_.each_alive(t, [&](size_t i) { f(hops_[i]); });
  }
  // Hops that began, and drops that happened, in [from, to).
  std::span<const Hop> hops_between(Instant from, Instant to) const;
  std::span<const Drop> drops_between(Instant from, Instant to) const;
  const std::vector<Hop>& hops() const { return hops_; }
  const std::vector<Drop>& drops() const { return drops_; }

 private:
  std::vector<Hop> hops_;
  std::vector<Drop> drops_;
  std::unordered_map<uint64_t, size_t> last_hop_;  // packet → its newest hop, while building
  IntervalIndex index_;
};

}  // namespace natbed::viz
