// Connections: pairs of Peer machines on hosts of a world, and what became of them.
//
// A host gets a peer when it first takes part in a connection, one for each different set of
// options, so that a script can try several techniques in one world. Everything is driven by the
// machines' events; nothing here has a clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/peer/peer.h"
#include "scenarios/services.h"
#include "scenarios/topology_builder.h"

namespace natbed {

struct ConnectOptions {
  uint8_t techniques = kAllTechniques;
  Duration timeout = PeerConfig().connect_timeout;
  RelayPolicy policy = RelayChoiceConfig().policy;
  Duration keep_alive = PunchTiming().keep_alive;
  Duration consent_lost = PunchTiming().consent_lost;
  Duration measure_relays = PeerConfig().measure_relays;
  Duration retry_direct = PeerConfig().retry_direct;
  bool operator==(const ConnectOptions&) const = default;
};

using ConnectionId = Id<struct ConnectionTag>;

struct ConnectionRecord {
  NodeId from, to;
  uint32_t from_peer = 0, to_peer = 0;  // which of the peers of Connections
  Instant asked;
  bool closed = false;   // by the script: nothing concerns it any more
  bool settled = false;  // the attempt is over: ok, or why
  bool ok = false;
  Instant settled_at;
  uint64_t packets = 0;  // the two sent each other until then
  std::string why;
  // The path as `from` saw it last, and how often it was another one than before.
  PathKind seen = PathKind::kNone;
  Endpoint seen_remote;
  uint32_t changes = 0;
  // Data from `from` that arrived at `to`.
  uint64_t received = 0;
  Instant last_received;
  Duration longest_gap;  // between two arrivals
  // Echoes asked for by `from`.
  uint64_t echoes = 0;
  Duration last_echo;
};

class Connections {
 public:
  Connections(TopologyBuilder* topology, Services* services)
      : topology_(topology), services_(services) {}

  // Starts to connect; the peers are started if need be.
  Result<ConnectionId> connect(NodeId from, NodeId to, const ConnectOptions& options);
  // To be called for every machine event. Returns the connections that it concerned, until the next
  // call.
  struct Concerned {
    ConnectionId id;
    bool path_changed = false;
  };
  const std::vector<Concerned>& on_machine_event(MachineId machine, const MachineEvent& event);
  // The attempt's time is over: settles it as failed unless it is settled.
  void give_up(ConnectionId id);
  // One datagram of `size` bytes from `from` to `to`; false if no path is up.
  bool send(ConnectionId id, size_t size);
  bool ping(ConnectionId id);
  // Ends what the two hosts have between them, and with it all connections that use it.
  const std::vector<Concerned>& close(ConnectionId id);
  // To be called after a host was switched on or off. Off, it has no path; on again, it calls again
  // whom it was connected to or called, as a program does that is started anew.
  const std::vector<Concerned>& on_power(NodeId host);

  const ConnectionRecord& at(ConnectionId id) const { return connections_[id.value()]; }
  PeerPath path(ConnectionId id) const;  // as `from` sees it now; none if closed or off
  Endpoint reflexive(ConnectionId id) const { return peers_[at(id).from_peer].peer->reflexive(); }

 private:
  struct RunningPeer {
    Name name;
    ConnectOptions options;
    MachineId machine;
    Peer* peer;  // owned by the world, which keeps it as long as the world itself
    std::vector<ConnectionId> connections;
  };

  Result<uint32_t> peer_on(NodeId host, const ConnectOptions& options);
  PeerConfig config_for(const Name& name, const ConnectOptions& options) const;
  bool on_event_at_from(ConnectionId id, const MachineEvent& event);  // true: another path
  void on_event_at_to(ConnectionRecord& connection, const MachineEvent& event);
  void call(ConnectionRecord& connection);
  bool look_at_path(ConnectionId id);  // true: it is another one
  void settle(ConnectionRecord& connection, bool ok, std::string why);
  const Name& name_of(uint32_t peer) const { return peers_[peer].name; }

  TopologyBuilder* topology_;
  Services* services_;
  std::vector<RunningPeer> peers_;
  std::vector<ConnectionRecord> connections_;
  std::vector<uint32_t> peer_of_machine_;             // by machine id; kNobody
  std::vector<std::vector<uint32_t>> peers_of_host_;  // by node id
  std::vector<Concerned> concerned_;
  static constexpr uint32_t kNobody = 0xFFFFFFFF;
};

}  // namespace natbed
