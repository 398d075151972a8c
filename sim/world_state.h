// World::State: the parts of a world, at an address that stays when the World is moved.
#pragma once

#include <array>
#include <vector>

#include "sim/kernel.h"
#include "sim/machine_runner.h"
#include "sim/network.h"
#include "sim/socket_layer.h"
#include "sim/world.h"

namespace natbed {

struct World::State {
  explicit State(uint64_t seed)
      : kernel(seed),
        network(&kernel, &sockets),
        sockets(&kernel, &network, &runner),
        runner(&kernel, &sockets) {}

  void dispatch(const Event& event);
  void look_ahead(const Event& event);
  struct Visit;
  void follow(Visit& visit, uint32_t step);
  void ring(uint32_t alarm);
  void give_links(InterfaceId interface, const Link& link);

  Kernel kernel;
  Network network;
  SocketLayer sockets;
  MachineRunner runner;
  WorldListener* listener = nullptr;
  std::vector<uint64_t> alarms;  // tokens, by number
  std::vector<uint32_t> free_alarms;
  bool stop_requested = false;
  uint32_t events_fetched = 0;  // of those to come: look_ahead() was there already
};

}  // namespace natbed
