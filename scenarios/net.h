// Net: the network of one trial, with what runs on it.
#pragma once

#include "scenarios/connections.h"
#include "scenarios/pings.h"
#include "scenarios/services.h"
#include "scenarios/topology_builder.h"

namespace natbed {

struct Net {
  // REQUIRES: `world` is fresh and outlives this.
  Net(World* world, const CoreOptions& core)
      : topology(world, core),
        services(&topology),
        connections(&topology, &services),
        pings(world) {}
  Net(const Net&) = delete;  // its parts point to each other
  Net& operator=(const Net&) = delete;

  TopologyBuilder topology;
  Services services;
  Connections connections;
  Pings pings;
};

}  // namespace natbed
