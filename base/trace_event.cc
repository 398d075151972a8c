#include "base/trace_event.h"

namespace natbed {

uint16_t trace_fields(TraceKind kind) {
  switch (kind) {
    case TraceKind::kNode:
      return kFieldNode | kFieldNodeKind | kFieldText;
    case TraceKind::kRealm:
      return kFieldRealm | kFieldText;
    case TraceKind::kInterface:
      return kFieldInterface | kFieldNode | kFieldRealm | kFieldAddress | kFieldText;
    case TraceKind::kSent:
      return kFieldPacket | kFieldNode | kFieldInterface | kFieldOther | kFieldUntil;
    case TraceKind::kReceived:
      return kFieldPacket | kFieldNode | kFieldInterface;
    case TraceKind::kTranslated:
      return kFieldPacket | kFieldNode | kFieldTranslation | kFieldRow;
    case TraceKind::kDelivered:
      return kFieldPacket | kFieldNode;
    case TraceKind::kDropped:
      return kFieldPacket | kFieldNode | kFieldInterface | kFieldReason | kFieldRow |
             kFieldDiagnosis;
    case TraceKind::kMappingOpened:
    case TraceKind::kMappingRefreshed:
      return kFieldNode | kFieldRow | kFieldFlow | kFieldUntil;
    case TraceKind::kMappingClosed:
      return kFieldNode | kFieldRow | kFieldFlow;
    case TraceKind::kMachine:
      return kFieldNode | kFieldMachine;
    case TraceKind::kFault:
      return kFieldNode | kFieldInterface | kFieldText;
    case TraceKind::kNote:
      return kFieldText;
    case TraceKind::kRecord:
      return kFieldText;
  }
  return 0;
}

const char* to_string(TraceKind kind) {
  switch (kind) {
    case TraceKind::kNode:
      return "node";
    case TraceKind::kRealm:
      return "realm";
    case TraceKind::kInterface:
      return "interface";
    case TraceKind::kSent:
      return "sent";
    case TraceKind::kReceived:
      return "received";
    case TraceKind::kTranslated:
      return "translated";
    case TraceKind::kDelivered:
      return "delivered";
    case TraceKind::kDropped:
      return "dropped";
    case TraceKind::kMappingOpened:
      return "mapping-opened";
    case TraceKind::kMappingRefreshed:
      return "mapping-refreshed";
    case TraceKind::kMappingClosed:
      return "mapping-closed";
    case TraceKind::kMachine:
      return "machine";
    case TraceKind::kFault:
      return "fault";
    case TraceKind::kNote:
      return "note";
    case TraceKind::kRecord:
      return "record";
  }
  return "?";
}

const char* to_string(NodeKind kind) {
  switch (kind) {
    case NodeKind::kHost:
      return "host";
    case NodeKind::kRouter:
      return "router";
    case NodeKind::kNat:
      return "nat";
  }
  return "?";
}

const char* to_string(RealmKind kind) {
  switch (kind) {
    case RealmKind::kCore:
      return "core";
    case RealmKind::kCarrier:
      return "carrier";
    case RealmKind::kLan:
      return "lan";
  }
  return "?";
}

}  // namespace natbed
