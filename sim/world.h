// World: hosts, routers and NAT boxes, the realms that join them, and the machines that run on
// them, in virtual time.
//
// A world is a value: no globals, no clock but its own, every random draw from a stream that the
// seed and a name determine. It advances only inside step() and run_until(). Scripts act between
// events, or from the listener, and every fault takes effect at now(). In the steady state a
// packet's hop allocates nothing.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/machine.h"
#include "base/name.h"
#include "base/rng.h"
#include "base/trace_sink.h"
#include "nat_models/nat.h"
#include "sim/link_profile.h"
#include "sim/machine_id.h"
#include "sim/realm_profile.h"
#include "sim/world_counters.h"

namespace natbed {

// Whoever runs the world. Both calls come between events, when no machine is being called: any
// method of the world may be used inside, except step(), run_until() and reset().
class WorldListener {
 public:
  virtual ~WorldListener() = default;
  virtual void on_machine_event(MachineId machine, const MachineEvent& event) = 0;
  virtual void on_alarm(uint64_t token) = 0;
};

class World {
 public:
  explicit World(uint64_t seed);
  ~World();
  World(World&&) noexcept;
  World& operator=(World&&) noexcept;
  // As if newly made, but keeps its memory; sink and listener are forgotten.
  void reset(uint64_t seed);

  Instant now() const;
  // The stream called `name`, for a machine or a script; the same whoever asks and whenever.
  Rng stream(std::string_view name) const;
  const WorldCounters& counters() const;

  // Topology; may grow during a run. Names identify random streams, so give each node its own.
  RealmId add_realm(const Name& name, const RealmProfile& profile);
  NodeId add_host(const Name& name);
  NodeId add_router(const Name& name);
  // A NAT with its outside interface, which owns all of `external`. `behavior` must outlive the
  // world. It translates for every realm that is attached to it later.
  NodeId add_nat(const Name& name, const NatBehavior* behavior, RealmId outside,
                 std::span<const IpAddress> external, const Link& link = {});
  // Gives `node` an interface in `realm`. REQUIRES: nobody there has `address`.
  InterfaceId attach(NodeId node, RealmId realm, IpAddress address, const Link& link = {});
  void add_address(InterfaceId interface, IpAddress address);
  // Packets for addresses unknown in `realm` go to this interface of a router or NAT. Without one
  // they are dropped.
  void set_gateway(RealmId realm, InterfaceId gateway);
  // In `realm`, addresses that begin with the first `length` bits of `prefix` (in 128-bit form: add
  // 96 for IPv4) are reached through `via`; the longest match wins. For routers; what is attached
  // is known anyway.
  void add_route(RealmId realm, IpAddress prefix, int length, InterfaceId via);

  // Machines. on_start() is called now. The rules for sockets stand in
  // sim/socket_layer.h.
  MachineId start(NodeId host, std::unique_ptr<Machine> machine);
  // The process is killed: streams are reset, sockets closed, the object destroyed.
  void stop(MachineId machine);
  // Calls f(Machine&, Instant now, Outbox&) as an event of now() and carries out what it asks for.
  // False, without a call, if the machine is gone or its host is down. For scripts: `f` may cast to
  // the type that was started.
  template <class F>
  bool with_outbox(MachineId machine, F&& f) {
    Machine* target = begin_call(machine);
    if (!target) return false;
    f(*target, now(), call_outbox());
    end_call(machine);
    return true;
  }
  // Sends a packet from `node` as if made there: echo requests, forgeries. Its id and size are
  // filled in.
  void inject(NodeId node, Packet packet, ByteView payload = {});

  void set_listener(WorldListener* listener);  // not owned; may be null
  // Not owned; may be null. The topology so far is told at once.
  void set_sink(TraceSink* sink);
  void note(std::string_view text);    // kNote
  void record(std::string_view json);  // kRecord

  // Time. on_alarm(token) at `at`; alarms of one instant ring in the order in which they were set.
  void schedule_alarm(Instant at, uint64_t token);
  Instant next_event() const;  // never() if there is none
  bool step();                 // one event; false if there was none
  // All events up to and including `limit`, then now() == limit; returns early after
  // stop_running().
  void run_until(Instant limit);
  void stop_running();

  // Faults, at now().
  // Drops what is sent or arrives there (kLinkCut), until restored.
  void cut(InterfaceId interface);
  void restore(InterfaceId interface);
  void reboot(NodeId nat);  // forgets every mapping
  void readdress(NodeId nat, std::span<const IpAddress> external);
  // Detaches the interface and attaches it elsewhere (or in the same realm) under a new address.
  // UDP sockets that used the old address get SocketEvent kMoved, streams are reset without a word
  // to the far end.
  void move(InterfaceId interface, RealmId realm, IpAddress address);
  // Power off: packets to it drop (kBoxDown), sockets and NAT tables vanish, machines keep their
  // objects but hear nothing. Power on: every machine gets on_start() again, in the order in which
  // they were started.
  void power_off(NodeId node);
  void power_on(NodeId node);

  // Questions.
  bool powered(NodeId node) const;
  Name name(NodeId node) const;
  NodeKind kind(NodeId node) const;
  NodeId node_of(InterfaceId interface) const;
  NodeId node_of(MachineId machine) const;
  RealmId realm_of(InterfaceId interface) const;
  IpAddress address_of(InterfaceId interface) const;
  // In the order of attachment; a NAT's outside is first.
  std::vector<InterfaceId> interfaces(NodeId node) const;
  const Nat& nat(NodeId nat) const;
  Nat& nat(NodeId nat);  // for the control surface (PCP, UPnP)

 private:
  struct State;
  Machine* begin_call(MachineId machine);
  Outbox& call_outbox();
  void end_call(MachineId machine);
  std::unique_ptr<State> state_;
};

}  // namespace natbed
