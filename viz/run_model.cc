#include "viz/run_model.h"

#include <fmt/format.h>

#include <algorithm>

namespace natbed::viz {
namespace {

bool is_topology(TraceKind kind) {
  return kind == TraceKind::kNode || kind == TraceKind::kRealm || kind == TraceKind::kInterface;
}

// Kinds whose `node` must be one that the trace introduced.
bool needs_node(TraceKind kind) {
  return !is_topology(kind) && (trace_fields(kind) & kFieldNode) && kind != TraceKind::kFault;
}

}  // namespace

Result<RunModel> RunModel::build(std::span<const TraceEvent> events) {
  RunModel model;
  for (const TraceEvent& event : events) {
    if (Status taken = model.take(event); !taken) return taken.error();
  }
  if (model.topology_.nodes().empty()) {
    return Error{
        "the trace holds no node: there is nothing to show. Was it made by natbed run --trace?"};
  }
  model.flights_.finish();
  model.machines_.assign_roles(model.topology_);
  model.find_relays();
  const auto [first, last] = std::ranges::unique(model.moments_);
  model.moments_.erase(first, last);
  return model;
}

Status RunModel::take(const TraceEvent& event) {
  if (event.at < end_) {
    return Error{fmt::format("the trace is damaged: a {} event at {} comes after {}",
                             to_string(event.kind), to_string(event.at), to_string(end_))};
  }
  if (needs_node(event.kind) && !topology_.knows(event.node)) {
    return Error{fmt::format(
        "the trace is damaged: a {} event at {} names node {}, which no earlier event introduced",
        to_string(event.kind), to_string(event.at), event.node.value())};
  }
  end_ = event.at;
  ++place_;
  if (!is_topology(event.kind)) moments_.push_back(event.at);
  switch (event.kind) {
    case TraceKind::kNode:
    case TraceKind::kRealm:
    case TraceKind::kInterface:
      return topology_.on_event(event);
    case TraceKind::kSent:
    case TraceKind::kDropped:
      flights_.on_event(event);
      break;
    case TraceKind::kMappingOpened:
    case TraceKind::kMappingRefreshed:
    case TraceKind::kMappingClosed:
      tables_.on_event(event);
      break;
    case TraceKind::kMachine:
      machines_.on_event(event, topology_);
      break;
    case TraceKind::kFault:
      faults_.push_back({event.at, event.node, std::string(event.text), place_});
      if (event.text == "power off") machines_.power_off(event.node, event.at);
      break;
    case TraceKind::kNote:
      notes_.push_back({event.at, NodeId(), std::string(event.text), place_});
      break;
    case TraceKind::kRecord:
      records_.push_back({event.at, NodeId(), std::string(event.text), place_});
      break;
    case TraceKind::kReceived:
    case TraceKind::kTranslated:
    case TraceKind::kDelivered:
      break;
  }
  return ok();
}

// A relay that no path chose is still one: peers spoke to it in a relay's tongue.
void RunModel::find_relays() {
  for (const Hop& hop : flights_.hops()) {
    const bool server = topology_.knows(hop.to) && topology_.node(hop.to).role == Role::kServer;
    if (server && hop.traffic == Traffic::kRelay) topology_.set_role(hop.to, Role::kRelay);
  }
}

Instant RunModel::next_moment(Instant t) const {
  const auto next = std::ranges::upper_bound(moments_, t);
  return next == moments_.end() ? t : *next;
}

Instant RunModel::previous_moment(Instant t) const {
  const auto next = std::ranges::lower_bound(moments_, t);
  return next == moments_.begin() ? t : *(next - 1);
}

Instant RunModel::telling_instant() const {
  std::vector<std::pair<Instant, int>> changes;
  for (const PathSpan& path : machines_.paths()) {
    changes.emplace_back(path.start, 1);
    changes.emplace_back(path.end, -1);
  }
  std::ranges::sort(changes);
  Instant best = end_;
  int up = 0, most = 0;
  for (const auto& [at, step] : changes) {
    if (at > end_) break;
    if (step < 0 && up >= most) best = at - Duration::nanoseconds(1), most = up;
    up += step;
  }
  return up >= most ? end_ : best;
}

bool RunModel::is_down(NodeId node, Instant t) const {
  bool down = false;
  for (const Saying& fault : faults_) {
    if (fault.at > t) break;
    if (fault.node != node) continue;
    if (fault.text == "cut" || fault.text == "power off") down = true;
    if (fault.text == "restore" || fault.text == "power on") down = false;
  }
  return down;
}

}  // namespace natbed::viz
