// Nat::Tables: what one NAT remembers, and the two halves of every translation.
//
// A packet from inside leaves (its source is rewritten), one from outside enters (its destination
// is). A hairpinned packet does both in turn, which is why the halves know nothing of sides.
// Private to the Nat; in one block of memory because a world builds a NAT for every home. What few
// boxes need stands apart, in Owned parts.
#pragma once

#include "nat_models/fragment_table.h"
#include "nat_models/gate.h"
#include "nat_models/held_syns.h"
#include "nat_models/hosts.h"
#include "nat_models/nat.h"
#include "nat_models/peer_table.h"
#include "nat_models/port_allocator.h"

namespace natbed {

struct Nat::Tables {
  Tables(const NatBehavior* its_behavior, Rng its_rng);
  // To be called on a copy: the table's listener is a part of this box.
  void relink() { rows.set_listener(hosts ? &*hosts : nullptr); }

  // nat_control.cc
  void set_external(std::span<const IpAddress> addresses);
  bool owns(const IpAddress& ip) const {
    const uint32_t value = V4Endpoint::of({ip, 0}).ip;
    return value >= lowest && value <= highest && is_external(ip);
  }
  bool is_external(const IpAddress& ip) const;
  // RFC 4787 REQ-2, paired pooling: all flows of one internal address share an external one.
  uint32_t external_for(uint32_t internal_ip) const;
  void forget_rows();
  uint32_t admitted_remotes(const MappingRow& row, Instant now,
                            const std::vector<uint64_t>& owners) const;

  // nat.cc. `hop`: the packet still has to pay one hop of its TTL here, before it changes anything.
  Verdict leave(Packet& packet, bool hop, Instant now);
  Verdict enter(Packet& packet, bool hop, Instant now);
  Verdict turn_back(Packet& packet, Instant now);
  // `row`: through which it would have gone on, if there is one.
  Verdict die(const Packet& packet, MappingRow* row, Side from, Instant now);
  // A packet for the box itself, or for nobody: what its own stack or its firewall makes of it.
  // `row`: maps the port, but does not admit the sender.
  Verdict unsolicited(const Packet& packet, const MappingRow* row, Instant now);
  Verdict answer_as_stack(const Packet& packet, DropReason reason, RowId row) const;
  void remember_own_flow(const Packet& packet, Instant now);
  bool would_enter(const Packet& packet, Instant now);

  // nat_icmp_error.cc. RFC 5508 §4: the row is looked up by the packet inside, and never refreshed.
  Verdict leave_error(Packet& packet, bool hop, Instant now);
  Verdict enter_error(Packet& packet, bool hop, Instant now);

  // nat_special.cc: what few boxes or few packets need. Nothing: the packet goes on as usual.
  std::optional<Verdict> gate_keeps(const Packet& packet, Side from, Instant now);
  std::optional<Verdict> bypassed(Packet& packet, Side from);
  Verdict carry_fragment(Packet& packet, Side from, Instant now);
  Verdict translate(Packet& packet, Side from, Instant now);
  // Too big to leave on `egress`? Then what is done about it.
  bool fits(const Packet& packet, Side egress) const {
    const uint16_t mtu = egress == Side::kOutside ? behavior->mtu_outside : behavior->mtu_inside;
    return mtu == 0 || packet.wire_size() <= mtu;
  }
  // A drop, or a forward in fragments as `verdict` says already.
  Verdict too_big(const Packet& packet, Side egress) const;
  void finish(Packet& packet, Side egress, Verdict& verdict);

