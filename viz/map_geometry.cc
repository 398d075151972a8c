#include "viz/map_geometry.h"

#include <algorithm>

namespace natbed::viz {
namespace {

constexpr int kCurveSteps = 24;
// Of a path's bends: 1 swings wide, 0 has corners. Routes turn at their relay, other paths glide
// through the core.
constexpr float kRelayBend = 0.3f, kCoreBend = 0.9f;
constexpr float kPull = 0.75f;  // how far lines across the core bend towards its middle

// A smooth line through `knots`. It never swings wide of a short step next to a long one: the
// tangent at a knot is no longer than the shorter of its two steps.
std::vector<Point> smooth(const std::vector<Point>& knots, float roundness) {
  const auto tangent = [&](size_t i) {
    if (i == 0) return knots[1] - knots[0];
    if (i + 1 == knots.size()) return knots[i] - knots[i - 1];
    const Point along = knots[i + 1] - knots[i - 1];
    const float reach = std::min(length(knots[i + 1] - knots[i]), length(knots[i] - knots[i - 1]));
    return along * (roundness * reach / std::max(length(along), 1e-3f));
  };
  std::vector<Point> line;
  for (size_t i = 0; i + 1 < knots.size(); ++i) {
    const Point from = tangent(i), to = tangent(i + 1);
    for (int step = 0; step < kCurveSteps; ++step) {  // cubic Hermite
      const float k = static_cast<float>(step) / kCurveSteps, k2 = k * k, k3 = k2 * k;
      line.push_back(knots[i] * (2 * k3 - 3 * k2 + 1) + from * (k3 - 2 * k2 + k) +
                     knots[i + 1] * (3 * k2 - 2 * k3) + to * (k3 - k2));
    }
  }
  if (!knots.empty()) line.push_back(knots.back());
  return line;
}

std::vector<float> lengths_along(const std::vector<Point>& line) {
  std::vector<float> travelled(line.size());
  for (size_t i = 1; i < line.size(); ++i)
    travelled[i] = travelled[i - 1] + length(line[i] - line[i - 1]);
  return travelled;
}

Point at_length(const std::vector<Point>& line, const std::vector<float>& travelled, float goal) {
  const size_t next = std::ranges::lower_bound(travelled, goal) - travelled.begin();
  if (next == 0) return line.front();
  if (next >= line.size()) return line.back();
  const float step = std::max(travelled[next] - travelled[next - 1], 1e-6f);
  return mix(line[next - 1], line[next], (goal - travelled[next - 1]) / step);
}

}  // namespace

MapGeometry::MapGeometry(const RunModel& model, const BlockTree& tree, const Layout& layout)
    : model_(model),
      layout_(layout),
      core_(tree.core),
      gate_of_realm_(model.topology().realm_count()) {
  for (const Block& block : tree.blocks) note_gates(block);
  for (const Slot& slot : layout.slots) slots_.push_back(&slot);
  std::ranges::stable_sort(slots_, {}, [](const Slot* slot) { return slot->stay.node; });
}

void MapGeometry::note_gates(const Block& block) {
  if (!block.gate.node.valid()) return;
  for (const Stay& host : block.hosts) gate_of_realm_[host.realm.value()] = block.gate.node;
  for (const Block& inner : block.inner) {
    gate_of_realm_[inner.gate.realm.value()] = block.gate.node;
    note_gates(inner);
  }
}

const Slot* MapGeometry::slot(NodeId node, Instant t) const {
  const auto of_node =
      std::ranges::equal_range(slots_, node, {}, [](const Slot* s) { return s->stay.node; });
  if (of_node.empty()) return nullptr;
  if (of_node.size() == 1) return of_node.front();
  const Attachment* home = model_.topology().home(node, t);
  if (!home) return nullptr;
  const auto found =
      std::ranges::find_if(of_node, [&](const Slot* s) { return s->stay.realm == home->realm; });
  return found == of_node.end() ? of_node.front() : *found;
}

Point MapGeometry::place(NodeId node, Instant t) const {
  const Slot* found = slot(node, t);
  return found ? found->shape.centre() : layout_.core.centre;
}

bool MapGeometry::is_around_core(NodeId node, Instant t) const {
  const Slot* found = slot(node, t);
  return found && found->stay.realm == core_ && !layout_.core.overlaps(found->shape);
}

std::vector<Point> MapGeometry::hop_line(NodeId from, NodeId to, Instant t) const {
  const Slot *a = slot(from, t), *b = slot(to, t);
  if (!a || !b || a == b) return {};
  const Point start = a->shape.centre(), end = b->shape.centre();
  if (!is_around_core(from, t) || !is_around_core(to, t)) return {start, end};
  const Point control = mix(mix(start, end, 0.5f), layout_.core.centre, kPull);
  std::vector<Point> line;
  for (int i = 0; i <= kCurveSteps; ++i) {
    line.push_back(on_curve(start, control, end, static_cast<float>(i) / kCurveSteps));
  }
  return line;
}

std::vector<NodeId> MapGeometry::way_out(NodeId node, Instant t) const {
  std::vector<NodeId> way = {node};
  const Slot* here = slot(node, t);
  while (here && here->stay.realm.valid() && way.size() < 64) {
    const NodeId gate = gate_of_realm_[here->stay.realm.value()];
    if (!gate.valid()) break;
    way.push_back(gate);
    here = slot(gate, t);
  }
  return way;
}

std::vector<Point> MapGeometry::path_line(NodeId host, NodeId peer, NodeId relay, int lane,
                                          Instant t) const {
  std::vector<NodeId> out = way_out(host, t), in = way_out(peer, t);
  if (!slot(host, t) || !slot(peer, t)) return {};
  const bool relayed = relay.valid() && slot(relay, t);
  bool crosses_core = true;
  // Boxes that both lie behind are not crossed, unless a relay lies beyond them.
  while (!relayed && out.size() > 1 && in.size() > 1 && out.back() == in.back()) {
    out.pop_back(), in.pop_back();
    crosses_core = false;
  }
  std::vector<Point> knots;
  for (NodeId node : out) knots.push_back(place(node, t));
  const Point last_out = place(out.back(), t), first_in = place(in.back(), t);
  if (relayed) {
    knots.push_back(place(relay, t));
  } else if (crosses_core) {
    const Point middle = mix(last_out, first_in, 0.5f);
    const Point along = first_in - last_out;
    const float size = std::max(length(along), 1.0f);
    const Point aside = Point{-along.y / size, along.x / size} * (14.0f * static_cast<float>(lane));
    knots.push_back(mix(middle, layout_.core.centre, kPull * 0.5f) + aside);
  }
  for (auto node = in.rbegin(); node != in.rend(); ++node) knots.push_back(place(*node, t));
  return smooth(knots, relayed ? kRelayBend : kCoreBend);
}

std::vector<Point> part_of(const std::vector<Point>& line, float from, float to) {
  if (line.size() < 2) return line;
  const std::vector<float> travelled = lengths_along(line);
  const float start = travelled.back() * from, end = travelled.back() * to;
  std::vector<Point> part = {at_length(line, travelled, start)};
  for (size_t i = 0; i < line.size(); ++i) {
    if (travelled[i] > start && travelled[i] < end) part.push_back(line[i]);
  }
  part.push_back(at_length(line, travelled, end));
  return part;
}

Point point_on(const std::vector<Point>& line, float at) {
  const std::vector<float> travelled = lengths_along(line);
  return at_length(line, travelled, travelled.back() * at);
}

}  // namespace natbed::viz
