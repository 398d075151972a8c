#include "viz/block_tree.h"

#include <algorithm>

namespace natbed::viz {
namespace {

class TreeBuilder {
 public:
  explicit TreeBuilder(const Topology& topology)
      : topology_(topology), placed_(topology.node_count()), entered_(topology.realm_count()) {}

  BlockTree build() {
    BlockTree tree;
    tree.core = topology_.core();
    if (tree.core.valid()) fill_core(tree);
    // What no path joins to the core (an island, a node without an interface) still deserves a
    // place.
    for (NodeId node : topology_.nodes()) {
      if (placed_[node.value()]) continue;
      if (topology_.node(node).kind != NodeKind::kHost) {
        tree.blocks.push_back(behind({node, RealmId()}));
      }
    }
    for (NodeId node : topology_.nodes()) {
      if (!placed_[node.value()]) tree.blocks.push_back(alone({node, first_realm(node)}));
    }
    return tree;
  }

 private:
  void fill_core(BlockTree& tree) {
    entered_[tree.core.value()] = true;
    const std::vector<NodeId> here = nodes_of(tree.core);
    for (NodeId node : here) {
      const Role role = topology_.node(node).role;
      if (placed_[node.value()]) continue;
      if (role == Role::kNat || role == Role::kRouter) {
        if (leads_outside(node, tree.core)) tree.blocks.push_back(behind({node, tree.core}));
      } else if (role == Role::kPeer) {
        tree.blocks.push_back(alone({node, tree.core}));
      } else {
        tree.servers.push_back({node, tree.core});
        placed_[node.value()] = true;
      }
    }
  }

  Block alone(Stay host) {
    placed_[host.node.value()] = true;
    Block block;
    block.hosts.push_back(host);
    return block;
  }

  Block behind(Stay gate) {
    placed_[gate.node.value()] = true;
    Block block;
    block.gate = gate;
    for (const Attachment& a : topology_.attachments()) {
      if (a.node == gate.node && a.realm != gate.realm && !entered_[a.realm.value()])
        enter(block, a.realm);
    }
    return block;
  }

  void enter(Block& block, RealmId realm) {
    entered_[realm.value()] = true;
    if (topology_.realm(realm).kind == RealmKind::kCarrier) {
      block.kind = RealmKind::kCarrier;
      block.title = topology_.realm(realm).name;
    }
    for (NodeId node : nodes_of(realm)) {
      if (topology_.node(node).kind == NodeKind::kHost) {
        block.hosts.push_back({node, realm});
        placed_[node.value()] = true;
      } else if (!placed_[node.value()]) {
        block.inner.push_back(behind({node, realm}));
      }
    }
  }

  // A NAT stands where its outside is; a router wherever it is met first.
  bool leads_outside(NodeId node, RealmId realm) const {
    if (topology_.node(node).kind == NodeKind::kRouter) return true;
    return std::ranges::any_of(topology_.attachments(), [&](const Attachment& a) {
      return a.node == node && a.realm == realm && a.outside;
    });
  }

  // Every node that was ever attached to `realm`, each once, by id.
  std::vector<NodeId> nodes_of(RealmId realm) const {
    std::vector<NodeId> found;
    for (const Attachment& a : topology_.attachments()) {
      if (a.realm == realm) found.push_back(a.node);
    }
    std::ranges::sort(found);
    const auto [first, last] = std::ranges::unique(found);
    found.erase(first, last);
    return found;
  }

  RealmId first_realm(NodeId node) const {
    const auto found = std::ranges::find(topology_.attachments(), node, &Attachment::node);
    return found == topology_.attachments().end() ? RealmId() : found->realm;
  }

  const Topology& topology_;
  std::vector<bool> placed_, entered_;
};

}  // namespace

size_t Block::node_count() const {
  size_t count = hosts.size() + gate.node.valid();
  for (const Block& block : inner) count += block.node_count();
  return count;
}

BlockTree make_block_tree(const Topology& topology) { return TreeBuilder(topology).build(); }

}  // namespace natbed::viz
