// Wire: two machines and a pipe (or more of both), in virtual time: the test bench of every
// protocol.
//
// It drives Machines as the contract of base/machine.h says and in no other way: on_start in the
// order of add(), answers to open_udp, datagrams after a one-way delay, on_timeout exactly at
// deadline(). At equal times arrivals come before timeouts, earlier before later, machines in the
// order of add(). There is no NAT here; `on_the_way` may play one.
//
//   Wire wire({.delay = 20_ms, .loss = Probability::of(0.1), .seed = 7});
//   const size_t alice = wire.add("alice", client, {IpAddress::v4(192, 0, 2, 1)});
//   const size_t stun = wire.add("stun", server, {IpAddress::v4(192, 0, 2, 9)});
//   EXPECT_TRUE(wire.run_until_event(alice, MachineEvent::Kind::kMapped, 1_s));
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/machine.h"
#include "base/rng.h"
#include "tests/support/story.h"

namespace natbed::test {

class Wire {
 public:
  struct Options {
    Duration delay = Duration::milliseconds(20);  // one way
    Duration jitter = {};                         // up to this much more, uniform: it reorders
    Probability loss = {};
    uint64_t seed = 1;
  };
  struct Parcel {
    Instant sent;
    Endpoint source, destination;
    std::vector<std::byte> payload;
    SendOptions options;
    Duration extra_delay = {};  // for on_the_way to set: beyond what the wire takes
  };
  struct Told {
    Instant at;
    MachineEvent event;
  };

  explicit Wire(Options options) : options_(options), rng_(options.seed) {}
  Wire() : Wire(Options{}) {}

  // Connects a machine, which must outlive the wire; returns its number. The first address serves
  // open_udp without one.
  template <MachineLike M>
  size_t add(std::string name, M& machine, std::vector<IpAddress> addresses) {
    return add_machine(std::move(name), std::make_unique<Adapter<M>>(machine),
                       std::move(addresses));
  }

  // Sees every datagram as it leaves, after the log took it and before loss; may rewrite it. false
  // drops it.
  std::function<bool(Parcel&)> on_the_way;
  void set_loss(Probability loss) { options_.loss = loss; }
  void set_delay(Duration delay) { options_.delay = delay; }

  void run_until(Instant end);
  void run_for(Duration span) { run_until(now_ + span); }
  // Runs until machine `who` has told `kind` at least once (now or before), at most for `limit`.
  // false: it never did.
  bool run_until_event(size_t who, MachineEvent::Kind kind, Duration limit);
  // Calls the machine from outside, as a parent would: call(alice, [&](Instant now, Outbox& out)
  // {...}).
  template <class F>
  void call(size_t who, F&& f) {
    start();
    f(now_, outbox_);
    carry_out(who);
  }

  Instant now() const { return now_; }
  const std::vector<Parcel>& log() const { return log_; }  // every datagram sent, lost ones too
  const std::vector<Told>& told(size_t who) const { return hosts_[who].told; }
  const Told* first(size_t who, MachineEvent::Kind kind) const;  // null: never told
  size_t count(size_t who, MachineEvent::Kind kind) const;
  Endpoint local(size_t who, SocketId socket) const;  // unspecified if it is not open

 private:
  template <MachineLike M>
  struct Adapter final
      : Machine {  // gives a child machine, owned by value elsewhere, the virtual calls
    explicit Adapter(M& m) : machine(m) {}
    void on_start(Instant now, Outbox& out) override { machine.on_start(now, out); }
    void on_datagram(Instant now, const Datagram& d, Outbox& out) override {
      machine.on_datagram(now, d, out);
    }
    void on_socket(Instant now, const SocketEvent& e, Outbox& out) override {
      machine.on_socket(now, e, out);
    }
    void on_timeout(Instant now, Outbox& out) override { machine.on_timeout(now, out); }
    Instant deadline() const override { return machine.deadline(); }
    M& machine;
  };
  struct Socket {
    SocketId id;
    Endpoint local;
  };
  struct Host {
    std::string name;
    std::unique_ptr<Machine> machine;
    std::vector<IpAddress> addresses;
    std::vector<Socket> sockets;
    std::vector<Told> told;
    uint16_t next_port = 49152;  // first of the dynamic range, RFC 6335 §6
  };

  size_t add_machine(std::string name, std::unique_ptr<Machine> machine,
                     std::vector<IpAddress> addresses);
  void start();
  bool step(Instant end);  // the next arrival or timeout up to `end`; false if there is none
  void deliver(const Parcel& parcel);
  void carry_out(size_t who);  // the commands that the last call left in the outbox
  SocketEvent open(Host& host, const Outbox::Command& command);
  void send(Host& host, const Outbox::Command& command);
  bool taken(Endpoint local) const;

  Options options_;
  Rng rng_;
  Story story_;
  std::vector<Host> hosts_;
  std::multimap<Instant, Parcel> flying_;  // equal arrival times keep the order of sending
  std::vector<Parcel> log_;
  Outbox outbox_;
  Instant now_;
  size_t started_ = 0;
  int calls_at_now_ = 0;
};

}  // namespace natbed::test
