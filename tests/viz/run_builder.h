// RunBuilder: traces made by hand, so that what is drawn can be tested without a simulator.
//
// Events may be told in any order; events() sorts them by time. Texts live as long as the builder.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "base/trace_event.h"
#include "base/trace_file.h"

namespace natbed::test {

class RunBuilder {
 public:
  RealmId realm(RealmKind kind, std::string_view name) {
    TraceEvent& e = add({}, TraceKind::kRealm);
    e.realm = RealmId(realms_++);
    e.realm_kind = kind;
    e.text = keep(name);
    return e.realm;
  }
  NodeId node(NodeKind kind, std::string_view name) {
    TraceEvent& e = add({}, TraceKind::kNode);
    e.node = NodeId(nodes_++);
    e.node_kind = kind;
    e.text = keep(name);
    return e.node;
  }
  InterfaceId attach(NodeId node, RealmId realm, std::string_view address, bool outside = false,
                     Instant at = {}) {
    return attach(InterfaceId(interfaces_++), node, realm, address, outside, at);
  }
  InterfaceId attach(InterfaceId id, NodeId node, RealmId realm, std::string_view address,
                     bool outside, Instant at) {
    TraceEvent& e = add(at, TraceKind::kInterface);
    e.interface = id;
    e.node = node;
    e.realm = realm;
    e.source.ip = IpAddress::parse(address).value();
    e.outside = outside;
    return id;
  }
  NodeId host(std::string_view name, RealmId realm, std::string_view address) {
    const NodeId id = node(NodeKind::kHost, name);
    attach(id, realm, address);
    return id;
  }
  NodeId nat(std::string_view name, RealmId outside, std::string_view external, RealmId inside,
             std::string_view internal) {
    const NodeId id = node(NodeKind::kNat, name);
    attach(id, outside, external, true);
    attach(id, inside, internal);
    return id;
  }

  // One packet along `way`, `hop` for each step; returns when it arrives.
  Instant send(Instant at, const std::vector<NodeId>& way, Duration hop, Traffic traffic) {
    const uint64_t packet = ++packets_;
    for (size_t i = 0; i + 1 < way.size(); ++i) {
      TraceEvent& e = packet_event(at, TraceKind::kSent, way[i], packet, traffic);
      e.other = way[i + 1];
      e.until = at + hop;
      at = at + hop;
    }
    packet_event(at, TraceKind::kDelivered, way.back(), packet, traffic);
    return at;
  }
  void drop(Instant at, NodeId node, DropReason reason, Traffic traffic, uint64_t packet = 0) {
    packet_event(at, TraceKind::kDropped, node, packet ? packet : ++packets_, traffic).reason =
        reason;
  }
  uint64_t last_packet() const { return packets_; }

  void mapping(Instant at, TraceKind kind, NodeId nat, uint32_t row, Duration lifetime,
               std::string_view internal = "192.168.1.2:5000",
               std::string_view external = "203.0.113.1:5000") {
    TraceEvent& e = add(at, kind);
    e.node = nat;
    e.row = RowId(row);
    e.source = Endpoint::parse(internal).value();
    e.new_source = Endpoint::parse(external).value();
    e.until = at + lifetime;
  }
  MachineEvent& machine(Instant at, NodeId node, MachineEvent::Kind kind,
                        std::string_view name = {}) {
    TraceEvent& e = add(at, TraceKind::kMachine);
    e.node = node;
    e.event.kind = kind;
    e.event.name = name;
    return e.event;
  }
  void path_up(Instant at, NodeId host, std::string_view peer, PathKind kind, Duration round_trip) {
    MachineEvent& e = machine(at, host, MachineEvent::Kind::kPathUp, peer);
    e.code = static_cast<uint32_t>(kind);
    e.round_trip = round_trip;
  }
  void relay_chosen(Instant at, NodeId host, std::string_view relay, Duration round_trip) {
    machine(at, host, MachineEvent::Kind::kRelayChosen, relay).round_trip = round_trip;
  }
  TraceEvent& say(Instant at, TraceKind kind, std::string_view text, NodeId node = {}) {
    TraceEvent& e = add(at, kind);
    e.text = keep(text);
    e.node = node;
    return e;
  }

  std::vector<TraceEvent> events() const {
    std::vector<TraceEvent> sorted(events_.begin(), events_.end());
    std::ranges::stable_sort(sorted, {}, &TraceEvent::at);
    return sorted;
  }
  Trace trace(std::string scenario, uint64_t seed) const {
    Trace trace;
    trace.header = {seed, std::move(scenario), {}};
    trace.events = events();
    return trace;
  }

 private:
  TraceEvent& add(Instant at, TraceKind kind) {
    TraceEvent& e = events_.emplace_back();
    e.at = at;
    e.kind = kind;
    return e;
  }
  TraceEvent& packet_event(Instant at, TraceKind kind, NodeId node, uint64_t packet,
                           Traffic traffic) {
    TraceEvent& e = add(at, kind);
    e.node = node;
    e.packet = packet;
    e.traffic = traffic;
    e.size = 60;
    return e;
  }
  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }

  std::deque<TraceEvent> events_;
  std::deque<std::string> texts_;
  uint32_t nodes_ = 0, realms_ = 0, interfaces_ = 0;
  uint64_t packets_ = 0;
};

inline Instant at_ms(int64_t ms) { return Instant() + Duration::milliseconds(ms); }

}  // namespace natbed::test
