#include "protocols/peer/peer.h"

#include <algorithm>

#include "base/check.h"
#include "protocols/peer/frame.h"
#include "protocols/peer/peer_state.h"

namespace natbed {
namespace {

constexpr Duration kReopen = Duration::seconds(1);  // after the socket could not be opened

}  // namespace

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
  out.open_udp(kPeerSocket, state_->config.bind);
}

void Peer::on_socket(Instant now, const SocketEvent& event, Outbox& out) {
  if (event.socket != kPeerSocket) return;
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

void Peer::on_datagram(Instant now, const Datagram& d, Outbox& out) {
  State& s = *state_;
  s.received.clear();
  if (d.socket != kPeerSocket) return;
  if (looks_like_rendezvous(d.payload)) {
    s.on_rendezvous(now, d, out);
  } else if (looks_like_frame(d.payload)) {
    s.on_frame(now, d, out);
  } else {
    s.on_stun(now, d, out);
  }
  s.after(now, out);
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
  // Time goes on without a socket, and connections fail by it.
  if (!s.open) out.drop_commands(mark);
  if (now >= s.reopen_at) {
    s.reopen_at = Instant::never();
    out.open_udp(kPeerSocket, s.config.bind);
  }
}

Instant Peer::deadline() const {
  const State& s = *state_;
  Instant next = std::min({s.gathered_by, s.reopen_at, s.gathering.deadline(),
                           s.rendezvous.deadline(), s.relaying.deadline()});
  for (const Connection& connection : s.connections) next = std::min(next, connection.deadline());
  return next;
}

void Peer::prefetch(uint32_t step) const {
  const State& s = *state_;
  if (step == 0) return s.prefetch();
  if (step == 1 && s.gathering.waiting()) s.gathering.prefetch();
  if (s.connections.empty()) return;
  const Connection& connection = s.connections.front();  // a peer with many has none that is likely
  if (step == 1) connection.prefetch();
  if (step == 2) connection.prefetch_path();
}

void Peer::connect(Instant now, const Name& peer, Outbox& out) {
  PeerParts p = state_->parts();
  const Outbox::Mark mark = out.mark();
  state_->find_or_add(peer).connect(now, p, out);
  if (!state_->open) out.drop_commands(mark);  // what is dropped will be repeated
}

void Peer::disconnect(Instant now, const Name& peer, Outbox& out) {
  PeerParts p = state_->parts();
  if (Connection* connection = state_->find(peer)) connection->close(now, p, out);
  std::erase_if(state_->connections, [&](const Connection& c) { return c.peer() == peer; });
}

bool Peer::send(Instant, const Name& peer, ByteView payload, Outbox& out) {
  NATBED_CHECK(payload.size() <= kMaxPayload, "fragments are not ours to make");
  Connection* connection = state_->find(peer);
  if (!connection || !state_->open) return false;
  std::array<std::byte, kMaxPayload + 1> room;
  ByteWriter w(room);
  w.u8(static_cast<uint8_t>(FrameType::kData));
  w.bytes(payload);
  PeerParts p = state_->parts();
  return connection->send(w.written(), p, out);
}

bool Peer::ping(Instant now, const Name& peer, Outbox& out) {
  Connection* connection = state_->find(peer);
  if (!connection || !state_->open) return false;
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
