#include "scenarios/connections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace natbed {

Result<ConnectionId> Connections::connect(NodeId from, NodeId to, const ConnectOptions& options) {
  if (from == to) return Error{"a host cannot connect to itself"};
  const Result<uint32_t> callee = peer_on(to, options);
  if (!callee) return callee.error();
  const Result<uint32_t> caller = peer_on(from, options);
  if (!caller) return caller.error();

  const ConnectionId id(static_cast<uint32_t>(connections_.size()));
  ConnectionRecord& connection = connections_.emplace_back();
  connection.from = from, connection.to = to;
  connection.from_peer = *caller, connection.to_peer = *callee;
  connection.asked = topology_->world().now();
  peers_[*caller].connections.push_back(id);
  peers_[*callee].connections.push_back(id);

  if (path(id).kind != PathKind::kNone) {
    look_at_path(id);
    settle(connection, true, "");
  } else {
    call(connection);
  }
  return id;
}

void Connections::call(ConnectionRecord& connection) {
  RunningPeer& from = peers_[connection.from_peer];
  const Name to = name_of(connection.to_peer);
  topology_->world().with_outbox(
      from.machine, [&](Machine&, Instant now, Outbox& out) { from.peer->connect(now, to, out); });
}

const std::vector<Connections::Concerned>& Connections::on_machine_event(
    MachineId machine, const MachineEvent& event) {
  concerned_.clear();
  if (machine.value() >= peer_of_machine_.size()) return concerned_;
  const uint32_t teller = peer_of_machine_[machine.value()];
  if (teller == kNobody) return concerned_;
  for (const ConnectionId id : peers_[teller].connections) {
    ConnectionRecord& connection = connections_[id.value()];
    if (connection.closed) continue;
    const bool at_from = connection.from_peer == teller;
    if (name_of(at_from ? connection.to_peer : connection.from_peer) != event.name) continue;
    if (at_from) {
      concerned_.push_back({id, on_event_at_from(id, event)});
    } else {
      on_event_at_to(connection, event);
      concerned_.push_back({id, false});
    }
  }
  return concerned_;
}

bool Connections::on_event_at_from(ConnectionId id, const MachineEvent& event) {
  ConnectionRecord& connection = connections_[id.value()];
  bool another = false;
  switch (event.kind) {
    case MachineEvent::Kind::kPathUp:
      another = look_at_path(id);
      if (!connection.settled) settle(connection, true, "");
      break;
    case MachineEvent::Kind::kPathDown:
      another = look_at_path(id);
      break;
    case MachineEvent::Kind::kConnectFailed:
      if (!connection.settled) settle(connection, false, std::string(event.text));
      break;
    case MachineEvent::Kind::kEchoed:
      ++connection.echoes;
      connection.last_echo = event.round_trip;
      break;
    default:
      break;
  }
  return another;
}

// A path that goes down while another takes its place is told as two events, and is one change.
bool Connections::look_at_path(ConnectionId id) {
  ConnectionRecord& connection = connections_[id.value()];
  const PeerPath now = path(id);
  if (now.kind == connection.seen && now.remote == connection.seen_remote) return false;
  connection.seen = now.kind;
  connection.seen_remote = now.remote;
  ++connection.changes;
  return true;
}

void Connections::on_event_at_to(ConnectionRecord& connection, const MachineEvent& event) {
  if (event.kind != MachineEvent::Kind::kReceived) return;
  const Instant now = topology_->world().now();
  if (connection.received++ > 0) {
    connection.longest_gap = std::max(connection.longest_gap, now - connection.last_received);
  }
  connection.last_received = now;
}

void Connections::give_up(ConnectionId id) {
  ConnectionRecord& connection = connections_[id.value()];
  if (!connection.settled) settle(connection, false, "timed out");
}

void Connections::settle(ConnectionRecord& connection, bool ok, std::string why) {
  connection.settled = true;
  connection.ok = ok;
  connection.settled_at = topology_->world().now();
  const Peer& from = *peers_[connection.from_peer].peer;
  const Peer& to = *peers_[connection.to_peer].peer;
  connection.packets = from.path(name_of(connection.to_peer)).packets_sent +
                       to.path(name_of(connection.from_peer)).packets_sent;
  if (ok) return;
  connection.why = from.why_failed(name_of(connection.to_peer));
  if (connection.why.empty()) connection.why = std::move(why);
}

bool Connections::send(ConnectionId id, size_t size) {
  if (at(id).closed) return false;
  static constexpr std::array<std::byte, Peer::kMaxPayload> kZeros = {};
  NATBED_CHECK(size <= kZeros.size());
  RunningPeer& from = peers_[at(id).from_peer];
  const Name to = name_of(at(id).to_peer);
  bool sent = false;
  topology_->world().with_outbox(from.machine, [&](Machine&, Instant now, Outbox& out) {
    sent = from.peer->send(now, to, std::span(kZeros).first(size), out);
  });
  return sent;
}

