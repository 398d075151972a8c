#include "viz/story/evidence.h"

#include <algorithm>

namespace natbed::viz {
namespace {

bool tells(MachineEvent::Kind kind) {
  using Kind = MachineEvent::Kind;
  return kind != Kind::kReceived && kind != Kind::kEchoed && kind != Kind::kState &&
         kind != Kind::kBehavior;
}

class Gatherer {
 public:
  Status take(const TraceEvent& e) {
    found_.end = std::max(found_.end, e.at);
    switch (e.kind) {
      case TraceKind::kSent:
        sent(e);
        return ok();
      case TraceKind::kDelivered:
        if (const auto flight = flights_.find(e.packet); flight != flights_.end())
          ++found_.aims[flight->second].arrived;
        return ok();
      case TraceKind::kDropped:
        dropped(e);
        return ok();
      case TraceKind::kMachine:
        if (tells(e.event.kind)) found_.words.push_back({e.at, e.node, e.event});
        return ok();
      case TraceKind::kFault:
        found_.faults.push_back({e.at, e.node, std::string(e.text)});
        return ok();
      default:
        return found_.cast.on_event(e);
    }
  }
  Evidence result() { return std::move(found_); }

 private:
  using AimKey = std::tuple<NodeId, Endpoint, Traffic, Protocol>;
  using DropKey = std::tuple<NodeId, NodeId, DropReason, Cure, IpAddress, Traffic, Protocol>;

  size_t aim_of(const TraceEvent& e) {
    const AimKey key{e.node, e.destination, e.traffic, e.protocol};
    const auto [at, fresh] = aims_.try_emplace(key, found_.aims.size());
    if (fresh) found_.aims.push_back({e.node, e.destination, e.traffic, e.protocol, e.at, e.at});
    return at->second;
  }
  // The first hop says who made the packet and where to.
  void sent(const TraceEvent& e) {
    const auto [flight, fresh] = flights_.try_emplace(e.packet, 0);
    if (!fresh) return;
    flight->second = aim_of(e);
    Aim& aim = found_.aims[flight->second];
    aim.last = e.at;
    ++aim.sent;
    ++found_.packets;
  }
  // What never left its host was dropped there, and was meant to be sent.
  void dropped(const TraceEvent& e) {
    const auto [flight, fresh] = flights_.try_emplace(e.packet, 0);
    if (fresh) {
      flight->second = aim_of(e);
      ++found_.aims[flight->second].sent;
      ++found_.packets;
    }
    const Aim& aim = found_.aims[flight->second];
    const DropKey key{aim.sender, e.node,    e.reason,  e.diagnosis.cure,
                      aim.to.ip,  e.traffic, e.protocol};
    const auto [at, first] = drops_.try_emplace(key, found_.drops.size());
    if (first) {
      found_.drops.push_back({aim.sender, e.node, e.reason, e.diagnosis.cure, aim.to.ip, e.traffic,
                              e.protocol, e.at, e.at, 0, e.diagnosis, e.row, e.source,
                              e.destination});
    }
    DropGroup& group = found_.drops[at->second];
    group.last = e.at;
    ++group.count;
    ++found_.dropped;
  }

  Evidence found_;
  std::unordered_map<uint64_t, size_t> flights_;  // by packet: into aims; for look-up only
  std::map<AimKey, size_t> aims_;
  std::map<DropKey, size_t> drops_;
};

}  // namespace

Result<Evidence> gather(std::span<const TraceEvent> events) {
  Gatherer gatherer;
  for (const TraceEvent& event : events) {
    if (const Status s = gatherer.take(event); !s) return s.error();
  }
  return gatherer.result();
}

}  // namespace natbed::viz