  // nat_flow.cc. The row alive that takes packets from `internal` to `remote`, or null.
  MappingRow* find_outbound(Protocol protocol, V4Endpoint internal, V4Endpoint remote, Instant now);
  // The row alive that has `external` for packets of `remote`, or null.
  MappingRow* find_inbound(Protocol protocol, V4Endpoint external, V4Endpoint remote, Instant now);
  MappingRow* open(const Packet& packet, V4Endpoint internal, V4Endpoint remote, Instant now,
                   DropReason* why_not);
  // A session for a packet that came in through a static row, which tells whose it is.
  MappingRow* open_from_outside(const MappingRow& door, const Packet& packet, V4Endpoint remote,
                                Instant now, DropReason* why_not);
  // Whether a flow may begin with this packet.
  bool begins_flow(const Packet& packet) const;
  bool make_room(uint32_t internal_ip, Instant now, DropReason* why_not);
  std::optional<V4Endpoint> choose_external(PortRequest request, bool* clashed);
  std::optional<V4Endpoint> reuse_external(const PortRequest& request);
  PortChoice choose_port(const PortRequest& request);
  Answer refusal() const;
  // Whether `row` is tracked strictly, see NatBehavior::conntrack. Then a segment may be none of its
  // connection (false), or end the session and begin another (`row` is null afterwards).
  bool tracked(const MappingRow& row) const {
    return behavior->conntrack && row.protocol == Protocol::kTcp && row.has(MappingRow::kSession);
  }
  bool track(MappingRow*& row, const Packet& packet, Side from, Instant now);
  // `packet` passes through `row` from `from`: moves its state, timer and filters on. `opened`: it
  // made the row.
  Verdict::Change pass(MappingRow& row, const Packet& packet, V4Endpoint remote, Side from,
                       bool opened, Instant now);
  // Answers to `remote` shall leave through `row` from now on, if the behaviour says so.
  void remember_reply(const MappingRow& row, V4Endpoint remote, Instant now);

  // nat_diagnose.cc
  Diagnosis diagnose_no_mapping(const Packet& packet, Instant now);
  Diagnosis diagnose_filtered(const Packet& packet, RowId row, Instant now);
  Diagnosis diagnose_quota(const Packet& packet, Side from, Instant now);
  Diagnosis diagnose_no_port(const Packet& packet) const;
  bool serves(const MappingRow& row, V4Endpoint remote, Instant now);
  bool meant_for(const MappingRow& row, V4Endpoint remote, Instant now);
  Instant filter_ended(const MappingRow& row, V4Endpoint sender, Instant until);

  // nat_peers.cc: filters and TCP connections of rows.
  bool admits(const MappingRow& row, V4Endpoint remote, Instant now);
  void pass_datagram(MappingRow& row, V4Endpoint remote, Side from, Instant now);
  void pass_tracked(MappingRow& row, const TcpFields& tcp, Side from, bool opened, Instant now);
  void pass_segment(MappingRow& row, const TcpFields& tcp, V4Endpoint remote, Side from,
                    bool opened, Instant now);
  struct Connection {
    Instant* used;
    Timer* state;
    bool from_outside;  // the remote opened it
    bool in_row;        // as the row's peer
    bool begins;        // with this segment
  };
  std::optional<Connection> connection_of(MappingRow& row, const TcpFields& tcp, V4Endpoint remote,
                                          Side from, Instant now);
  void open_filter(MappingRow& row, V4Endpoint remote, Instant now, Timer timer);
  void open_filters_of_neighbours(MappingRow& row, V4Endpoint remote, Instant now);
  void touch_filter(MappingRow& row, V4Endpoint remote, Instant now, Timer timer);
  bool filter_alive(const ProtocolBehavior& b, Instant used, Timer timer, Instant now) const {
    return now < used + filter_time(b, timer);
  }
  Duration filter_time(const ProtocolBehavior& b, Timer timer) const {
    return b.filter_timeout > Duration::zero() ? b.filter_timeout
                                               : behavior->timers.idle_time(timer);
  }
  // Whether the row's own peer is its first filter: only if filters are not shared among rows.
  bool filters_in_row(const ProtocolBehavior& b) const {
    return b.filter_scope == FilterScope::kMapping ||
           (b.mapping == Dependence::kEndpointIndependent && !b.ports.clash_binds_remote);
  }
  bool peer_over(const RowPeer& peer, Instant now) const;

  const NatBehavior* behavior;
  Rng rng;
  SmallArray<IpAddress, 1> external;
  uint32_t lowest = 0,
           highest = 0;  // of `external`: most packets are told from hairpins by these alone
  bool special = false;  // the gate or a bypass has a say in every packet
  uint16_t last_identification = 0;
  uint32_t last_ticket = 0;
  PortAllocator ports;
  MappingTable rows;
  PeerTable peers;
  FlowTable<uint32_t, 0>
      replies;  // ReplyMapping::kAdmitting: row ids by internal and remote endpoint
  Owned<Hosts> hosts;
  Owned<Gate> gate;
  Owned<FragmentTable> fragments;
  Owned<HeldSyns> held_syns;
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
inline bool is_icmp_error(const Packet& packet) {
  return is_icmp(packet.protocol) && packet.icmp.is_error();
}
inline bool is_first_syn(const Packet& packet) {
  return packet.protocol == Protocol::kTcp && packet.tcp.has(kSyn) && !packet.tcp.has(kAck);
}

}  // namespace natbed
