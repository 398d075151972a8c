// Nat::Tables: what one NAT remembers, and the two halves of every translation.
//
// A packet from inside leaves (its source is rewritten), one from outside enters (its destination
// is). A hairpinned packet does both in turn, which is why the halves know nothing of sides.
// Private to the Nat; in one block of memory because a world builds a NAT for every home.
#pragma once

#include "nat_models/filter_table.h"
#include "nat_models/nat.h"
#include "nat_models/port_allocator.h"

namespace natbed {

struct Nat::Tables {
  Tables(const NatBehavior* its_behavior, Rng its_rng) : behavior(its_behavior), rng(its_rng) {}

  void set_external(std::span<const IpAddress> addresses);
  bool owns(const IpAddress& ip) const;
  // RFC 4787 REQ-2, paired pooling: all flows of one internal address share an external one.
  uint32_t external_for(uint32_t internal_ip) const;
  void forget_rows();

  // `hop`: the packet still has to pay one hop of its TTL here, before it changes anything.
  Verdict leave(Packet& packet, bool hop, Instant now);
  Verdict enter(Packet& packet, bool hop, Instant now);
  Verdict turn_back(Packet& packet, Instant now);

  // ICMP errors (RFC 5508 §4): the row is looked up by the packet inside, and never refreshed or
  // closed.
  Verdict leave_error(Packet& packet, bool hop, Instant now);
  Verdict enter_error(Packet& packet, bool hop, Instant now);

  // The row alive that takes packets from `internal` to `remote`, or null.
  MappingRow* find_outbound(Protocol protocol, V4Endpoint internal, V4Endpoint remote, Instant now);
  MappingRow* open(Protocol protocol, V4Endpoint internal, V4Endpoint remote, Instant now,
                   DropReason* why_not);
  // `packet` passes through `row` from `from`: moves its state and timer on.
  Verdict::Change pass(MappingRow& row, const Packet& packet, Side from, Instant now);
  // Answers to `remote` shall leave through `row` from now on, if the behaviour says so.
  void remember_reply(const MappingRow& row, V4Endpoint remote, Instant now);

  const NatBehavior* behavior;
  Rng rng;
  SmallArray<IpAddress, 1> external;
  uint32_t lowest = 0,
           highest = 0;  // of `external`: most packets are told from hairpins by these alone
  PortAllocator ports;
  MappingTable rows;
  FilterTable filters;
  FlowTable<uint32_t, 0>
      replies;  // ReplyMapping::kAdmitting: row ids by internal and remote endpoint
};

inline Verdict drop(DropReason reason, RowId row = {}, Answer answer = Answer::kNothing) {
  Verdict verdict;
  verdict.reason = reason;
  verdict.row = row;
  verdict.answer = answer;
  return verdict;
}
inline Verdict forward(const MappingRow& row, Side egress, Verdict::Change change,
                       Instant expires) {
  Verdict verdict;
  verdict.action = Verdict::Action::kForward;
  verdict.egress = egress;
  verdict.change = change;
  verdict.row = RowId(row.id);
  verdict.expires = expires;
  return verdict;
}
inline bool dies(const Packet& packet, bool hop) { return hop && packet.ttl <= 1; }

}  // namespace natbed
