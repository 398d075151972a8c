// Tracer: turns what the world does into trace events, if anybody reads them.
//
// Without a sink each call costs one predictable branch; the work is in the .cc, out of the packet
// path.
#pragma once

#include <string_view>

#include "base/trace_sink.h"
#include "nat_models/nat.h"
#include "sim/drop_cause.h"
#include "sim/topology.h"

namespace natbed {

class Tracer {
 public:
  Tracer(const Instant* now, const Topology* topology) : now_(now), topology_(topology) {}

  void set_sink(TraceSink* sink) { sink_ = sink; }
  bool on() const { return sink_ != nullptr; }

  void topology();  // all of it, for a sink that comes late
  void node(NodeId node) {
    if (on()) [[unlikely]]
      write_node(node);
  }
  void realm(RealmId realm) {
    if (on()) [[unlikely]]
      write_realm(realm);
  }
  void interface(InterfaceId interface) {
    if (on()) [[unlikely]]
      write_interface(interface);
  }
  void sent(InterfaceId from, InterfaceId to, Instant until, const Packet& packet,
            ByteView payload) {
    if (on()) [[unlikely]]
      write_sent(from, to, until, packet, payload);
  }
  void received(InterfaceId at, const Packet& packet, ByteView payload) {
    if (on()) [[unlikely]]
      write_received(at, packet, payload);
  }
  // Somebody reads why packets were dropped.
  bool diagnoses() const { return on() && sink_->wants_diagnoses(); }
  // `interface` may be invalid: dropped before it reached one.
  void dropped(NodeId node, InterfaceId interface, const DropCause& cause, const Packet& packet,
               ByteView payload) {
    if (on()) [[unlikely]]
      write_dropped(node, interface, cause, packet, payload);
  }
  void delivered(NodeId node, const Packet& packet) {
    if (on()) [[unlikely]]
      write_delivered(node, packet);
  }
  // REQUIRES: on(); `before` is the packet as it came. Tells of the mapping's change, too.
  void translated(NodeId node, const Verdict& verdict, const Packet& before, const Packet& after,
                  const Nat& nat);
  void mapping_closed(NodeId node, const NatRow& row);  // REQUIRES: on()
  void machine(NodeId node, const MachineEvent& event) {
    if (on()) [[unlikely]]
      write_machine(node, event);
  }
  void fault(NodeId node, InterfaceId interface, std::string_view what) {
    if (on()) [[unlikely]]
      write_fault(node, interface, what);
  }
  void text(TraceKind kind, std::string_view text) {
    if (on()) [[unlikely]]
      write_text(kind, text);
  }

 private:
  TraceEvent event(TraceKind kind) const;
  TraceEvent packet_event(TraceKind kind, NodeId node, const Packet& packet) const;
  TraceEvent mapping_event(TraceKind kind, NodeId node, const NatRow& row) const;
  void write_mapping(NodeId node, RowId row, Verdict::Change change, const Nat& nat);
  void write_node(NodeId node);
  void write_realm(RealmId realm);
  void write_interface(InterfaceId interface);
  void write_sent(InterfaceId from, InterfaceId to, Instant until, const Packet& packet,
                  ByteView payload);
  void write_received(InterfaceId at, const Packet& packet, ByteView payload);
  void write_dropped(NodeId node, InterfaceId interface, const DropCause& cause,
                     const Packet& packet, ByteView payload);
  void write_delivered(NodeId node, const Packet& packet);
  void write_machine(NodeId node, const MachineEvent& event);
  void write_fault(NodeId node, InterfaceId interface, std::string_view what);
  void write_text(TraceKind kind, std::string_view text);

  TraceSink* sink_ = nullptr;
  const Instant* now_;
  const Topology* topology_;
};

}  // namespace natbed
