// The trace: everything that happened in a run, as typed events in the order in which it happened.
//
// Simulator and emulator emit the same events; hashes, files, captures and windows are all readers
// of them. A trace starts with the topology (kNode, kRealm, kInterface), so that a reader needs
// nothing else. Which fields an event of a kind carries is written once, in trace_fields(): the
// codec, the hash and docs/trace-format.md follow it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/diagnosis.h"
#include "base/drop_reason.h"
#include "base/id.h"
#include "base/machine_event.h"
#include "base/packet.h"
#include "base/time.h"

namespace natbed {

enum class NodeKind : uint8_t { kHost, kRouter, kNat };
enum class RealmKind : uint8_t { kCore, kCarrier, kLan };
// One address realm: the public core, a carrier's inside, a home's LAN.
using RealmId = Id<struct RealmTag>;

enum class TraceKind : uint8_t {
  // topology; may come again during a run when something moves
  kNode,       // node, node_kind, text = name
  kRealm,      // realm, realm_kind, text = name
  kInterface,  // interface, node, realm, source.ip = address, text = name, outside: of a NAT
  // packets; each carries packet, protocol, traffic, ttl, size, source, destination
  kSent,        // leaves `interface` of `node` for `other`, where it will be at `until`
  kReceived,    // arrives at `interface` of `node`
  kTranslated,  // `node` rewrote it to new_source, new_destination, by table row `row`
  kDelivered,   // handed to a socket of `node`
  kDropped,     // at `node`, for `reason`; `row` if a NAT's row decided; diagnosis
  // NAT tables: row, protocol, source = internal, new_source = external, destination = remote it is
  // bound to
  kMappingOpened,     // until = when it expires if nothing refreshes it
  kMappingRefreshed,  // until
  kMappingClosed,     // by reboot or address change; expiry needs no event
  // machines, people and fate
  kMachine,  // event = what the machine on `node` told
  kFault,    // text = "cut", "restore", "reboot", ... at `node` or `interface`
  kNote,     // text = from the script
  kRecord,   // text = a result that the script recorded, as JSON
};
inline constexpr int kTraceKindCount = static_cast<int>(TraceKind::kRecord) + 1;

struct TraceEvent {
  Instant at;
  TraceKind kind = TraceKind::kNote;
  NodeKind node_kind = NodeKind::kHost;
  RealmKind realm_kind = RealmKind::kCore;
  bool outside = false;
  NodeId node, other;
  RealmId realm;
  InterfaceId interface;
  RowId row;
  DropReason reason = DropReason::kNone;
  Diagnosis diagnosis;  // only if a sink wants it, see TraceSink
  Protocol protocol = Protocol::kUdp;
  Traffic traffic = Traffic::kOther;
  uint8_t ttl = 0;
  uint8_t tcp_flags = 0;
  uint32_t size = 0;    // bytes on the wire
  uint64_t packet = 0;  // the packet's identity
  Endpoint source, destination, new_source, new_destination;
  Instant until;
  MachineEvent event;
  std::string_view text;  // lives as long as the call, or the buffer it was read from
};

// Bit set of the groups of fields that events of a kind carry, beside `at` and `kind`.
enum TraceField : uint16_t {
  kFieldNode = 1,
  kFieldNodeKind = 2,
  kFieldRealm = 4,  // realm, realm_kind
  kFieldInterface = 8,
  kFieldOther = 16,
  kFieldPacket = 32,       // packet, protocol, traffic, ttl, tcp_flags, size, source, destination
  kFieldTranslation = 64,  // new_source, new_destination
  kFieldRow = 128,
  kFieldReason = 256,
  kFieldUntil = 512,
  kFieldFlow = 1024,  // protocol, source, destination, new_source
  kFieldMachine = 2048,
  kFieldText = 4096,
  kFieldAddress = 8192,     // source.ip, outside
  kFieldDiagnosis = 16384,  // always last: the hash of a run leaves it out, see trace_codec.h
};
uint16_t trace_fields(TraceKind kind);

const char* to_string(TraceKind kind);
const char* to_string(NodeKind kind);
const char* to_string(RealmKind kind);

}  // namespace natbed
