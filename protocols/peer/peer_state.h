// What a Peer consists of: what it knows of itself, its children, and one Connection for each peer
// it met.
//
// Datagrams are told apart here (RFC 7983: by their first byte) and handed to the child that they
// are for; what a child learns is passed to the others in after(). For peer.cc and peer_state.cc
// only.
#pragma once

#include <list>
#include <vector>

#include "base/prefetch.h"
#include "protocols/peer/connection.h"
#include "protocols/peer/gathering.h"
#include "protocols/peer/peer.h"
#include "protocols/peer/relaying.h"
#include "protocols/rendezvous/client.h"

namespace natbed {

struct Peer::State {
  using Urgency = RendezvousClient::Urgency;

  State(PeerConfig given, Rng seed)
      : gathering(given, kPeerSocket, seed.fork("gathering")),
        relaying(given, kPeerSocket, seed.fork("relaying")),
        rendezvous({.name = given.name, .server = given.rendezvous, .socket = kPeerSocket},
                   seed.fork("rendezvous")),
        rng(seed),
        config(std::move(given)) {}

  PeerParts parts() { return {config, gathering, rendezvous, relaying}; }
  Connection* find(const Name& name);
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
    for (Connection& connection : connections) f(connection);
  }

  // What every call reads comes first, as far as what RendezvousClient::deadline() reads.
  void prefetch() const {
    prefetch_through(connections, relaying);
    rendezvous.prefetch();
  }
  std::list<Connection> connections;  // in the order of acquaintance
  Instant gathered_by = Instant::never();
  Instant reopen_at = Instant::never();
  bool started = false;
  bool open = false;
  bool addresses_known = false, relays_known = false;  // as far as the connections have been told
  uint32_t echoes = 0;
  std::vector<std::byte> received;
  Gathering gathering;
  Relaying relaying;
  RendezvousClient rendezvous;
  Endpoint local;
  Endpoint observed;  // by the rendezvous server, when it was looked at last
  Rng rng;
  PeerConfig config;
};

}  // namespace natbed
