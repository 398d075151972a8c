#include "viz/story/pair.h"

#include <algorithm>
#include <tuple>

namespace natbed::viz {

Pair::Pair(const Evidence& evidence, const Attempt& attempt)
    : evidence_(&evidence), host_{attempt.a, attempt.b} {
  for (int i : {0, 1}) boxes_[i] = evidence.cast.boxes_before(host_[i], attempt.start);
}

bool Pair::towards(const Endpoint& to, int i) const {
  const NodeId meant = evidence_->cast.meant(to);
  if (meant == host_[i]) return true;
  return std::ranges::find(boxes_[i], meant) != boxes_[i].end() &&
         std::ranges::find(boxes_[1 - i], meant) == boxes_[1 - i].end();
}

std::vector<const DropGroup*> Pair::drops_from(int i) const {
  std::vector<const DropGroup*> found;
  for (const DropGroup& g : evidence_->drops) {
    const bool answer = towards(g.toward, i) && g.sender != host_[1 - i] && !is_peer(g.sender);
    if (g.protocol == Protocol::kIcmp || (g.sender != host_[i] && !answer)) continue;
    const NodeId whom = evidence_->cast.meant({g.aim, 0});
    if (!is_peer(whom) || has(whom)) found.push_back(&g);
  }
  std::ranges::stable_sort(found, {}, [&](const DropGroup* g) {
    const bool lan = g->cure == Cure::kRoute && g->aim.is_private();
    const bool peer = towards({g->aim, 0}, 1 - i) || towards(g->toward, 1 - i);
    return std::tuple(lan, !peer, ~g->count);
  });
  return found;
}

const Word* Pair::introduced(int i) const {
  const auto at = std::ranges::find_if(evidence_->words, [&](const Word& w) {
    return w.node == host_[i] && w.event.kind == MachineEvent::Kind::kIntroduced &&
           w.event.name.view() == name(1 - i);
  });
  return at == evidence_->words.end() ? nullptr : &*at;
}

bool Pair::is_peer(NodeId node) const {
  return std::ranges::any_of(evidence_->words, [&](const Word& w) {
    return w.node == node && w.event.kind == MachineEvent::Kind::kIntroduced;
  });
}

}  // namespace natbed::viz
