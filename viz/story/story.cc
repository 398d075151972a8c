#include "viz/story/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "viz/story/drop_words.h"
#include "viz/story/pair.h"

namespace natbed::viz {
namespace {

using Kind = MachineEvent::Kind;

constexpr size_t kMostAims = 3;       // endpoints named in one line
constexpr size_t kMostDropLines = 2;  // for each direction
constexpr size_t kMostFaults = 3;
constexpr size_t kMostChanges = 6;  // of paths

// Writes one pair's story; a direction is 0 from a to b, 1 back.
class Teller {
 public:
  Teller(const Evidence& evidence, const Attempt& attempt)
      : e_(evidence), cast_(evidence.cast), attempt_(attempt), pair_(evidence, attempt) {}

  PairStory tell() {
    story_.a = name(0);
    story_.b = name(1);
    for (int i : {0, 1}) tell_place(i);
    for (int i : {0, 1}) tell_learned(i);
    tell_introduction();
    for (int i : {0, 1}) tell_aims(i);
    for (int i : {0, 1}) tell_drops(i);
    tell_faults();
    tell_relay();
    tell_end();
    std::ranges::stable_sort(story_.lines, {}, &StoryLine::at);
    story_.reached&& direct_ ? tell_lost() : tell_why();
    return std::move(story_);
  }

 private:
  std::string name(int i) const { return pair_.name(i); }
  void say(Instant at, std::string text) { story_.lines.push_back({at, std::move(text)}); }

  // "alice (192.168.1.2) is behind home-1 (198.18.0.3)"
  void tell_place(int i) {
    const IpAddress own = cast_.address(pair_.host(i), attempt_.start);
    std::vector<std::string> boxes;
    for (const NodeId box : pair_.boxes(i)) {
      const std::string kind = cast_.kind(box);
      boxes.push_back(fmt::format("{} ({}{})", cast_.name(box), kind.empty() ? "" : kind + ", ",
                                  cast_.address(box, attempt_.start).to_string()));
    }
    std::string text = fmt::format("{} ({}) is ", name(i), own.to_string());
    text += boxes.empty() ? "in the open, behind no NAT" : "behind " + boxes[0];
    for (size_t k = 1; k < boxes.size(); ++k) text += ", which is behind " + boxes[k];
    say(Instant(), text);
  }

  // How servers see the host from outside.
  void tell_learned(int i) {
    std::vector<std::string> seen;
    std::set<Endpoint> known;
    Instant first;
    for (const Word& w : e_.words) {
      const bool told = w.event.kind == Kind::kMapped || w.event.kind == Kind::kRegistered;
      if (w.node != pair_.host(i) || !told || w.event.mapped == Endpoint()) continue;
      if (seen.empty()) first = w.at;
      if (!known.insert(w.event.mapped).second || seen.size() == kMostAims) continue;
      seen.push_back(fmt::format("{} ({})", w.event.mapped.to_string(),
                                 cast_.name(cast_.meant(w.event.remote))));
    }
    if (!seen.empty())
      return say(first, fmt::format("{} is seen from outside as {}", name(i), listed(seen)));
    for (const Word& w : e_.words) {
      if (w.node == pair_.host(i) && w.event.kind == Kind::kUnanswered)
        return say(w.at,
                   fmt::format("{} gets no answer from {}", name(i), cast_.whom(w.event.remote)));
    }
  }

