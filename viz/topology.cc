#include "viz/topology.h"

#include <fmt/format.h>

#include <algorithm>

namespace natbed::viz {
namespace {

Error damaged(const TraceEvent& event, std::string_view what) {
  return {fmt::format("the trace is damaged: a {} event at {} {}", to_string(event.kind),
                      to_string(event.at), what)};
}

// "home (port-restricted)" → "home" and "port-restricted".
void split_name(std::string_view text, Node& node) {
  const size_t open = text.rfind(" (");
  const bool bracketed = open != std::string_view::npos && open > 0 && text.ends_with(')');
  node.name = bracketed ? text.substr(0, open) : text;
  node.detail = bracketed ? text.substr(open + 2, text.size() - open - 3) : std::string_view();
}

Role first_guess(NodeKind kind) {
  switch (kind) {
    case NodeKind::kNat:
      return Role::kNat;
    case NodeKind::kRouter:
      return Role::kRouter;
    case NodeKind::kHost:
      break;
  }
  return Role::kServer;
}

}  // namespace

Status Topology::on_event(const TraceEvent& event) {
  if (event.kind == TraceKind::kInterface) return on_interface(event);
  if (event.kind == TraceKind::kRealm) {
    if (event.realm.value() >= kMostIds) return damaged(event, "has a realm id out of range");
    if (realms_.size() <= event.realm.value()) realms_.resize(event.realm.value() + 1);
    realms_[event.realm.value()] = {event.realm_kind, std::string(event.text)};
    return ok();
  }
  if (event.node.value() >= kMostIds) return damaged(event, "has a node id out of range");
  if (nodes_.size() <= event.node.value()) nodes_.resize(event.node.value() + 1);
  Node& node = nodes_[event.node.value()];
  node.kind = event.node_kind;
  node.role = first_guess(event.node_kind);
  split_name(event.text, node);
  if (node.name.empty()) node.name = fmt::format("node {}", event.node.value());
  names_.emplace(node.name, event.node);
  return ok();
}

Status Topology::on_interface(const TraceEvent& event) {
  if (!knows(event.node)) return damaged(event, "names a node that no earlier event introduced");
  if (!event.realm.valid() || event.realm.value() >= realms_.size()) {
    return damaged(event, "names a realm that no earlier event introduced");
  }
  const bool in_core = realms_[event.realm.value()].kind == RealmKind::kCore;
  const auto [owner, first] = owners_.try_emplace(event.source.ip, Owner{event.node, in_core});
  if (!first && in_core && !owner->second.in_core) owner->second = {event.node, true};
  if (const auto open = open_.find(event.interface.value()); open != open_.end()) {
    Attachment& earlier = attachments_[open->second];
    if (earlier.realm == event.realm && earlier.node == event.node) {
      if (event.at > earlier.since) earlier.address = event.source.ip;
      return ok();
    }
    earlier.until = event.at;
  }
  open_[event.interface.value()] = attachments_.size();
  attachments_.push_back({event.interface, event.node, event.realm, event.outside, event.source.ip,
                          event.at, Instant::never()});
  return ok();
}

std::vector<NodeId> Topology::nodes() const {
  std::vector<NodeId> known;
  for (uint32_t i = 0; i < nodes_.size(); ++i) {
    if (knows(NodeId(i))) known.push_back(NodeId(i));
  }
  return known;
}

const Attachment* Topology::home(NodeId node, Instant t) const {
  const Attachment* best = nullptr;
  for (const Attachment& a : attachments_) {
    if (a.node != node || a.since > t || a.until <= t) continue;
    if (!best || a.since > best->since) best = &a;
  }
  return best;
}

std::vector<const Attachment*> Topology::attached(NodeId node, Instant t) const {
  std::vector<const Attachment*> found;
  for (const Attachment& a : attachments_) {
    if (a.node == node && a.since <= t && a.until > t) found.push_back(&a);
  }
  return found;
}

std::optional<NodeId> Topology::find(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<NodeId> Topology::node_at(const IpAddress& address) const {
  const auto found = owners_.find(address);
  return found == owners_.end() ? std::nullopt : std::optional(found->second.node);
}

RealmId Topology::core() const {
  for (uint32_t i = 0; i < realms_.size(); ++i) {
    if (realms_[i].kind == RealmKind::kCore) return RealmId(i);
  }
  return RealmId();
}

}  // namespace natbed::viz
