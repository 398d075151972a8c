// Probe: a machine for tests of the world. It does nothing of its own; it writes down what happens
// to it and when, and the test makes it act through World::with_outbox.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/world.h"

namespace natbed::test {

constexpr SocketId kSocket{1};

class Probe final : public Machine {
 public:
  struct Received {
    Instant at;
    Endpoint local, remote;
    std::string text;
  };
  struct Happened {
    Instant at;
    SocketEvent::Kind kind;
    SocketId socket, stream;
    Endpoint local, remote;
    std::string text;
  };

  // Opens UDP socket kSocket at `local` when it starts.
  explicit Probe(Endpoint local = {}) : local_(local) {}

  void on_start(Instant now, Outbox& out) override {
    starts.push_back(now);
    out.open_udp(kSocket, local_);
  }
  void on_datagram(Instant now, const Datagram& d, Outbox& out) override {
    received.push_back({now, d.local, d.remote, std::string(text_of(d.payload))});
    if (echo) out.send(d.socket, d.remote, d.payload);
  }
  void on_socket(Instant now, const SocketEvent& e, Outbox&) override {
    events.push_back(
        {now, e.kind, e.socket, e.stream, e.local, e.remote, std::string(text_of(e.data))});
  }
  void on_timeout(Instant now, Outbox&) override {
    timeouts.push_back(now);
    next_deadline = Instant::never();
  }
  Instant deadline() const override { return next_deadline; }

  size_t count(SocketEvent::Kind kind) const {
    size_t n = 0;
    for (const Happened& h : events) n += h.kind == kind;
    return n;
  }
  Endpoint opened_at() const { return events.at(0).local; }

  bool echo = false;
  Instant next_deadline = Instant::never();
  std::vector<Instant> starts, timeouts;
  std::vector<Received> received;
  std::vector<Happened> events;

 private:
  Endpoint local_;
};

// A probe that runs on a host, and the way to make it act.
struct Running {
  World* world;
  MachineId id;
  Probe* probe;

  void send(Endpoint to, std::string_view text, SendOptions options = {}) const {
    world->with_outbox(id, [&](Machine&, Instant, Outbox& out) {
      out.send(kSocket, to, bytes_of(text), options);
    });
  }
  template <class F>
  void act(F&& f) const {
    world->with_outbox(id, [&](Machine&, Instant, Outbox& out) { f(out); });
  }
};

inline Running run_probe(World& world, NodeId host, Endpoint local = {}) {
  auto machine = std::make_unique<Probe>(local);
  Probe* probe = machine.get();
  return {&world, world.start(host, std::move(machine)), probe};
}

inline IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }
inline Endpoint at(std::string_view text) { return Endpoint::parse(text).value(); }
inline Instant after(Duration d) { return Instant::from_ns(d.ns()); }

// A link whose only property is its delay, the same in both directions.
inline Link delay(Duration propagation) {
  Link link;
  link.up.propagation = link.down.propagation = propagation;
  return link;
}

}  // namespace natbed::test