  void tell_introduction() {
    const Word* got[2] = {pair_.introduced(0), pair_.introduced(1)};
    if (got[0] && got[1])
      return say(std::min(got[0]->at, got[1]->at),
                 fmt::format("{} and {} are told of each other", name(0), name(1)));
    for (int i : {0, 1}) {
      if (got[i])
        say(got[i]->at, fmt::format("{} is told of {}, who hears nothing", name(i), name(1 - i)));
    }
  }
  void tell_aims(int i) {
    uint64_t sent = 0, arrived = 0;
    Instant first = Instant::never(), last;
    std::vector<std::string> endpoints;
    std::set<Endpoint> known;
    Traffic traffic = Traffic::kProbe;
    for (const Aim& aim : e_.aims) {
      if (aim.sender != pair_.host(i) || !pair_.towards(aim.to, 1 - i)) continue;
      if (sent == 0) traffic = aim.traffic;
      if (aim.traffic != traffic || aim.protocol == Protocol::kIcmp) continue;
      sent += aim.sent;
      arrived += aim.arrived;
      first = std::min(first, aim.first);
      last = std::max(last, aim.last);
      if (known.insert(aim.to).second && endpoints.size() < kMostAims)
        endpoints.push_back(aim.to.to_string());
    }
    sent_[i] = sent;
    arrived_[i] = arrived;
    if (sent == 0) return;
    if (known.size() > kMostAims)
      endpoints.push_back(fmt::format("{} more", known.size() - kMostAims));
    const std::string came = arrived == 0 ? "none arrives" : fmt::format("{} arrive", arrived);
    say(first,
        fmt::format("{} sends {} to {}{}, at {}: {}", name(i), packets(sent, traffic), name(1 - i),
                    sent > 1 ? " until " + seconds(last) : "", listed(endpoints),
                    arrived < sent ? came
                    : sent == 1    ? "it arrives"
                                   : "all arrive"));
  }

  void tell_drops(int i) {
    const std::vector<const DropGroup*> drops = pair_.drops_from(i);
    const size_t told = drops.size() == kMostDropLines + 1 ? drops.size() : kMostDropLines;
    for (size_t k = 0; k < drops.size() && k < told; ++k) {
      story_.drops.push_back(drop_words(e_, *drops[k]));
      say(drops[k]->first, story_.drops.back().text);
    }
    if (!drops.empty()) main_[i] = drop_words(e_, *drops[0]);
    uint64_t rest = 0;
    for (size_t k = told; k < drops.size(); ++k) rest += drops[k]->count;
    if (rest > 0)
      say(drops[told]->first,
          fmt::format("{} more packets of {} are lost in other ways", rest, name(i)));
  }

  void tell_faults() {
    size_t told = 0;
    for (const Fault& f : e_.faults) {
      bool near = pair_.has(f.node);
      for (int i : {0, 1})
        near |= std::ranges::find(pair_.boxes(i), f.node) != pair_.boxes(i).end();
      if (near && told++ < kMostFaults)
        say(f.at, fmt::format("at {}: {}", cast_.name(f.node), f.what));
    }
  }

  void tell_relay() {
    for (int i : {0, 1}) {
      for (const Word& w : e_.words) {
        if (w.node != pair_.host(i) || w.event.kind != Kind::kAllocated) continue;
        say(w.at, fmt::format("{} lends {} the address {}", cast_.name(cast_.meant(w.event.remote)),
                              name(i), w.event.mapped.to_string()));
        break;
      }
    }
  }

  void tell_end() {
    std::vector<StoryLine> said;
    for (const Word& w : e_.words) {
      const int i = w.node == pair_.host(0) ? 0 : 1;
      if (pair_.has(w.node) && w.event.name.view() == name(1 - i)) tell_path(w, i, said);
    }
    const size_t dropped = said.size() > kMostChanges ? said.size() - kMostChanges : 0;
    if (dropped > 0) {  // the first half and the last
      const auto from = said.begin() + kMostChanges / 2;
      from->text = fmt::format("{} more changes of the path follow", dropped);
      said.erase(from + 1, from + 1 + static_cast<ptrdiff_t>(dropped - 1));
    }
    story_.lines.insert(story_.lines.end(), said.begin(), said.end());
    const uint64_t sent = sent_[0] + sent_[1], arrived = arrived_[0] + arrived_[1];
    if (!story_.ending.empty()) return;
    story_.ending =
        sent == 0
            ? "no path"
            : fmt::format("no word of a path; {} of {} packets between them arrive", arrived, sent);
  }
  void tell_path(const Word& w, int i, std::vector<StoryLine>& said) {
    const char* kind = to_string(static_cast<PathKind>(std::min(w.event.code, 3u)));
    if (w.event.kind == Kind::kPathUp) {
      said.push_back(
          {w.at, fmt::format("{} has a path to {}: {}, from {} to {}", name(i), name(1 - i), kind,
                             w.event.local.to_string(), cast_.whom(w.event.remote))});
      story_.ending = fmt::format("{} at {}", kind, seconds(w.at));
      direct_ = w.event.code != static_cast<uint32_t>(PathKind::kRelayed);
      up_ = w.at;
    } else if (w.event.kind == Kind::kPathDown) {
      said.push_back({w.at, fmt::format("{} loses its {} path to {}", name(i), kind, name(1 - i))});
      story_.ending = fmt::format("a path that was lost at {}", seconds(w.at));
    } else if (w.event.kind == Kind::kConnectFailed) {
      said.push_back({w.at, fmt::format("{} gives up: {}", name(i), w.event.text.view())});
      story_.ending = fmt::format("no path: {}", w.event.text.view());
    } else {
      return;
    }
    story_.reached = w.event.kind == Kind::kPathUp;
  }

