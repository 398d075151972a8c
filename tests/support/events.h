// Random trace events and packets for property tests: every field that a kind carries gets a value.
#pragma once

#include <array>

#include "base/rng.h"
#include "base/trace_event.h"

namespace natbed::test {

inline IpAddress random_v4(Rng& rng) { return IpAddress::v4(static_cast<uint32_t>(rng.next())); }

inline IpAddress random_v6(Rng& rng) {
  std::array<uint8_t, 16> bytes = {0x20, 0x01};  // 2001::/16, so never v4-mapped nor unspecified
  for (size_t i = 2; i < 16; ++i) bytes[i] = static_cast<uint8_t>(rng.below(256));
  return IpAddress::v6(bytes);
}

inline Endpoint random_endpoint(Rng& rng) {
  const auto port = static_cast<uint16_t>(rng.below(65536));
  switch (rng.below(3)) {
    case 0:
      return {random_v4(rng), port};
    case 1:
      return {random_v6(rng), port};
    default:
      return {{}, port};
  }
}

// One of the first `count` values of an enumeration.
template <class E>
E random_of(Rng& rng, E last) {
  return static_cast<E>(rng.below(static_cast<uint64_t>(last) + 1));
}

inline Protocol random_protocol(Rng& rng) {
  constexpr Protocol kAll[] = {Protocol::kIcmp, Protocol::kTcp, Protocol::kUdp, Protocol::kIcmpV6};
  return kAll[rng.below(4)];
}

inline MachineEvent random_machine_event(Rng& rng) {
  MachineEvent event;
  event.kind = random_of(rng, MachineEvent::Kind::kState);
  event.code = static_cast<uint32_t>(rng.next());
  event.local = random_endpoint(rng);
  event.remote = random_endpoint(rng);
  event.mapped = random_endpoint(rng);
  event.round_trip = Duration::nanoseconds(static_cast<int64_t>(rng.next()));
  event.name = std::string_view("a-peer-with-a-name-of-31-bytes.").substr(rng.below(32));
  event.text = std::string_view("gathering").substr(rng.below(10));
  return event;
}

// Fills all fields of `kind` and no others; `text` must outlive the event.
inline TraceEvent random_event(Rng& rng, TraceKind kind, std::string_view text) {
  const uint16_t fields = trace_fields(kind);
  const auto id = [&rng] { return static_cast<uint32_t>(rng.next()); };
  TraceEvent e;
  e.kind = kind;
  e.at = Instant::from_ns(static_cast<int64_t>(rng.next() >> 1));
  if (fields & kFieldNode) e.node = NodeId(id());
  if (fields & kFieldNodeKind) e.node_kind = random_of(rng, NodeKind::kNat);
  if (fields & kFieldRealm) e.realm = RealmId(id()), e.realm_kind = random_of(rng, RealmKind::kLan);
  if (fields & kFieldInterface) e.interface = InterfaceId(id());
  if (fields & kFieldOther) e.other = NodeId(id());
  if (fields & (kFieldPacket | kFieldFlow)) {
    e.protocol = random_protocol(rng);
    e.source = random_endpoint(rng);
    e.destination = random_endpoint(rng);
  }
  if (fields & kFieldPacket) {
    e.packet = rng.next();
    e.traffic = random_of(rng, Traffic::kKeepAlive);
    e.ttl = static_cast<uint8_t>(rng.below(256));
    e.tcp_flags = static_cast<uint8_t>(rng.below(256));
    e.size = static_cast<uint32_t>(rng.next());
  }
  if (fields & (kFieldTranslation | kFieldFlow)) e.new_source = random_endpoint(rng);
  if (fields & kFieldTranslation) e.new_destination = random_endpoint(rng);
  if (fields & kFieldRow) e.row = RowId(id());
  if (fields & kFieldDiagnosis) {
    e.diagnosis.cure = random_of(rng, Cure::kTranslatable);
    e.diagnosis.expected = random_endpoint(rng);
    e.diagnosis.since = Instant::from_ns(static_cast<int64_t>(rng.next() >> 1));
    e.diagnosis.amount = id();
  }
  if (fields & kFieldReason) e.reason = random_of(rng, DropReason::kOutOfState);
  if (fields & kFieldUntil) e.until = Instant::from_ns(static_cast<int64_t>(rng.next() >> 1));
  if (fields & kFieldMachine) e.event = random_machine_event(rng);
  if (fields & kFieldAddress) e.source.ip = random_endpoint(rng).ip, e.outside = rng.below(2) != 0;
  if (fields & kFieldText) e.text = text;
  return e;
}

}  // namespace natbed::test
