// RunModel: a run as its trace tells it, ready to be asked for any instant, forwards and backwards.
//
// It is built once from the events and owns all it needs; asking costs what is alive at that
// instant, not what came before. No drawing here: the window, the pictures and the tests ask the
// same questions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "viz/machine_log.h"
#include "viz/nat_tables.h"
#include "viz/packet_flights.h"
#include "viz/topology.h"

namespace natbed::viz {

// Something that happened once and has words: a fault, a note of the script, a recorded result
// (JSON).
struct Saying {
  Instant at;
  NodeId node;  // of a fault; may be invalid
  std::string text;
  size_t place = 0;  // among the events of the trace: tells what came first at one instant
};

class RunModel {
 public:
  // The error says which event is damaged, or that there is nothing to show.
  static Result<RunModel> build(std::span<const TraceEvent> events);

  const Topology& topology() const { return topology_; }
  const PacketFlights& flights() const { return flights_; }
  const NatTables& tables() const { return tables_; }
  const MachineLog& machines() const { return machines_; }
  const std::vector<Saying>& faults() const { return faults_; }
  const std::vector<Saying>& notes() const { return notes_; }
  const std::vector<Saying>& records() const { return records_; }

  Instant end() const { return end_; }
  // The instants at which anything happened, each once.
  const std::vector<Instant>& moments() const { return moments_; }
  // The next (previous) instant at which anything happens after (before) `t`; `t` if there is none.
  Instant next_moment(Instant t) const;
  Instant previous_moment(Instant t) const;
  // The instant that shows best what the run was about: most paths up, and late.
  Instant telling_instant() const;
  // "cut" or "power off" was the last word about `node` at `t`.
  bool is_down(NodeId node, Instant t) const;

 private:
  Status take(const TraceEvent& event);
  void find_relays();

  Topology topology_;
  PacketFlights flights_;
  NatTables tables_;
  MachineLog machines_;
  std::vector<Saying> faults_, notes_, records_;
  size_t place_ = 0;  // of the event that is taken
  std::vector<Instant> moments_;
  Instant end_;
};

}  // namespace natbed::viz
