// MapGeometry: where nodes stand at an instant and along which lines packets and paths run between
// them.
//
// What crosses the core bends towards the middle of its disc; what goes through a NAT goes through
// its box. All in coordinates of the layout.
#pragma once

#include <vector>

#include "viz/layout.h"
#include "viz/run_model.h"

namespace natbed::viz {

class MapGeometry {
 public:
  // All must outlive it.
  MapGeometry(const RunModel& model, const BlockTree& tree, const Layout& layout);

  // Where `node` is drawn at `t`; null if it stands nowhere then.
  const Slot* slot(NodeId node, Instant t) const;
  Point place(NodeId node, Instant t) const;
  // The line of one hop, as points. Empty if one of the nodes is unknown.
  std::vector<Point> hop_line(NodeId from, NodeId to, Instant t) const;
  // The line of a whole path, through the boxes on its way and `relay` if that is valid. `lane`
  // keeps apart paths that would run on top of each other.
  std::vector<Point> path_line(NodeId host, NodeId peer, NodeId relay, int lane, Instant t) const;
  // `node` and the gates between it and the core, from inside to outside.
  std::vector<NodeId> way_out(NodeId node, Instant t) const;
  const Layout& layout() const { return layout_; }

 private:
  void note_gates(const Block& block);
  bool is_around_core(NodeId node, Instant t) const;

  const RunModel& model_;
  const Layout& layout_;
  RealmId core_;
  std::vector<NodeId> gate_of_realm_;  // by RealmId
  std::vector<const Slot*> slots_;     // sorted by node, then in order of the layout
};

// The part of a line between two fractions of its length.
std::vector<Point> part_of(const std::vector<Point>& line, float from, float to);
Point point_on(const std::vector<Point>& line, float at);

}  // namespace natbed::viz