bool Connections::ping(ConnectionId id) {
  if (at(id).closed) return false;
  RunningPeer& from = peers_[at(id).from_peer];
  const Name to = name_of(at(id).to_peer);
  bool sent = false;
  topology_->world().with_outbox(from.machine, [&](Machine&, Instant now, Outbox& out) {
    sent = from.peer->ping(now, to, out);
  });
  return sent;
}

const std::vector<Connections::Concerned>& Connections::close(ConnectionId id) {
  const uint32_t ends[2] = {at(id).from_peer, at(id).to_peer};
  for (int i = 0; i < 2 && !at(id).closed; ++i) {
    RunningPeer& peer = peers_[ends[i]];
    const Name other = name_of(ends[1 - i]);
    topology_->world().with_outbox(peer.machine, [&](Machine&, Instant now, Outbox& out) {
      peer.peer->disconnect(now, other, out);
    });
  }
  concerned_.clear();
  for (const ConnectionId shared : peers_[ends[0]].connections) {
    ConnectionRecord& connection = connections_[shared.value()];
    const bool same = connection.from_peer == ends[0] ? connection.to_peer == ends[1]
                                                      : connection.from_peer == ends[1];
    if (!same || connection.closed) continue;
    connection.closed = true;
    if (!connection.settled) settle(connection, false, "closed");
    concerned_.push_back({shared, look_at_path(shared)});
  }
  return concerned_;
}

const std::vector<Connections::Concerned>& Connections::on_power(NodeId host) {
  std::vector<Concerned> concerned;
  const bool on = topology_->world().powered(host);
  if (host.value() < peers_of_host_.size()) {
    for (const uint32_t peer : peers_of_host_[host.value()]) {
      for (const ConnectionId id : peers_[peer].connections) {
        ConnectionRecord& connection = connections_[id.value()];
        if (connection.from != host || connection.closed) continue;
        concerned.push_back({id, look_at_path(id)});
        if (on && (connection.ok || !connection.settled)) call(connection);
      }
    }
  }
  concerned_ = std::move(concerned);  // what a call told at once was told then
  return concerned_;
}

PeerPath Connections::path(ConnectionId id) const {
  const ConnectionRecord& connection = at(id);
  if (connection.closed || !topology_->world().powered(connection.from)) return {};
  return peers_[connection.from_peer].peer->path(name_of(connection.to_peer));
}

Result<uint32_t> Connections::peer_on(NodeId host, const ConnectOptions& options) {
  if (peers_of_host_.size() <= host.value()) peers_of_host_.resize(host.value() + 1);
  for (const uint32_t peer : peers_of_host_[host.value()]) {
    if (peers_[peer].options == options) return peer;
  }
  const size_t others = peers_of_host_[host.value()].size();
  World& world = topology_->world();
  if (world.kind(host) != NodeKind::kHost) {
    return Error{fmt::format("\"{}\" is a {}: only hosts connect", world.name(host).view(),
                             to_string(world.kind(host)))};
  }
  if (Status s = services_->ensure_rendezvous(); !s) return s.error();
  const Name host_name = world.name(host);
  const Name name =
      others == 0 ? host_name : Name(fmt::format("{}/{}", host_name.view(), others + 1));
  auto machine = std::make_unique<Peer>(config_for(name, options),
                                        world.stream(fmt::format("peer {}", name.view())));
  const auto index = static_cast<uint32_t>(peers_.size());
  peers_.push_back({name, options, MachineId(), machine.get(), {}});
  peers_of_host_[host.value()].push_back(index);
  const MachineId id = world.start(host, std::move(machine));
  peers_[index].machine = id;
  if (peer_of_machine_.size() <= id.value()) peer_of_machine_.resize(id.value() + 1, kNobody);
  peer_of_machine_[id.value()] = index;
  return index;
}

PeerConfig Connections::config_for(const Name& name, const ConnectOptions& options) const {
  PeerConfig config;
  config.name = name;
  config.rendezvous = services_->rendezvous();
  config.stun_servers = services_->stun_servers();
  config.relays = services_->relays();
  config.techniques = options.techniques;
  config.connect_timeout = options.timeout;
  config.relay_choice.policy = options.policy;
  config.punch.keep_alive = options.keep_alive;
  config.punch.consent_lost = options.consent_lost;
  config.measure_relays = options.measure_relays;
  config.retry_direct = options.retry_direct;
  return config;
}

}  // namespace natbed
