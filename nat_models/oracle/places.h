// Places: the boxes of a Meeting as a tree, and a number for every endpoint that comes up.
//
// A mapping is named by what it is made for (box, internal endpoint, and the remote as far as the
// box looks at it), not by when it came to be: nothing expires here, so that is one and the same
// external endpoint in every order of events. States of the oracle therefore hold no mappings.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "nat_models/traversal.h"

namespace natbed {

using EndpointNumber = uint16_t;

// A remote as far as a Dependence looks at it: nobody in particular, an owner, or an endpoint.
using RemoteKey = uint16_t;

// A network is named by the box that leads out of it.
inline constexpr int kPublicNetwork = -1;

class Places {
 public:
  explicit Places(const Meeting& meeting);

  static constexpr EndpointNumber kServerPlace = 0;
  static EndpointNumber host(int peer) { return static_cast<EndpointNumber>(1 + peer); }
  bool is_host(EndpointNumber endpoint) const { return endpoint == 1 || endpoint == 2; }

  // The box that owns this external endpoint, or -1: a host or the server does.
  int box_of(EndpointNumber endpoint) const { return all_[endpoint].box; }
  EndpointNumber internal_of(EndpointNumber mapping) const { return all_[mapping].internal; }
  // The network where this endpoint is an address.
  int network_of(EndpointNumber endpoint) const;
  // Whether what `peer` sends to that endpoint arrives in its network.
  bool in_reach(int peer, EndpointNumber endpoint) const;

  const ProtocolBehavior& behavior(int box) const { return boxes_[box]; }
  int outside_of(int box) const { return outside_[box]; }

  EndpointNumber mapping(int box, EndpointNumber internal, EndpointNumber remote);
  RemoteKey key(Dependence dependence, EndpointNumber remote) const;
  std::vector<NamedEndpoint> names() const;  // without their ports
  static constexpr size_t kMost = 16'000;    // endpoints, roughly
  bool full() const { return all_.size() > kMost; }

 private:
  struct Place {
    int box;
    EndpointNumber internal;
  };
  std::vector<ProtocolBehavior> boxes_;
  std::vector<int> outside_;  // by box: the network outside of it
  int home_[2];               // by peer: its own network
  std::vector<Place> all_;
  std::map<std::tuple<int, EndpointNumber, RemoteKey>, EndpointNumber> mappings_;
};

}  // namespace natbed
