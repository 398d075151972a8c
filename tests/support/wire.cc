#include "tests/support/wire.h"

#include <algorithm>

#include "base/check.h"

namespace natbed::test {

size_t Wire::add_machine(std::string name, std::unique_ptr<Machine> machine,
                         std::vector<IpAddress> addresses) {
  NATBED_CHECK(!addresses.empty(), "a machine on a wire needs an address");
  Host& host = hosts_.emplace_back();
  host.name = std::move(name);
  host.machine = std::move(machine);
  host.addresses = std::move(addresses);
  return hosts_.size() - 1;
}

void Wire::start() {
  while (started_ < hosts_.size()) {
    const size_t who = started_++;
    hosts_[who].machine->on_start(now_, outbox_);
    carry_out(who);
  }
}

void Wire::run_until(Instant end) {
  start();
  while (step(end)) {
  }
  if (!end.is_never()) now_ = std::max(now_, end);
}

bool Wire::run_until_event(size_t who, MachineEvent::Kind kind, Duration limit) {
  const Instant end = now_ + limit;
  start();
  while (first(who, kind) == nullptr) {
    if (!step(end)) return now_ = end, false;
  }
  return true;
}

bool Wire::step(Instant end) {
  const Instant arrival = flying_.empty() ? Instant::never() : flying_.begin()->first;
  size_t who = 0;
  Instant timeout = Instant::never();
  for (size_t i = 0; i < hosts_.size(); ++i) {
    if (const Instant deadline = hosts_[i].machine->deadline(); deadline < timeout) {
      timeout = deadline;
      who = i;
    }
  }
  const Instant next = std::max(std::min(arrival, timeout), now_);
  if (next > end || next.is_never()) return false;
  // A machine whose deadline never moves would keep virtual time from passing.
  calls_at_now_ = next == now_ ? calls_at_now_ + 1 : 0;
  NATBED_CHECK(calls_at_now_ < 100'000, "time stands still: some deadline() does not move");
  now_ = next;
  if (arrival <= timeout) {
    const auto parcel = flying_.extract(flying_.begin());
    deliver(parcel.mapped());
  } else {
    story_.tell(now_, hosts_[who].name + " has a timeout");
    hosts_[who].machine->on_timeout(now_, outbox_);
    carry_out(who);
  }
  return true;
}

void Wire::deliver(const Parcel& parcel) {
  const std::string way = parcel.source.to_string() + " -> " + parcel.destination.to_string();
  for (size_t who = 0; who < hosts_.size(); ++who) {
    for (const Socket& socket : hosts_[who].sockets) {
      if (socket.local != parcel.destination) continue;
      story_.tell(now_, hosts_[who].name + " receives " + way);
      const Datagram datagram{socket.id, parcel.destination, parcel.source, parcel.payload};
      hosts_[who].machine->on_datagram(now_, datagram, outbox_);
      return carry_out(who);  // `socket` may be gone from here on
    }
  }
  story_.tell(now_, "nobody listens: " + way);
}

void Wire::carry_out(size_t who) {
  Host& host = hosts_[who];
  std::vector<SocketEvent> answers;
  for (const Outbox::Command& command : outbox_.commands()) {
    switch (command.kind) {
      case Outbox::Kind::kOpenUdp:
        answers.push_back(open(host, command));
        break;
      case Outbox::Kind::kSend:
        send(host, command);
        break;
      case Outbox::Kind::kClose:
        std::erase_if(host.sockets, [&](const Socket& s) { return s.id == command.socket; });
        break;
      default:
        NATBED_CHECK(false, "a Wire carries datagrams, no streams");
    }
  }
  for (const MachineEvent& event : outbox_.events()) {
    story_.tell(now_, host.name + " tells: " + to_string(event.kind) + " " +
                          std::string(event.name) + std::string(event.text));
    host.told.push_back({now_, event});
  }
  outbox_.clear();
  for (const SocketEvent& answer : answers) {
    host.machine->on_socket(now_, answer, outbox_);
    carry_out(who);
  }
}

SocketEvent Wire::open(Host& host, const Outbox::Command& command) {
  Endpoint local = command.local;
  if (local.ip.is_unspecified()) local.ip = host.addresses.front();
  while (local.port == 0) {
    const Endpoint candidate{local.ip, host.next_port++};
    NATBED_CHECK(candidate.port != 0, "out of ephemeral ports");
    if (!taken(candidate)) local.port = candidate.port;
  }
  const bool ours = std::ranges::count(host.addresses, local.ip) != 0;
  SocketEvent answer;
  answer.socket = command.socket;
  answer.local = local;
  answer.kind = ours && !taken(local) ? SocketEvent::Kind::kOpened : SocketEvent::Kind::kFailed;
  if (answer.kind == SocketEvent::Kind::kOpened) host.sockets.push_back({command.socket, local});
  story_.tell(now_, host.name +
                        (answer.kind == SocketEvent::Kind::kOpened ? " opens " : " cannot open ") +
                        local.to_string());
  return answer;
}

void Wire::send(Host& host, const Outbox::Command& command) {
  const auto socket = std::ranges::find(host.sockets, command.socket, &Socket::id);
  NATBED_CHECK(socket != host.sockets.end(), "send() from a socket that is not open");
  const ByteView payload = outbox_.payload(command);
  Parcel parcel{
      now_, socket->local, command.remote, {payload.begin(), payload.end()}, command.options};
  log_.push_back(parcel);
  const bool passed = !on_the_way || on_the_way(parcel);
  const bool arrives = passed && !rng_.chance(options_.loss);
  const auto jitter = Duration::nanoseconds(rng_.between(0, options_.jitter.ns()));
  story_.tell(now_, host.name + " sends " + to_string(command.options.traffic) + ", " +
                        std::to_string(payload.size()) + " bytes, " + parcel.source.to_string() +
                        " -> " + parcel.destination.to_string() +
                        (arrives  ? ""
                         : passed ? " (lost)"
                                  : " (dropped on the way)"));
  if (arrives)
    flying_.emplace(now_ + options_.delay + parcel.extra_delay + jitter, std::move(parcel));
}

bool Wire::taken(Endpoint local) const {
  return std::ranges::any_of(hosts_, [&](const Host& host) {
    return std::ranges::count(host.sockets, local, &Socket::local) != 0;
  });
}

const Wire::Told* Wire::first(size_t who, MachineEvent::Kind kind) const {
  for (const Told& told : hosts_[who].told) {
    if (told.event.kind == kind) return &told;
  }
  return nullptr;
}

size_t Wire::count(size_t who, MachineEvent::Kind kind) const {
  return static_cast<size_t>(std::ranges::count_if(
      hosts_[who].told, [&](const Told& told) { return told.event.kind == kind; }));
}

Endpoint Wire::local(size_t who, SocketId socket) const {
  for (const Socket& s : hosts_[who].sockets) {
    if (s.id == socket) return s.local;
  }
  return {};
}

}  // namespace natbed::test
