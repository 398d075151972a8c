#include "protocols/peer/peer.h"

#include <algorithm>

#include "base/check.h"
#include "protocols/peer/connection.h"
#include "protocols/peer/frame.h"

namespace natbed {
namespace {

using Kind = MachineEvent::Kind;
using Urgency = RendezvousClient::Urgency;

constexpr SocketId kSocket(0);
constexpr Duration kReopen = Duration::seconds(1);  // after the socket could not be opened

bool is_stun(ByteView bytes) { return !bytes.empty() && std::to_integer<uint8_t>(bytes[0]) < 4; }

}  // namespace

struct Peer::State {
  State(PeerConfig given, Rng seed)
      : config(std::move(given)),
        rng(seed),
        gathering(config, kSocket, rng.fork("gathering")),
        rendezvous({.name = config.name, .server = config.rendezvous, .socket = kSocket},
                   rng.fork("rendezvous")),
        relaying(config, kSocket, rng.fork("relaying")) {}

  PeerParts parts() { return {config, gathering, rendezvous, relaying}; }
  Connection* find(const Name& name) const;
  Connection& find_or_add(const Name& name);
  void opened(Instant now, const Endpoint& bound, Outbox& out);
  void moved(Instant now, const Endpoint& bound, Outbox& out);
  void describe(Instant now, Urgency urgency, Outbox& out);
  void on_stun(Instant now, const Datagram& d, Outbox& out);
  void on_frame(Instant now, const Datagram& d, Outbox& out);
  void on_rendezvous(Instant now, const Datagram& d, Outbox& out);
  void after(Instant now, Outbox& out);
  template <class F>
  void each(F f);

