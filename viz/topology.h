// Topology: the nodes, realms and interfaces of a run, and who is attached where at an instant.
//
// Hosts may move and boxes may get new addresses during a run, so every attachment has a time from
// which and until which it holds. What a node is for (peer, server, relay) is no field of the
// trace; the model infers it from what the machines told, see assign_roles().
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/trace_event.h"

namespace natbed::viz {

enum class Role : uint8_t { kPeer, kServer, kRelay, kNat, kRouter };

struct Node {
  NodeKind kind = NodeKind::kHost;
  Role role = Role::kServer;
  std::string name;
  std::string detail;  // of a box named "home (port-restricted)": what stands in brackets
};

struct Realm {
  RealmKind kind = RealmKind::kCore;
  std::string name;
};

struct Attachment {
  InterfaceId interface;
  NodeId node;
  RealmId realm;
  bool outside = false;
  IpAddress address;  // the newest; earlier ones of this stay are found by node_at()
  Instant since, until = Instant::never();
};

class Topology {
 public:
  // Takes in kNode, kRealm and kInterface events, in the order of the trace.
  Status on_event(const TraceEvent& event);

  size_t node_count() const { return nodes_.size(); }
  bool knows(NodeId id) const {
    return id.valid() && id.value() < nodes_.size() && !nodes_[id.value()].name.empty();
  }
  // REQUIRES: knows(id).
  const Node& node(NodeId id) const { return nodes_[id.value()]; }
  void set_role(NodeId id, Role role) { nodes_[id.value()].role = role; }
  std::vector<NodeId> nodes() const;  // known ones, by id

  size_t realm_count() const { return realms_.size(); }
  const Realm& realm(RealmId id) const { return realms_[id.value()]; }
  // Every stay of every interface, in the order in which they began.
  const std::vector<Attachment>& attachments() const { return attachments_; }
  // Where `node` is drawn at `t`: where it went last, or else its first interface. Null before it
  // has any.
  const Attachment* home(NodeId node, Instant t) const;
  // All that `node` is attached to at `t`.
  std::vector<const Attachment*> attached(NodeId node, Instant t) const;

  std::optional<NodeId> find(std::string_view name) const;
  // Who ever had `address` in a realm of kind core, or anywhere if nobody had it there.
  std::optional<NodeId> node_at(const IpAddress& address) const;
  // The core that packets cross; invalid if the run had none.
  RealmId core() const;

 private:
  Status on_interface(const TraceEvent& event);
  struct Owner {
    NodeId node;
    bool in_core = false;
  };
  std::vector<Node> nodes_;    // by NodeId
  std::vector<Realm> realms_;  // by RealmId
  std::vector<Attachment> attachments_;
  std::unordered_map<uint32_t, size_t>
      open_;  // interface → its stay that goes on, for look-up only
  std::map<std::string, NodeId, std::less<>> names_;
  std::map<IpAddress, Owner> owners_;
};

// A trace whose ids go beyond this is damaged: nobody draws a million boxes.
inline constexpr uint32_t kMostIds = 1u << 20;

}  // namespace natbed::viz
