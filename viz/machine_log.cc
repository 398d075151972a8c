#include "viz/machine_log.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace natbed::viz {

void MachineLog::on_event(const TraceEvent& event, const Topology& topology) {
  index_of(event.node).told.push_back(told_.size());
  told_.push_back({event.at, event.node, event.event});
  using Kind = MachineEvent::Kind;
  switch (event.event.kind) {
    case Kind::kPathUp:
      return path_up(event, topology);
    case Kind::kPathDown:
      return path_down(event);
    case Kind::kRelayChosen:
      return relay_chosen(event, topology);
    default:
      return;
  }
}

MachineLog::HostIndex& MachineLog::index_of(NodeId host) {
  if (hosts_.size() <= host.value()) hosts_.resize(host.value() + 1);
  return hosts_[host.value()];
}

const MachineLog::HostIndex* MachineLog::find_index(NodeId host) const {
  return host.value() < hosts_.size() ? &hosts_[host.value()] : nullptr;
}

void MachineLog::add(PathSpan path) {
  index_of(path.host).paths.push_back(paths_.size());
  const auto place = std::ranges::lower_bound(relays_, path.relay);
  const bool known = place != relays_.end() && *place == path.relay;
  if (path.relay.valid() && !known) relays_.insert(place, path.relay);
  paths_.push_back(std::move(path));
}

const MachineLog::Choice* MachineLog::choice_of(NodeId host) const {
  const auto found = std::ranges::find(choices_, host, &Choice::host);
  return found == choices_.end() ? nullptr : &*found;
}

void MachineLog::path_up(const TraceEvent& event, const Topology& topology) {
  const MachineEvent& told = event.event;
  PathSpan path;
  path.host = event.node;
  path.peer_name = told.name.view();
  path.peer = topology.find(told.name.view()).value_or(NodeId());
  path.kind = static_cast<PathKind>(std::min(told.code, uint32_t{3}));
  path.round_trip = told.round_trip;
  path.start = event.at;
  if (path.kind == PathKind::kRelayed) {
    const std::optional<NodeId> owner = topology.node_at(told.remote.ip);
    const Choice* choice = choice_of(event.node);
    if (choice) {
      path.relay = choice->relay;
      path.relay_name = choice->name;
    } else if (owner && *owner != path.peer && topology.node(*owner).kind == NodeKind::kHost) {
      path.relay = *owner;
      path.relay_name = topology.node(*owner).name;
    }
  }
  path_down(event);
  add(std::move(path));
}

void MachineLog::path_down(const TraceEvent& event) {
  for (size_t i : index_of(event.node).paths) {
    PathSpan& path = paths_[i];
    if (path.peer_name == event.event.name.view() && path.end.is_never()) path.end = event.at;
  }
}

void MachineLog::power_off(NodeId host, Instant at) {
  for (size_t i : index_of(host).paths) {
    if (paths_[i].end.is_never()) paths_[i].end = at;
  }
}

void MachineLog::relay_chosen(const TraceEvent& event, const Topology& topology) {
  const std::string name(event.event.name.view());
  const NodeId relay = topology.find(name).value_or(NodeId());
  const auto found = std::ranges::find(choices_, event.node, &Choice::host);
  if (found == choices_.end()) {
    choices_.push_back({event.node, relay, name});
  } else {
    *found = {event.node, relay, name};
  }
  // A path that is up moves to the new relay.
  const std::vector<size_t> before = index_of(event.node).paths;
  for (size_t i : before) {
    PathSpan& path = paths_[i];
    const bool moves =
        path.kind == PathKind::kRelayed && path.end.is_never() && path.relay_name != name;
    if (!moves) continue;
    path.end = event.at;
    PathSpan next = path;
    next.relay = relay;
    next.relay_name = name;
    next.round_trip = event.event.round_trip;
    next.start = event.at;
    next.end = Instant::never();
    add(std::move(next));
  }
}

void MachineLog::assign_roles(Topology& topology) const {
  const auto promote = [&](NodeId id, Role role) {
    if (topology.knows(id) && topology.node(id).kind == NodeKind::kHost)
      topology.set_role(id, role);
  };
  std::vector<bool> is_public(topology.node_count());
  for (const Attachment& a : topology.attachments()) {
    if (topology.realm(a.realm).kind == RealmKind::kCore) is_public[a.node.value()] = true;
  }
  for (NodeId id : topology.nodes()) {
    if (!is_public[id.value()]) promote(id, Role::kPeer);
  }
  for (const Told& told : told_) promote(told.node, Role::kPeer);
  for (const PathSpan& path : paths_) promote(path.peer, Role::kPeer);
  for (const Told& told : told_) {
    using Kind = MachineEvent::Kind;
    if (told.event.kind == Kind::kRelayChosen) {
      promote(topology.find(told.event.name.view()).value_or(NodeId()), Role::kRelay);
    }
    if (told.event.kind == Kind::kAllocated) {
      promote(topology.node_at(told.event.remote.ip).value_or(NodeId()), Role::kRelay);
    }
  }
}

std::vector<const PathSpan*> MachineLog::paths_at(Instant t) const {
  std::vector<const PathSpan*> found;
  for (const PathSpan& path : paths_) {
    if (path.alive(t)) found.push_back(&path);
  }
  return found;
}

namespace {

// Direct or punched is one way: with one end public, the two call it differently.
using Way = std::tuple<NodeId, NodeId, NodeId, bool>;

Way way_of(const PathSpan& path) {
  const auto [a, b] = std::minmax(path.host, path.peer);
  return {a, b, path.relay, path.kind == PathKind::kRelayed};
}

}  // namespace

std::vector<const PathSpan*> MachineLog::ways_at(Instant t) const {
  std::set<Way> seen;
  std::vector<const PathSpan*> ways = paths_at(t);
  std::erase_if(ways, [&](const PathSpan* path) { return !seen.insert(way_of(*path)).second; });
  return ways;
}

std::vector<const PathSpan*> MachineLog::ways_before(Instant t) const {
  std::set<Way> seen;
  for (const PathSpan* path : paths_at(t)) seen.insert(way_of(*path));
  std::vector<const PathSpan*> ways;
  for (const PathSpan& path : paths_) {
    if (path.end <= t && seen.insert(way_of(path)).second) ways.push_back(&path);
  }
  return ways;
}

std::vector<const PathSpan*> MachineLog::past_paths(Instant t) const {
  std::set<std::pair<NodeId, NodeId>> tellers;
  for (const PathSpan& path : paths_) tellers.insert({path.host, path.peer});
  std::vector<const PathSpan*> past;
  for (const PathSpan& path : paths_) {
    const bool told_by_peer = path.peer < path.host && tellers.contains({path.peer, path.host});
    if (path.end <= t && path.start < path.end && !told_by_peer) past.push_back(&path);
  }
  return past;
}

std::vector<const PathSpan*> MachineLog::paths_of(NodeId host, Instant t) const {
  std::vector<const PathSpan*> found;
  const HostIndex* index = find_index(host);
  if (!index) return found;
  for (size_t i : index->paths) {
    if (paths_[i].alive(t)) found.push_back(&paths_[i]);
  }
  return found;
}

std::vector<const Told*> MachineLog::told_by(NodeId host, Instant t) const {
  std::vector<const Told*> found;
  const HostIndex* index = find_index(host);
  if (!index) return found;
  for (size_t i : index->told) {
    if (told_[i].at > t) break;
    found.push_back(&told_[i]);
  }
  return found;
}

}  // namespace natbed::viz
