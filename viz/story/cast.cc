#include "viz/story/cast.h"

#include <algorithm>

namespace natbed::viz {
namespace {

constexpr size_t kDeepest = 16;  // boxes in a row: beyond that addresses run in a circle

}  // namespace

Status Cast::on_event(const TraceEvent& event) {
  switch (event.kind) {
    case TraceKind::kNode:
    case TraceKind::kRealm:
    case TraceKind::kInterface:
      return topology_.on_event(event);
    case TraceKind::kMappingOpened: {
      std::vector<Mapping>& box = mappings_[event.node];
      rows_[{event.node, event.row}] = box.size();
      box.push_back({event.source, event.new_source, event.destination, event.protocol, event.at});
      inward_[{event.node, event.new_source}] = event.source;
      return ok();
    }
    default:
      return ok();
  }
}

std::string Cast::name(NodeId node) const {
  return topology_.knows(node) ? topology_.node(node).name : "somebody";
}

std::string Cast::kind(NodeId box) const {
  return topology_.knows(box) ? topology_.node(box).detail : "";
}

NodeId Cast::meant(const Endpoint& endpoint) const {
  Endpoint at = endpoint;
  NodeId owner;
  for (size_t depth = 0; depth < kDeepest; ++depth) {
    const auto node = topology_.node_at(at.ip);
    if (!node) return owner;
    owner = *node;
    const auto inward = inward_.find({owner, at});
    if (inward == inward_.end() || inward->second == at) return owner;
    at = inward->second;
  }
  return owner;
}

std::string Cast::whom(const Endpoint& endpoint) const {
  const NodeId node = meant(endpoint);
  const std::string text = endpoint.port == 0 ? endpoint.ip.to_string() : endpoint.to_string();
  return topology_.knows(node) ? name(node) + " (" + text + ")" : text;
}

std::vector<NodeId> Cast::boxes_before(NodeId host, Instant t) const {
  std::vector<NodeId> boxes;
  NodeId node = host;
  for (size_t depth = 0; depth < kDeepest; ++depth) {
    const Attachment* up = uplink(node, t);
    if (!up || topology_.realm(up->realm).kind == RealmKind::kCore) break;
    const auto& all = topology_.attachments();
    const auto box = std::ranges::find_if(all, [&](const Attachment& a) {
      return a.realm == up->realm && a.since <= t && a.until > t && a.node != node &&
             topology_.knows(a.node) && topology_.node(a.node).kind != NodeKind::kHost &&
             uplink(a.node, t) != &a;
    });
    if (box == all.end()) break;
    node = box->node;
    if (topology_.node(node).kind == NodeKind::kNat) boxes.push_back(node);
  }
  return boxes;
}

// A NAT says which side is its outside; a router was put where it is before anybody came behind it;
// a host is where it went last.
const Attachment* Cast::uplink(NodeId node, Instant t) const {
  const std::vector<const Attachment*> all = topology_.attached(node, t);
  if (all.empty() || !topology_.knows(node)) return nullptr;
  if (topology_.node(node).kind == NodeKind::kHost) return all.back();
  if (topology_.node(node).kind == NodeKind::kRouter) return all.front();
  const auto outside = std::ranges::find_if(all, [](const Attachment* a) { return a->outside; });
  return outside == all.end() ? nullptr : *outside;
}

IpAddress Cast::address(NodeId node, Instant t) const {
  IpAddress address;
  const bool nat = topology_.knows(node) && topology_.node(node).kind == NodeKind::kNat;
  for (const Attachment* a : topology_.attached(node, t)) {
    if (a->outside == nat) address = a->address;
  }
  return address;
}

const std::vector<Cast::Mapping>& Cast::mappings(NodeId box) const {
  static const std::vector<Mapping> none;
  const auto found = mappings_.find(box);
  return found == mappings_.end() ? none : found->second;
}

const Cast::Mapping* Cast::mapping(NodeId box, RowId row) const {
  const auto found = rows_.find({box, row});
  return found == rows_.end() ? nullptr : &mappings(box)[found->second];
}

}  // namespace natbed::viz
