#include "protocols/peer/peer_state.h"

#include <algorithm>
#include <array>

#include "protocols/peer/frame.h"

namespace natbed {
namespace {

using Kind = MachineEvent::Kind;

bool is_stun(ByteView bytes) { return !bytes.empty() && std::to_integer<uint8_t>(bytes[0]) < 4; }

}  // namespace

void Peer::State::opened(Instant now, const Endpoint& bound, Outbox& out) {
  const bool again = local.valid();
  open = true;
  if (again) return moved(now, bound, out);
  local = bound;
  gather(now, out);
  after(now, out);
}

void Peer::State::gather(Instant now, Outbox& out) {
  addresses_known = relays_known = false;
  gathered_by = now + config.gather_wait;
  gathering.start(now, out);
}

void Peer::State::moved(Instant now, const Endpoint& bound, Outbox& out) {
  local = bound;
  config.local_addresses.clear();  // they were those of another place
  gather(now, out);
  describe(now, Urgency::kMoved, out);
  PeerParts p = parts();
  each([&](Connection& c) { c.moved(now, p, out); });
  relaying.forget_all();
  after(now, out);
}

void Peer::State::describe(Instant now, Urgency urgency, Outbox& out) {
  Description description;
  if (config.techniques & kDirect) {
    for (const IpAddress& ip : config.local_addresses) {
      description.add(Candidate{CandidateKind::kHost, {ip, local.port}});
    }
    if (config.local_addresses.empty() && local.valid())
      description.add(Candidate{CandidateKind::kHost, local});
  }
  const Endpoint reflexive = gathering.reflexive();
  // The service tells others where it sees us itself.
  if (reflexive.valid() && reflexive != rendezvous.observed() && (config.techniques & kPunch)) {
    description.add(Candidate{CandidateKind::kReflexive, reflexive});
  }
  for (size_t i = 0; (config.techniques & kRelay) && i < config.relays.size(); ++i) {
    const auto round_trip = gathering.round_trip(i);
    if (round_trip) description.add(Description::Relay{config.relays[i].name, *round_trip});
  }
  rendezvous.describe(now, description, urgency, out);
}

// What follows from what the children learned in this call.
void Peer::State::after(Instant now, Outbox& out) {
  if (!open) return;
  PeerParts p = parts();
  const bool addresses = !addresses_known && gathering.addresses_known(now);
  const bool relays = !relays_known && gathering.relays_known(now);
  addresses_known |= addresses;
  relays_known |= relays;
  if (addresses || relays) {
    // Without relays we registered at once, and that is left alone: its answer may make this
    // needless. With relays it is replaced: whoever asks for us chooses the route by what it says.
    const bool leave = !gathering.asks_relays() && !rendezvous.registered();
    describe(now, leave ? Urgency::kLater : Urgency::kSoon, out);
  }
  if (relays) each([&](Connection& c) { c.relays_measured(now, p, out); });
  while (const auto news = relaying.next_news()) {
    each([&](Connection& c) { c.on_news(now, *news, p, out); });
  }
}

void Peer::State::on_stun(Instant now, const Datagram& d, Outbox& out) {
  const auto message = is_stun(d.payload) ? StunMessage::parse(d.payload) : std::nullopt;
  if (message && message->method() == StunMethod::kBinding) {
    if (gathering.take(now, *message, d, out)) return;
    PeerParts p = parts();
    for (Connection& connection : connections) {
      if (connection.take(now, *message, d, p, out)) return;
    }
    return;
  }
  const Relaying::Taken taken = relaying.take(now, d, out);
  if (!taken.inner) return;
  // Through a relay come the same things that come directly, but for relays.
  if (looks_like_frame(taken.inner->payload)) return on_frame(now, *taken.inner, out);
  const auto inner = StunMessage::parse(taken.inner->payload);
  if (!inner || inner->method() != StunMethod::kBinding) return;
  PeerParts p = parts();
  for (Connection& connection : connections) {
    if (connection.take(now, *inner, *taken.inner, p, out)) return;
  }
}

void Peer::State::on_frame(Instant now, const Datagram& d, Outbox& out) {
  const auto from = std::ranges::find_if(
      connections, [&](const Connection& c) { return c.knows(d.socket, d.remote); });
  if (from == connections.end()) return;
  Connection& connection = *from;
  PeerParts p = parts();
  connection.received(d.payload.size());
  ByteReader r(d.payload);
  const auto type = static_cast<FrameType>(r.u8());
  if (type == FrameType::kData) {
    const ByteView data = r.bytes(r.remaining());
    received.assign(data.begin(), data.end());
    out.emit({.kind = Kind::kReceived,
              .code = static_cast<uint32_t>(data.size()),
              .local = d.local,
              .remote = d.remote,
              .name = connection.peer()});
    return;
  }
  const Echo echo = read_echo(r);
  if (!r.ok() || r.remaining() != 0) return;
  if (type == FrameType::kEchoRequest) {
    std::array<std::byte, Echo::kSize> room;
    ByteWriter w(room);
    write_echo(w, FrameType::kEchoReply, echo);
    connection.answer(d, w.written(), p, out);
  } else if (type == FrameType::kEchoReply && echo.sent <= now) {
    out.emit({.kind = Kind::kEchoed,
              .code = echo.number,
              .local = d.local,
              .remote = d.remote,
              .round_trip = now - echo.sent,
              .name = connection.peer()});
  }
}

void Peer::State::on_rendezvous(Instant now, const Datagram& d, Outbox& out) {
  PeerParts p = parts();
  switch (rendezvous.on_datagram(now, d, out)) {
    case RendezvousNews::kIntroduced: {
      const Introduction& introduction = rendezvous.introduction();
      if (!config.accept && !introduction.controlling && !find(introduction.peer)) return;
      return find_or_add(introduction.peer).introduced(now, introduction, p, out);
    }
    case RendezvousNews::kOffered:
      for (Connection& connection : connections) {
        if (connection.offered(now, rendezvous.offer(), p, out)) return rendezvous.take_offer(out);
      }
      return;
    case RendezvousNews::kRegistered: {
      // Another mapping without another address: the NAT was rebooted or moved, and took our paths
      // along.
      const bool remapped = observed.valid() && observed != rendezvous.observed();
      observed = rendezvous.observed();
      if (!remapped) {
        if (addresses_known && !gathering.asks_relays()) describe(now, Urgency::kSoon, out);
        return;
      }
      gather(now, out);
      return each([&](Connection& c) { c.suspect(now, p, out); });
    }
    case RendezvousNews::kRefused:
      return each([&](Connection& c) {
        if (c.peer() == rendezvous.refused_peer()) c.refused(rendezvous.refused());
        if (rendezvous.refused() == RendezvousError::kUnknownSession) {
          c.session_over(now, rendezvous.offer().session, p, out);
        }
      });
    case RendezvousNews::kOfferTaken:
    case RendezvousNews::kNothing:
      return;
  }
}

Connection* Peer::State::find(const Name& name) {
  const auto found = std::ranges::find(connections, name, &Connection::peer);
  return found == connections.end() ? nullptr : &*found;
}

Connection& Peer::State::find_or_add(const Name& name) {
  if (Connection* known = find(name)) return *known;
  return connections.emplace_back(name, rng.fork(name.view()));
}

}  // namespace natbed
