#include "sim/tracer.h"

#include <string>

namespace natbed {

TraceEvent Tracer::event(TraceKind kind) const {
  TraceEvent event;
  event.at = *now_;
  event.kind = kind;
  return event;
}

TraceEvent Tracer::packet_event(TraceKind kind, NodeId node, const Packet& packet) const {
  TraceEvent e = event(kind);
  e.node = node;
  e.packet = packet.id;
  e.protocol = packet.protocol;
  e.traffic = packet.traffic;
  e.ttl = packet.ttl;
  e.tcp_flags = packet.protocol == Protocol::kTcp ? packet.tcp.flags : 0;
  e.size = packet.wire_size();
  e.source = packet.source;
  e.destination = packet.destination;
  return e;
}

TraceEvent Tracer::mapping_event(TraceKind kind, NodeId node, const NatRow& row) const {
  TraceEvent e = event(kind);
  e.node = node;
  e.row = row.row;
  e.protocol = row.protocol;
  e.source = row.internal;
  e.new_source = row.external;
  e.destination = row.remote;
  e.until = row.expires;
  return e;
}

void Tracer::topology() {
  if (!on()) return;
  for (uint32_t i = 0; i < topology_->realm_count(); ++i) write_realm(RealmId(i));
  for (uint32_t i = 0; i < topology_->node_count(); ++i) write_node(NodeId(i));
  for (uint32_t i = 0; i < topology_->interface_count(); ++i) write_interface(InterfaceId(i));
}

void Tracer::write_node(NodeId node) {
  TraceEvent e = event(TraceKind::kNode);
  e.node = node;
  e.node_kind = (*topology_)[node].kind;
  const Name name = topology_->name(node);
  e.text = name;
  sink_->on_event(e, nullptr, {});
}

void Tracer::write_realm(RealmId realm) {
  TraceEvent e = event(TraceKind::kRealm);
  e.realm = realm;
  e.realm_kind = topology_->kind(realm);
  const Name name = topology_->name(realm);
  e.text = name;
  sink_->on_event(e, nullptr, {});
}

void Tracer::write_interface(InterfaceId id) {
  const Interface& interface = (*topology_)[id];
  TraceEvent e = event(TraceKind::kInterface);
  e.interface = id;
  e.node = interface.node;
  e.realm = interface.realm;
  e.source.ip = interface.address;
  e.outside = interface.outside;
  const std::string name = std::string(topology_->name(interface.node).view()) + ':' +
                           std::string(topology_->name(interface.realm).view());
  e.text = name;
  sink_->on_event(e, nullptr, {});
}

void Tracer::write_sent(InterfaceId from, InterfaceId to, Instant until, const Packet& packet,
                        ByteView payload) {
  TraceEvent e = packet_event(TraceKind::kSent, (*topology_)[from].node, packet);
  e.interface = from;
  e.other = (*topology_)[to].node;
  e.until = until;
  sink_->on_event(e, &packet, payload);
}

void Tracer::write_received(InterfaceId at, const Packet& packet, ByteView payload) {
  TraceEvent e = packet_event(TraceKind::kReceived, (*topology_)[at].node, packet);
  e.interface = at;
  sink_->on_event(e, &packet, payload);
}

void Tracer::write_dropped(NodeId node, InterfaceId interface, const DropCause& cause,
                           const Packet& packet, ByteView payload) {
  TraceEvent e = packet_event(TraceKind::kDropped, node, packet);
  e.interface = interface;
  e.reason = cause.reason;
  e.row = cause.row;
  e.diagnosis = cause.diagnosis;
  if (diagnoses() && e.diagnosis.cure == Cure::kNone) e.diagnosis = diagnose(cause.reason, packet);
  sink_->on_event(e, &packet, payload);
}

void Tracer::write_delivered(NodeId node, const Packet& packet) {
  sink_->on_event(packet_event(TraceKind::kDelivered, node, packet), nullptr, {});
}

void Tracer::translated(NodeId node, const Verdict& verdict, const Packet& before,
                        const Packet& after, const Nat& nat) {
  // Of a hairpinned packet two rows changed: it left through one and came in through another.
  write_mapping(node, verdict.sender.row, verdict.sender.change, nat);
  write_mapping(node, verdict.row, verdict.change, nat);
  TraceEvent e = packet_event(TraceKind::kTranslated, node, before);
  e.row = verdict.row;
  e.new_source = after.source;
  e.new_destination = after.destination;
  sink_->on_event(e, nullptr, {});
}

void Tracer::write_mapping(NodeId node, RowId id, Verdict::Change change, const Nat& nat) {
  if (change == Verdict::Change::kNothing) return;
  const std::optional<NatRow> row = nat.row(id, *now_);
  if (!row) return;  // it ended with this very packet
  const bool opened = change == Verdict::Change::kOpened;
  const TraceKind kind = opened ? TraceKind::kMappingOpened : TraceKind::kMappingRefreshed;
  sink_->on_event(mapping_event(kind, node, *row), nullptr, {});
}

void Tracer::mapping_closed(NodeId node, const NatRow& row) {
  sink_->on_event(mapping_event(TraceKind::kMappingClosed, node, row), nullptr, {});
}

void Tracer::write_machine(NodeId node, const MachineEvent& machine_event) {
  TraceEvent e = event(TraceKind::kMachine);
  e.node = node;
  e.event = machine_event;
  sink_->on_event(e, nullptr, {});
}

void Tracer::write_fault(NodeId node, InterfaceId interface, std::string_view what) {
  TraceEvent e = event(TraceKind::kFault);
  e.node = node;
  e.interface = interface;
  e.text = what;
  sink_->on_event(e, nullptr, {});
}

void Tracer::write_text(TraceKind kind, std::string_view text) {
  TraceEvent e = event(kind);
  e.text = text;
  sink_->on_event(e, nullptr, {});
}

}  // namespace natbed
