// What machines told, in words.
#include <fmt/format.h>

#include <algorithm>

#include "viz/machine_log.h"

namespace natbed::viz {

std::string milliseconds(Duration d) {
  const double ms = d.as_milliseconds();
  return ms > 0 && ms < 9.95 ? fmt::format("{:.1f} ms", ms) : fmt::format("{:.0f} ms", ms);
}

std::string describe(const PathSpan& path) {
  std::string text;
  if (path.kind == PathKind::kRelayed && !path.relay_name.empty()) {
    text = fmt::format("via {} to {}", path.relay_name, path.peer_name);
  } else {
    text = fmt::format("{} to {}", to_string(path.kind), path.peer_name);
  }
  if (path.round_trip > Duration::zero()) text += ", " + milliseconds(path.round_trip);
  return text;
}

std::string describe(const MachineEvent& event) {
  using Kind = MachineEvent::Kind;
  const std::string_view name = event.name.view(), text = event.text.view();
  const auto round_trip = [&] {
    return event.round_trip > Duration::zero() ? ", " + milliseconds(event.round_trip)
                                               : std::string();
  };
  switch (event.kind) {
    case Kind::kMapped:
      return "seen from outside as " + event.mapped.to_string();
    case Kind::kUnanswered:
      return "no answer from " + event.remote.to_string();
    case Kind::kRefused:
      return fmt::format("{} refused: error {}", event.remote.to_string(), event.code);
    case Kind::kBehavior:
      return "learnt what its NAT does";
    case Kind::kRegistered:
      return "registered";
    case Kind::kIntroduced:
      return fmt::format("introduced to {}", name);
    case Kind::kAllocated:
      return "relayed address " + event.mapped.to_string();
    case Kind::kPathUp:
      return fmt::format("{} path to {}{}",
                         to_string(static_cast<PathKind>(std::min(event.code, 3u))), name,
                         round_trip());
    case Kind::kPathDown:
      return fmt::format("lost its path to {}", name);
    case Kind::kRelayChosen:
      return fmt::format("chose relay {}{}", name, round_trip());
    case Kind::kRelayLost:
      return fmt::format("lost relay {}", name);
    case Kind::kConnectFailed:
      return fmt::format("cannot reach {}: {}", name, text);
    case Kind::kReceived:
      return fmt::format("{} bytes from {}", event.code, name);
    case Kind::kEchoed:
      // From a peer by its name; from anybody else by the address.
      return fmt::format("echo {} from {}{}", event.code,
                         name.empty() ? event.remote.ip.to_string() : std::string(name),
                         round_trip());
    case Kind::kState:
      return std::string(text);
  }
  return {};
}

std::string MachineLog::status(NodeId host, Instant t) const {
  const std::vector<const PathSpan*> paths = paths_of(host, t);
  if (paths.size() == 1) return describe(*paths.front());
  if (paths.size() > 1) {
    const auto best = std::ranges::max(paths, {}, [](const PathSpan* p) { return p->kind; });
    return fmt::format("{} paths, best {}", paths.size(), to_string(best->kind));
  }
  using Kind = MachineEvent::Kind;
  const std::vector<const Told*> told = told_by(host, t);
  const auto telling = std::find_if(told.rbegin(), told.rend(), [](const Told* one) {
    const Kind kind = one->event.kind;
    return kind != Kind::kReceived && kind != Kind::kEchoed && kind != Kind::kMapped &&
           kind != Kind::kBehavior;
  });
  return telling == told.rend() ? std::string() : describe((*telling)->event);
}

}  // namespace natbed::viz
