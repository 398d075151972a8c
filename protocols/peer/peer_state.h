// What a Peer consists of: what it knows of itself, its children, and one Connection for each peer
// it met.
//
// Datagrams are told apart here (RFC 7983: by their first byte) and handed to the child that they
// are for; what a child learns is passed to the others in after(). For peer.cc and peer_state.cc
// only.
#pragma once

#include <memory>
#include <vector>

#include "protocols/peer/connection.h"
#include "protocols/peer/gathering.h"
#include "protocols/peer/peer.h"
#include "protocols/peer/relaying.h"
#include "protocols/rendezvous/client.h"

namespace natbed {

struct Peer::State {
  using Urgency = RendezvousClient::Urgency;

  State(PeerConfig given, Rng seed)
      : config(std::move(given)),
        rng(seed),
        gathering(config, kPeerSocket, rng.fork("gathering")),
        rendezvous({.name = config.name, .server = config.rendezvous, .socket = kPeerSocket},
                   rng.fork("rendezvous")),
        relaying(config, kPeerSocket, rng.fork("relaying")) {}

  PeerParts parts() { return {config, gathering, rendezvous, relaying}; }
  Connection* find(const Name& name) const;
  Connection& find_or_add(const Name& name);
  void opened(Instant now, const Endpoint& bound, Outbox& out);
  void moved(Instant now, const Endpoint& bound, Outbox& out);
  void gather(Instant now, Outbox& out);
  void describe(Instant now, Urgency urgency, Outbox& out);
  void on_stun(Instant now, const Datagram& d, Outbox& out);
  void on_frame(Instant now, const Datagram& d, Outbox& out);
  void on_rendezvous(Instant now, const Datagram& d, Outbox& out);
  void after(Instant now, Outbox& out);
  template <class F>
  void each(F f) {
    for (const auto& connection : connections) f(*connection);
  }

  PeerConfig config;
  Rng rng;
  Gathering gathering;
  RendezvousClient rendezvous;
  Relaying relaying;
  std::vector<std::unique_ptr<Connection>> connections;  // in the order of acquaintance
  Endpoint local;
  bool started = false;
  bool open = false;
  bool addresses_known = false, relays_known = false;  // as far as the connections have been told
  Instant gathered_by = Instant::never();
  Instant reopen_at = Instant::never();
  Endpoint observed;  // by the rendezvous server, when it was looked at last
  uint32_t echoes = 0;
  std::vector<std::byte> received;
};

}  // namespace natbed