  PeerConfig config;
  Rng rng;
  Gathering gathering;
  RendezvousClient rendezvous;
  Relaying relaying;
  std::vector<std::unique_ptr<Connection>> connections;  // in the order of acquaintance
  Endpoint local;
  bool started = false;
  bool open = false;
  bool addresses_known = false, relays_known = false;  // as far as the connections have been told
  Instant gathered_by = Instant::never();
  Instant reopen_at = Instant::never();
  Endpoint observed;  // by the rendezvous server, when it was looked at last
  uint32_t echoes = 0;
  std::vector<std::byte> received;
};

Peer::Peer(PeerConfig config, Rng rng) : state_(std::make_unique<State>(std::move(config), rng)) {
  NATBED_CHECK(!state_->config.name.empty() && state_->config.rendezvous.valid(),
               "a peer needs a name and a rendezvous service");
}
Peer::~Peer() = default;

// Started again after its host was off, it is a new peer with the old name.
void Peer::on_start(Instant, Outbox& out) {
  if (state_->started) {
    const Rng next(state_->rng.next());
    state_ = std::make_unique<State>(std::move(state_->config), next);
  }
  state_->started = true;
  out.open_udp(kSocket, state_->config.bind);
}

void Peer::on_socket(Instant now, const SocketEvent& event, Outbox& out) {
  if (event.socket != kSocket) return;
  using enum SocketEvent::Kind;
  State& s = *state_;
  if (event.kind == kOpened && !s.open) return s.opened(now, event.local, out);
  if (event.kind == kOpened || event.kind == kMoved) return s.moved(now, event.local, out);
  if (event.kind == kUnreachable) {
    s.gathering.on_socket(now, event, out);
    s.relaying.on_socket(now, event, out);
    return s.after(now, out);
  }
  if (event.kind == kFailed) {
    s.open = false;
    s.reopen_at = now + kReopen;
  }
}

void Peer::State::opened(Instant now, const Endpoint& bound, Outbox& out) {
  const bool again = local.valid();
  if (again) return open = true, moved(now, bound, out);
  open = true;
  local = bound;
  gathered_by = now + config.gather_wait;
  gathering.start(now, out);
  after(now, out);
}

void Peer::State::moved(Instant now, const Endpoint& bound, Outbox& out) {
  local = bound;
  config.local_addresses.clear();  // they were those of another place
  addresses_known = relays_known = false;
  gathered_by = now + config.gather_wait;
  gathering.start(now, out);
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
  if (reflexive.valid() && (config.techniques & kPunch)) {
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
  if (!addresses_known && gathering.addresses_known(now)) {
    addresses_known = true;
    describe(now, Urgency::kSoon, out);
  }
  if (!relays_known && gathering.relays_known(now)) {
    relays_known = true;
    describe(now, Urgency::kSoon, out);
    each([&](Connection& c) { c.relays_measured(now, p, out); });
  }
  while (const auto news = relaying.next_news()) {
    each([&](Connection& c) { c.on_news(now, *news, p, out); });
  }
}

void Peer::on_datagram(Instant now, const Datagram& d, Outbox& out) {
  State& s = *state_;
  s.received.clear();
  if (d.socket != kSocket) return;
  if (looks_like_rendezvous(d.payload)) {
    s.on_rendezvous(now, d, out);
  } else if (looks_like_frame(d.payload)) {
    s.on_frame(now, d, out);
  } else {
    s.on_stun(now, d, out);
  }
  s.after(now, out);
}

void Peer::State::on_stun(Instant now, const Datagram& d, Outbox& out) {
  const auto message = is_stun(d.payload) ? StunMessage::parse(d.payload) : std::nullopt;
  if (message && message->method() == StunMethod::kBinding) {
    if (gathering.take(now, *message, d, out)) return;
    PeerParts p = parts();
    for (const auto& connection : connections) {
      if (connection->take(now, *message, d, p, out)) return;
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
  for (const auto& connection : connections) {
    if (connection->take(now, *inner, *taken.inner, p, out)) return;
  }
}

void Peer::State::on_frame(Instant now, const Datagram& d, Outbox& out) {
  const auto from = std::ranges::find_if(
      connections, [&](const auto& c) { return c->knows(d.socket, d.remote); });
  if (from == connections.end()) return;
  Connection& connection = **from;
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
      for (const auto& connection : connections) {
        if (connection->offered(now, rendezvous.offer(), p, out)) return rendezvous.take_offer(out);
      }
      return;
    case RendezvousNews::kRegistered: {
      // Another mapping without another address: the NAT was rebooted or moved, and took our paths along.
      const bool remapped = observed.valid() && observed != rendezvous.observed();
      observed = rendezvous.observed();
      if (!remapped) return;
      gathering.start(now, out);
      addresses_known = false;
      return each([&](Connection& c) { c.suspect(now, p, out); });
    }
    case RendezvousNews::kRefused:
      if (Connection* connection = find(rendezvous.introduction().peer))
        connection->refused(rendezvous.refused());
      return;
    case RendezvousNews::kOfferTaken:
    case RendezvousNews::kNothing:
      return;
  }
}

void Peer::on_timeout(Instant now, Outbox& out) {
  State& s = *state_;
  if (now >= s.gathered_by) s.gathered_by = Instant::never();
  PeerParts p = s.parts();
  const Outbox::Mark mark = out.mark();
  s.gathering.on_timeout(now, out);
  s.rendezvous.on_timeout(now, out);
  s.relaying.on_timeout(now, out);
  s.each([&](Connection& c) { c.on_timeout(now, p, out); });
  s.after(now, out);
  if (!s.open)
    out.drop_commands(mark);  // time goes on without a socket, and connections fail by it
  if (now >= s.reopen_at) {
    s.reopen_at = Instant::never();
    out.open_udp(kSocket, s.config.bind);
  }
}

Instant Peer::deadline() const {
  const State& s = *state_;
  Instant next = std::min({s.gathered_by, s.reopen_at, s.gathering.deadline(),
                           s.rendezvous.deadline(), s.relaying.deadline()});
  for (const auto& connection : s.connections) next = std::min(next, connection->deadline());
  return next;
}

template <class F>
void Peer::State::each(F f) {
  for (const auto& connection : connections) f(*connection);
}

Connection* Peer::State::find(const Name& name) const {
  const auto found =
      std::ranges::find_if(connections, [&](const auto& c) { return c->peer() == name; });
  return found == connections.end() ? nullptr : found->get();
}

Connection& Peer::State::find_or_add(const Name& name) {
  if (Connection* known = find(name)) return *known;
  return *connections.emplace_back(std::make_unique<Connection>(name, rng.fork(name.view())));
}

void Peer::connect(Instant now, const Name& peer, Outbox& out) {
  PeerParts p = state_->parts();
  state_->find_or_add(peer).connect(now, p, out);
}

void Peer::disconnect(Instant now, const Name& peer, Outbox& out) {
  PeerParts p = state_->parts();
  if (Connection* connection = state_->find(peer)) connection->close(now, p, out);
  std::erase_if(state_->connections, [&](const auto& c) { return c->peer() == peer; });
}

bool Peer::send(Instant, const Name& peer, ByteView payload, Outbox& out) {
  NATBED_CHECK(payload.size() <= kMaxPayload, "fragments are not ours to make");
  Connection* connection = state_->find(peer);
  if (!connection) return false;
  std::array<std::byte, kMaxPayload + 1> room;
  ByteWriter w(room);
  w.u8(static_cast<uint8_t>(FrameType::kData));
  w.bytes(payload);
  PeerParts p = state_->parts();
  return connection->send(w.written(), p, out);
}

bool Peer::ping(Instant now, const Name& peer, Outbox& out) {
  Connection* connection = state_->find(peer);
  if (!connection) return false;
  std::array<std::byte, Echo::kSize> room;
  ByteWriter w(room);
  write_echo(w, FrameType::kEchoRequest, {++state_->echoes, now});
  PeerParts p = state_->parts();
  return connection->send(w.written(), p, out);
}

const Name& Peer::name() const { return state_->config.name; }
bool Peer::registered() const { return state_->rendezvous.registered(); }
ByteView Peer::received() const { return state_->received; }

Endpoint Peer::reflexive() const {
  const Endpoint reflexive = state_->gathering.reflexive();
  return reflexive.valid() ? reflexive : state_->rendezvous.observed();
}

PeerPath Peer::path(const Name& peer) const {
  const Connection* connection = state_->find(peer);
  return connection ? connection->path() : PeerPath{};
}

std::string Peer::why_failed(const Name& peer) const {
  const Connection* connection = state_->find(peer);
  return connection ? connection->why_failed() : std::string();
}

}  // namespace natbed
