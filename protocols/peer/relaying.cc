#include "protocols/peer/relaying.h"

#include <algorithm>

#include "base/check.h"

namespace natbed {
namespace {

// As for STUN servers: a relay that needs longer than 4.5 s to answer is left for another.
constexpr RetransmitRules kRules{.requests = 4, .last_wait = 2};

}  // namespace

Relaying::Relaying(const PeerConfig& config, SocketId socket, Rng rng)
    : socket_(socket), rng_(rng) {
  if ((config.techniques & kRelay) == 0) return;
  relays_ = config.relays;
  allocations_.resize(relays_.size());
}

TurnClient& Relaying::client(size_t relay) {
  NATBED_CHECK(relay < relays_.size());
  std::unique_ptr<TurnClient>& client = allocations_[relay].client;
  if (!client) {
    const RelayServer& server = relays_[relay];
    client = std::make_unique<TurnClient>(TurnClientConfig{.socket = socket_,
                                                           .server = server.endpoint,
                                                           .user = std::string(server.user),
                                                           .password = std::string(server.password),
                                                           .rules = kRules},
                                          rng_.fork(relay));
  }
  return *client;
}

void Relaying::hold(Instant now, size_t relay, Outbox& out) {
  TurnClient& turn = client(relay);
  if (allocations_[relay].holders++ == 0) turn.allocate(now, out);
}

void Relaying::let_go(Instant now, size_t relay, Outbox& out) {
  NATBED_CHECK(allocations_[relay].holders > 0, "let_go() without hold()");
  if (--allocations_[relay].holders == 0) client(relay).release(now, out);
}

void Relaying::permit(Instant now, size_t relay, const IpAddress& peer, Outbox& out) {
  client(relay).permit(now, peer, out);
}

void Relaying::bind(Instant now, size_t relay, const Endpoint& peer, Outbox& out) {
  client(relay).bind(now, peer, out);
}

std::optional<Endpoint> Relaying::address(size_t relay) const {
  const auto& client = allocations_[relay].client;
  return client ? client->relayed_address() : std::nullopt;
}

void Relaying::carry(size_t relay, Outbox& out) {
  for (const Outbox::Command& command : scratch_.commands()) {
    NATBED_CHECK(command.kind == Outbox::Kind::kSend, "through a relay one can only send");
    // Nothing goes out before the permission is there; whoever sends has to repeat anyway.
    (void)client(relay).send_to(command.remote, scratch_.payload(command), out);
  }
  for (const MachineEvent& event : scratch_.events()) out.emit(event);
  scratch_.clear();
}

Relaying::Taken Relaying::take(Instant now, const Datagram& d, Outbox& out) {
  for (size_t i = 0; i < allocations_.size(); ++i) {
    if (!allocations_[i].client || d.remote != relays_[i].endpoint) continue;
    const Outbox::Mark mark = out.mark();
    const TurnClient::Taken taken = client(i).take(now, d, out);
    learn(i, mark, out);
    if (!taken.relayed) return {taken.consumed, std::nullopt};
    return {true, Datagram{socket_of(i), address(i).value_or(Endpoint{}), taken.relayed->peer,
                           taken.relayed->payload}};
  }
  return {};
}

void Relaying::on_socket(Instant now, const SocketEvent& event, Outbox& out) {
  for (size_t i = 0; i < allocations_.size(); ++i) {
    if (!allocations_[i].client) continue;
    const Outbox::Mark mark = out.mark();
    client(i).on_socket(now, event, out);
    learn(i, mark, out);
  }
}

void Relaying::on_timeout(Instant now, Outbox& out) {
  for (size_t i = 0; i < allocations_.size(); ++i) {
    if (!allocations_[i].client) continue;
    const Outbox::Mark mark = out.mark();
    client(i).on_timeout(now, out);
    learn(i, mark, out);
  }
}

Instant Relaying::deadline() const {
  Instant next = Instant::never();
  for (const Allocation& allocation : allocations_) {
    if (allocation.client) next = std::min(next, allocation.client->deadline());
  }
  return next;
}

void Relaying::learn(size_t relay, Outbox::Mark since, const Outbox& out) {
  using Kind = MachineEvent::Kind;
  for (const MachineEvent& event : out.events(since)) {
    if (event.kind == Kind::kAllocated) news_.push_back({News::Kind::kAllocated, relay});
    const bool bad = event.kind == Kind::kRefused || event.kind == Kind::kUnanswered;
    // About a peer instead of the server: one permission failed, the allocation stands.
    if (bad && event.remote == relays_[relay].endpoint) news_.push_back({News::Kind::kLost, relay});
  }
}

std::optional<Relaying::News> Relaying::next_news() {
  if (news_.empty()) return std::nullopt;
  const News first = news_.front();
  news_.erase(news_.begin());
  return first;
}

void Relaying::forget_all() {
  for (Allocation& allocation : allocations_) allocation = {};
  news_.clear();
}

}  // namespace natbed