  // A NAT that gives its host another port for each destination: what a server saw of the host is
  // no way in for its peer.
  void tell_symmetric(int i) {
    for (const NodeId box : pair_.boxes(i)) {
      std::map<Endpoint, std::set<Endpoint>> externals;
      for (const Cast::Mapping& m : cast_.mappings(box)) {
        if (m.protocol == Protocol::kUdp && cast_.meant(m.internal) == pair_.host(i) &&
            !m.remote.ip.is_unspecified()) {
          externals[m.internal].insert(m.external);
        }
      }
      for (const auto& [internal, all] : externals) {
        if (all.size() < 2) continue;
        story_.why.push_back(
            fmt::format("{} gives {} another port for each destination ({} in this run), so what a "
                        "server saw of {} is not where {} is let in",
                        cast_.name(box), name(i), all.size(), name(i), name(1 - i)));
        return;
      }
    }
  }

  void tell_why() {
    for (int i : {0, 1}) {
      if (!pair_.introduced(i) && sent_[i] == 0) {
        story_.why.push_back(
            fmt::format("{} was never told of {}, and sent nothing there", name(i), name(1 - i)));
        if (main_[i])
          story_.why.push_back(fmt::format("{} drops {} of {}, which others were to answer [{}]",
                                           cast_.name(main_[i]->group.box),
                                           packets(main_[i]->group.count, main_[i]->group.traffic),
                                           name(i), to_string(main_[i]->group.reason)));
      } else if (sent_[i] > 0 && arrived_[i] == 0 && main_[i]) {
        story_.why.push_back(fmt::format("{} lets nothing through from {} to {} [{}]",
                                         cast_.name(main_[i]->group.box), name(i), name(1 - i),
                                         to_string(main_[i]->group.reason)));
      }
    }
    for (int i : {0, 1}) tell_symmetric(i);
    for (int i : {0, 1}) {
      if (main_[i] && !main_[i]->change.empty()) story_.changes.push_back(main_[i]->change);
    }
  }

  // A path that stands may have lost what it was for.
  void tell_lost() {
    for (int i : {0, 1}) {
      for (const DropGroup* g : pair_.drops_from(i)) {
        const bool data = g->traffic == Traffic::kData || g->traffic == Traffic::kKeepAlive;
        if (!data || g->last <= up_ || g->sender != pair_.host(i)) continue;
        const DropWords words = drop_words(e_, *g);
        story_.why.push_back(fmt::format("{} drops {} of {} when there was a path [{}]",
                                         cast_.name(g->box), packets(g->count, g->traffic), name(i),
                                         to_string(g->reason)));
        if (!words.change.empty()) story_.changes.push_back(words.change);
        break;
      }
    }
  }

  const Evidence& e_;
  const Cast& cast_;
  const Attempt attempt_;
  const Pair pair_;
  uint64_t sent_[2] = {}, arrived_[2] = {};
  std::optional<DropWords> main_[2];
  bool direct_ = false;  // the last path was
  Instant up_;           // when it came
  PairStory story_;
};

}  // namespace

PairStory tell(const Evidence& evidence, const Attempt& attempt) {
  return Teller(evidence, attempt).tell();
}

std::vector<DropWords> tell_drops(const Evidence& evidence) {
  std::vector<DropWords> words;
  for (const DropGroup& group : evidence.drops) words.push_back(drop_words(evidence, group));
  std::ranges::stable_sort(words, std::greater<>(),
                           [](const DropWords& w) { return w.group.count; });
  return words;
}

}  // namespace natbed::viz
