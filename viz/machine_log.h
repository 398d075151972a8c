// MachineLog: what the machines on every host told, and the paths between peers that follow from
// it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/trace_event.h"
#include "viz/topology.h"

namespace natbed::viz {

struct Told {
  Instant at;
  NodeId node;
  MachineEvent event;
};

// `host` reached `peer` in this way, from start until end (not included).
struct PathSpan {
  NodeId host, peer;  // peer is invalid if no node of the run has its name
  std::string peer_name;
  PathKind kind = PathKind::kNone;
  NodeId relay;  // kRelayed: where it leads through, as far as the trace lets us know
  std::string relay_name;
  Duration round_trip;
  Instant start, end = Instant::never();
  bool alive(Instant t) const { return start <= t && t < end; }
};

class MachineLog {
 public:
  // REQUIRES: the events of kind kMachine, in the order of the trace; the topology so far.
  void on_event(const TraceEvent& event, const Topology& topology);
  // A host that is off has no path, though it cannot tell any more.
  void power_off(NodeId host, Instant at);
  // Gives hosts that talk to peers, or lend themselves as relays, their role.
  void assign_roles(Topology& topology) const;

  const std::vector<PathSpan>& paths() const { return paths_; }
  std::vector<const PathSpan*> paths_at(Instant t) const;
  // Both ends tell of the same path: here each way is named once. Before: those that are up no
  // more, and not again.
  std::vector<const PathSpan*> ways_at(Instant t) const;
  std::vector<const PathSpan*> ways_before(Instant t) const;
  // Paths that ended by `t`, in order of their start; of those that both ends told, one end's.
  std::vector<const PathSpan*> past_paths(Instant t) const;
  std::vector<const PathSpan*> paths_of(NodeId host, Instant t) const;
  // Events of `host` up to and including `t`, oldest first.
  std::vector<const Told*> told_by(NodeId host, Instant t) const;
  const std::vector<Told>& all() const { return told_; }
  // The relays that any path led through, by id.
  const std::vector<NodeId>& relays() const { return relays_; }
  // One line under a host's name: "punched to bob, 83 ms", or what it is busy with; empty if it
  // told nothing.
  std::string status(NodeId host, Instant t) const;

 private:
  void path_up(const TraceEvent& event, const Topology& topology);
  void path_down(const TraceEvent& event);
  void relay_chosen(const TraceEvent& event, const Topology& topology);
  struct Choice {
    NodeId host, relay;
    std::string name;
  };
  // What one host told, as indices into told_ and paths_.
  struct HostIndex {
    std::vector<size_t> told, paths;
  };
  HostIndex& index_of(NodeId host);
  const HostIndex* find_index(NodeId host) const;
  const Choice* choice_of(NodeId host) const;
  void add(PathSpan path);

  std::vector<Told> told_;
  std::vector<PathSpan> paths_;   // in order of start
  std::vector<HostIndex> hosts_;  // by NodeId
  std::vector<NodeId> relays_;
  std::vector<Choice> choices_;  // the relay that each host chose last
};

std::string describe(
    const PathSpan& path);  // "punched to bob, 83 ms", "via relay-3 to bob, 120 ms"
std::string describe(const MachineEvent& event);  // one line for the panel of a host
std::string milliseconds(Duration d);             // "83 ms", "0.4 ms"

}  // namespace natbed::viz
