// Who tried to reach whom, by what their machines told.
#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.h"
#include "viz/story/drop_words.h"

namespace natbed::viz {

using Kind = MachineEvent::Kind;

std::vector<Attempt> attempts(const Evidence& evidence) {
  std::vector<Attempt> found;
  std::map<std::pair<NodeId, NodeId>, size_t> pairs;
  for (const Word& w : evidence.words) {
    const Kind kind = w.event.kind;
    const bool about_peer = kind == Kind::kIntroduced || kind == Kind::kPathUp ||
                            kind == Kind::kPathDown || kind == Kind::kConnectFailed;
    const auto peer = evidence.cast.topology().find(w.event.name.view());
    if (!about_peer || !peer || *peer == w.node) continue;
    const auto [at, fresh] = pairs.try_emplace(std::minmax(w.node, *peer), found.size());
    if (fresh) {
      const auto [a, b] = std::minmax(w.node, *peer);
      found.push_back({a, b, w.at, false});
    }
    Attempt& attempt = found[at->second];
    if (kind == Kind::kConnectFailed) attempt.a = w.node, attempt.b = *peer;
    attempt.reached = kind == Kind::kPathUp || (kind == Kind::kIntroduced && attempt.reached);
  }
  return found;
}

Result<Attempt> find_attempt(const Evidence& evidence, const std::string& a, const std::string& b) {
  const Topology& topology = evidence.cast.topology();
  std::vector<std::string> hosts;
  for (const NodeId node : topology.nodes()) {
    if (topology.node(node).kind == NodeKind::kHost) hosts.push_back(topology.node(node).name);
  }
  for (const std::string& name : {a, b}) {
    if (std::ranges::find(hosts, name) == hosts.end())
      return Error{unknown_word("host", name, hosts)};
  }
  const NodeId one = *topology.find(a), other = *topology.find(b);
  if (one == other) return Error{"expected two hosts, and found \"" + a + "\" twice"};
  const std::vector<Attempt> all = attempts(evidence);
  for (Attempt attempt : all) {
    if (std::minmax(attempt.a, attempt.b) == std::minmax(one, other)) {
      attempt.a = one, attempt.b = other;
      return attempt;
    }
  }
  // They may have sent to each other without a protocol that tells of it.
  for (const Aim& aim : evidence.aims) {
    const NodeId whom = evidence.cast.meant(aim.to);
    if (std::minmax(aim.sender, whom) == std::minmax(one, other))
      return Attempt{one, other, aim.first, false};
  }
  std::string text = fmt::format("{} and {} did not try to reach each other", a, b);
  std::vector<std::string> pairs;
  for (size_t i = 0; i < all.size() && i < 5; ++i)
    pairs.push_back(evidence.cast.name(all[i].a) + "," + evidence.cast.name(all[i].b));
  if (!pairs.empty()) text += "; those who did: " + listed(pairs);
  if (all.size() > pairs.size())
    text += fmt::format(" and {} more pairs", all.size() - pairs.size());
  return Error{text};
}

}  // namespace natbed::viz
