// What a packet does to its row: filters open, timers start again, TCP connections go their way.
#include <algorithm>

#include "nat_models/nat_tables.h"
#include "nat_models/tcp_state.h"
#include "nat_models/tcp_tracker.h"

namespace natbed {
namespace {

bool counts(Refresh refresh, Side from) {
  return refresh == Refresh::kBoth ||
         refresh == (from == Side::kInside ? Refresh::kOutbound : Refresh::kInbound);
}

bool by_opener(const MappingRow& session, Side from) {
  return (from == Side::kOutside) == session.has(MappingRow::kFromOutside);
}

TrackedSegment look_at(const MappingRow& session, const TcpFields& tcp, Side from) {
  return track_segment(session.timer, session.notes, session.has(MappingRow::kReplied), tcp,
                       by_opener(session, from));
}

}  // namespace

bool Nat::Tables::track(MappingRow*& row, const Packet& packet, Side from, Instant now) {
  if (!row || !tracked(*row)) return true;
  const SegmentFate fate = look_at(*row, packet.tcp, from).fate;
  if (fate == SegmentFate::kReopen) {
    rows.close(*row, now);
    row = nullptr;
  }
  return fate != SegmentFate::kLost;
}

void Nat::Tables::pass_tracked(MappingRow& row, const TcpFields& tcp, Side from, bool opened,
                               Instant now) {
  if (opened) return;  // its state is the first one
  const TrackedSegment seen = look_at(row, tcp, from);
  if (!by_opener(row, from)) row.set(MappingRow::kReplied);
  const NatTimers& timers = behavior->timers;
  const Instant end = row.used + timers.idle_time(row.timer);
  row.timer = seen.state;
  row.notes = seen.notes;
  if (seen.fate == SegmentFate::kPass) row.used = now;
  if (seen.fate == SegmentFate::kEnd) row.used = now - timers.idle_time(row.timer);
  // Whatever the state is now, the session ends when it would have ended.
  if (seen.fate == SegmentFate::kIgnore) row.used = end - timers.idle_time(row.timer);
}

Verdict::Change Nat::Tables::pass(MappingRow& row, const Packet& packet, V4Endpoint remote,
                                  Side from, bool opened, Instant now) {
  if (row.is_static()) {
    if (from == Side::kInside) open_filters_of_neighbours(row, remote, now);
    return Verdict::Change::kNothing;
  }
  const Instant before = rows.end(row);
  if (tracked(row)) {
    pass_tracked(row, packet.tcp, from, opened, now);
  } else if (row.protocol == Protocol::kTcp) {
    pass_segment(row, packet.tcp, remote, from, opened, now);
  } else {
    pass_datagram(row, remote, from, now);
  }
  const Instant after = rows.end(row);
  if (after < before) rows.end_moved(row);
  return after != before ? Verdict::Change::kRefreshed : Verdict::Change::kNothing;
}

void Nat::Tables::pass_datagram(MappingRow& row, V4Endpoint remote, Side from, Instant now) {
  const NatTimers& timers = behavior->timers;
  const bool answers =
      row.has(MappingRow::kSession) ? !by_opener(row, from) : from == Side::kOutside;
  const bool settles_late = timers.udp_settles > Duration::zero();
  const bool prolongs = counts(behavior->of(row.protocol).refresh, from);
  if (row.timer == Timer::kUdpUnreplied) {
    // One that settles late does so with a packet that prolongs it, lest a packet end its own row.
    const bool replied = settles_late ? prolongs && row.has(MappingRow::kReplied) &&
                                            now > row.opened + timers.udp_settles
                                      : answers;
    if (replied) row.timer = Timer::kUdp;
  }
  if (answers) row.set(MappingRow::kReplied);
  if (prolongs) row.used = now;
  if (from == Side::kInside) {
    open_filter(row, remote, now, row.timer);
  } else {
    touch_filter(row, remote, now, row.timer);
  }
}

// Where the connection with `remote` stands; nothing, if it is none that the box knows or lets begin.
std::optional<Nat::Tables::Connection> Nat::Tables::connection_of(MappingRow& row,
                                                                  const TcpFields& tcp,
                                                                  V4Endpoint remote, Side from,
                                                                  Instant now) {
  const NatTimers& timers = behavior->timers;
  const bool outside = from == Side::kOutside;
  if (row.has(MappingRow::kSession)) {
    return Connection{&row.used, &row.timer, row.has(MappingRow::kFromOutside), false, false};
  }
  const auto over = [&](Instant used, Timer state) {
    return now >= used + timers.idle_time(state);
  };
  const bool in_row = row.has(MappingRow::kHasPeer) && row.peer == remote;
  const FlowKey key{PeerTable::connection_owner(row), remote.key()};
  RowPeer* peer = !in_row && row.has(MappingRow::kManyPeers) ? peers.find(key) : nullptr;
  if (in_row && !over(row.peer_used, row.peer_timer)) {
    return Connection{&row.peer_used, &row.peer_timer, row.has(MappingRow::kFromOutside), true,
                      false};
  }
  if (peer && !over(peer->used, peer->timer)) {
    return Connection{&peer->used, &peer->timer, peer->from_outside, false, false};
  }
  const bool begins = tcp.has(kSyn) && !tcp.has(kAck);
  if (!begins && outside) return std::nullopt;
  // A connection with another remote gives up the row's place once its filter has ended, too.
  const bool free = !row.has(MappingRow::kHasPeer) ||
                    (over(row.peer_used, row.peer_timer) &&
                     !filter_alive(behavior->tcp, row.peer_used, row.peer_timer, now));
  if (in_row || (free && !peer)) {
    row.peer = remote;
    row.clear(MappingRow::kFromOutside);
    row.set(MappingRow::kHasPeer | (outside ? MappingRow::kFromOutside : 0));
    return Connection{&row.peer_used, &row.peer_timer, outside, true, true};
  }
  if (!peer) {
    row.set(MappingRow::kManyPeers);
    peers.put(key, {now, Timer::kTcpSynSent, outside},
              [&](const RowPeer& p) { return peer_over(p, now); });
    peer = peers.find(key);
  }
  peer->from_outside = outside;
  return Connection{&peer->used, &peer->timer, outside, false, true};
}

// A row lives as long as its longest-lived connection; one that has closed takes the row's time back
// to its own only if it is the row's only one.
void Nat::Tables::pass_segment(MappingRow& row, const TcpFields& tcp, V4Endpoint remote, Side from,
                               bool opened, Instant now) {
  const ProtocolBehavior& b = behavior->tcp;
  const NatTimers& timers = behavior->timers;
  const std::optional<Connection> c = connection_of(row, tcp, remote, from, now);
  if (from == Side::kOutside) row.set(MappingRow::kReplied);
  if (!c) return;
  const bool begins = c->begins || opened;
  const bool by_opener = (from == Side::kOutside) == c->from_outside;
  const Instant before = begins ? now : *c->used + timers.idle_time(*c->state);
  const Timer state = begins ? first_tcp_state(tcp)
                             : next_tcp_state(*c->state, tcp, by_opener, behavior->reset_revives);
  // A connection that is closing gets its whole time, whoever closed it (RFC 7857 §2.2).
  // A connection that is the filter as well opens again from inside, once the filter has ended.
  const bool is_its_filter = !row.has(MappingRow::kSession) && filters_in_row(b) &&
                             (c->in_row || b.filtering == Dependence::kAddressAndPortDependent);
  const bool reopens = is_its_filter && b.filtering != Dependence::kEndpointIndependent &&
                       from == Side::kInside && !filter_alive(b, *c->used, state, now);
  if (begins || state != *c->state || counts(b.refresh, from) || reopens) *c->used = now;
  *c->state = state;
  if (row.has(MappingRow::kSession)) return;

  const Instant row_end = rows.end(row);
  const bool longest = *c->used + timers.idle_time(state) >= row_end;
  const bool decided = before >= row_end && !row.has(MappingRow::kManyPeers);
  if (opened || longest || decided) row.used = *c->used, row.timer = state;
  if (is_its_filter) return;
  from == Side::kInside ? open_filter(row, remote, now, state)
                        : touch_filter(row, remote, now, state);
}

bool Nat::Tables::peer_over(const RowPeer& peer, Instant now) const {
  const Duration longest =
      std::max(filter_time(behavior->udp, peer.timer), filter_time(behavior->tcp, peer.timer));
  return now >= peer.used + std::max(longest, behavior->timers.idle_time(peer.timer));
}

bool Nat::Tables::admits(const MappingRow& row, V4Endpoint remote, Instant now) {
  const ProtocolBehavior& b = behavior->of(row.protocol);
  if (b.filtering == Dependence::kEndpointIndependent || row.is_static()) return true;
  if (row.has(MappingRow::kSession)) return true;  // found by its exact remote
  const V4Endpoint wanted = scope(b.filtering, remote);
  if (row.has(MappingRow::kHasPeer) && filters_in_row(b) &&
      scope(b.filtering, row.peer) == wanted &&
      filter_alive(b, row.peer_used, row.peer_timer, now)) {
    return true;
  }
  if (peers.empty()) return false;
  const auto lets_in = [&](const RowPeer* peer) {
    return peer && filter_alive(b, peer->used, peer->timer, now);
  };
  if (row.has(MappingRow::kManyPeers) &&
      lets_in(peers.find({PeerTable::connection_owner(row), remote.key()}))) {
    return true;
  }
  return lets_in(peers.find({PeerTable::filter_owner(row, !filters_in_row(b)), wanted.key()}));
}

void Nat::Tables::open_filter(MappingRow& row, V4Endpoint remote, Instant now, Timer timer) {
  const ProtocolBehavior& b = behavior->of(row.protocol);
  if (b.filtering == Dependence::kEndpointIndependent || row.has(MappingRow::kSession)) return;
  const V4Endpoint wanted = scope(b.filtering, remote);
  const bool datagram = row.protocol != Protocol::kTcp;  // of TCP the row's peer is a connection
  const bool in_row = datagram && filters_in_row(b) && !row.is_static();
  const auto renew = [&](Instant& used, Timer& state) {
    if (b.refresh != Refresh::kInbound || !filter_alive(b, used, state, now)) used = now;
    state = timer;
  };
  if (in_row && row.has(MappingRow::kHasPeer) && scope(b.filtering, row.peer) == wanted) {
    return renew(row.peer_used, row.peer_timer);
  }
  const FlowKey key{PeerTable::filter_owner(row, !filters_in_row(b)), wanted.key()};
  if (RowPeer* peer = peers.find(key)) return renew(peer->used, peer->timer);
  const bool room =
      !row.has(MappingRow::kHasPeer) || !filter_alive(b, row.peer_used, row.peer_timer, now);
  if (in_row && room) {
    row.peer = remote;
    row.peer_used = now;
    row.peer_timer = timer;
    return row.set(MappingRow::kHasPeer);
  }
  peers.put(key, {now, timer, false}, [&](const RowPeer& p) { return peer_over(p, now); });
}

// A static row admits anyone itself. What it sends opens the filters of the rows that its endpoint had
// before it, for the longest time.
void Nat::Tables::open_filters_of_neighbours(MappingRow& row, V4Endpoint remote, Instant now) {
  const ProtocolBehavior& b = behavior->of(row.protocol);
  const bool tcp = row.protocol == Protocol::kTcp;
  const Timer timer = tcp ? Timer::kTcpEstablished : Timer::kUdp;
  if (!filters_in_row(b)) return open_filter(row, remote, now, timer);
  MappingRow* other = rows.find_internal(row.protocol, row.internal, scope(b.mapping, remote));
  if (other && rows.alive(*other, now)) open_filter(*other, remote, now, timer);
}

// A packet of `remote` came in, which some filter admitted: that one's timer goes on.
void Nat::Tables::touch_filter(MappingRow& row, V4Endpoint remote, Instant now, Timer timer) {
  const ProtocolBehavior& b = behavior->of(row.protocol);
  if (b.filtering == Dependence::kEndpointIndependent || row.has(MappingRow::kSession)) return;
  const auto renew = [&](Instant& used, Timer& state) {
    state = timer;
    if (b.refresh != Refresh::kOutbound) used = now;
  };
  const bool datagram = row.protocol != Protocol::kTcp;
  if (datagram && filters_in_row(b) && row.has(MappingRow::kHasPeer) &&
      scope(b.filtering, row.peer) == scope(b.filtering, remote)) {
    return renew(row.peer_used, row.peer_timer);
  }
  if (peers.empty()) return;
  RowPeer* peer = peers.find(
      {PeerTable::filter_owner(row, !filters_in_row(b)), scope(b.filtering, remote).key()});
  if (peer) renew(peer->used, peer->timer);
}

}  // namespace natbed
