// Pings: which hosts answer echoes, and what came back.
#pragma once

#include <optional>
#include <vector>

#include "scenarios/echo.h"
#include "scenarios/topology_builder.h"

namespace natbed {

class Pings {
 public:
  explicit Pings(World* world) : world_(world) {}

  // Asks `to` at `address` once, and starts what is needed for it on both hosts. Returns the
  // question's number.
  uint32_t ask(NodeId from, NodeId to, IpAddress address);
  // True if the event was an answer.
  bool on_machine_event(MachineId machine, const MachineEvent& event);
  // The round trip, once the answer is there.
  std::optional<Duration> answer(uint64_t number) const { return answers_[number]; }

 private:
  struct Hosted {
    MachineId client, server;
  };
  World* world_;
  std::vector<Hosted> hosted_;  // by node id
  std::vector<std::optional<Duration>> answers_;
};

}  // namespace natbed
