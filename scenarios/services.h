// Services: which of a network's servers do STUN, TURN or rendezvous, and where peers find them.
//
// A peer knows all servers that serve when it is started. Without a rendezvous service nobody can
// meet, so the first connection adds one to the core, on a server called "rendezvous", unless the
// script did.
#pragma once

#include <string_view>
#include <vector>

#include "protocols/peer/peer_config.h"
#include "scenarios/topology_builder.h"

namespace natbed {

class Services {
 public:
  static constexpr uint16_t kRendezvousPort = 4000;  // natbed's own; no registry knows it

  explicit Services(TopologyBuilder* topology) : topology_(topology) {}

  // `what` is "stun", "turn" or "rendezvous". REQUIRES: `server` is a host.
  Status serve(NodeId server, std::string_view what);
  Status ensure_rendezvous();

  const Endpoint& rendezvous() const { return rendezvous_; }
  const std::vector<Endpoint>& stun_servers() const { return stun_servers_; }
  const std::vector<RelayServer>& relays() const { return relays_; }

 private:
  Status serve_stun(NodeId server);
  Status serve_turn(NodeId server);
  Status serve_rendezvous(NodeId server);

  TopologyBuilder* topology_;
  Endpoint rendezvous_;
  std::vector<Endpoint> stun_servers_;
  std::vector<RelayServer> relays_;
};

}  // namespace natbed
