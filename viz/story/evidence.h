// Evidence: what a trace says about who wanted to reach whom: where packets were aimed and how many
// arrived, which were dropped and why, and what the machines told.
//
// One pass over the events; packets are counted in groups, so that a trace of millions leaves a few
// hundred facts.
#pragma once

#include <map>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "viz/story/cast.h"

namespace natbed::viz {

// Packets of one host to one endpoint.
struct Aim {
  NodeId sender;
  Endpoint to;  // as the host wrote it
  Traffic traffic = Traffic::kOther;
  Protocol protocol = Protocol::kUdp;
  Instant first, last;
  uint64_t sent = 0, arrived = 0;  // at any host
};

// Drops of one host's packets at one place for one reason.
struct DropGroup {
  NodeId sender, box;
  DropReason reason = DropReason::kNone;
  Cure cure = Cure::kNone;
  IpAddress aim;  // where the packets were going, as the host wrote it
  Traffic traffic = Traffic::kOther;
  Protocol protocol = Protocol::kUdp;
  Instant first, last;
  uint64_t count = 0;
  Diagnosis diagnosis;    // of the first one
  RowId row;              // likewise
  Endpoint from, toward;  // likewise, as the box saw it
};

struct Word {
  Instant at;
  NodeId node;
  MachineEvent event;
};

struct Fault {
  Instant at;
  NodeId node;
  std::string what;
};

struct Evidence {
  Cast cast;
  std::vector<Aim> aims;         // in the order of their first packets
  std::vector<DropGroup> drops;  // likewise
  std::vector<Word> words;       // without data, echoes and states
  std::vector<Fault> faults;
  uint64_t packets = 0, dropped = 0;
  Instant end;
};

// The error says which event is damaged.
Result<Evidence> gather(std::span<const TraceEvent> events);

}  // namespace natbed::viz
