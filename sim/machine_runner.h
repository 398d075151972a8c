// MachineRunner: drives the machines of a world: calls them, carries out what they ask for, keeps
// their deadlines.
//
// One machine is called at a time, with one outbox that all share. What a call causes at the same
// instant (a socket that opens, a listener that wants to hear) waits in a line and is worked off
// before the next event of the queue, so that calls never nest and their order is plain. Timers are
// events; one that no longer fits its machine's deadline is ignored when it comes.
#pragma once

#include <memory>
#include <vector>

#include "base/machine.h"
#include "sim/kernel.h"
#include "sim/world.h"

namespace natbed {

class SocketLayer;

class MachineRunner {
 public:
  MachineRunner(Kernel* kernel, SocketLayer* sockets) : k_(*kernel), sockets_(*sockets) {}
  void reset();
  void set_listener(WorldListener* listener) { listener_ = listener; }

  MachineId start(NodeId node, std::unique_ptr<Machine> machine);
  void stop(MachineId id);
  void suspend_all(NodeId node);
  void restart_all(NodeId node);  // on_start() again, in the order of their ids

  // Between these two the caller may call the machine with outbox(). Null if it is gone or its host
  // is down.
  Machine* begin_call(MachineId id);
  Outbox& outbox() { return outbox_; }
  void end_call(MachineId id);

  // Fetches into the cache what says where machine() is; that may be null.
  void prefetch(uint32_t machine) const;
  const Machine* machine(uint32_t machine) const { return records_[machine].machine.get(); }
  bool is_due(uint32_t machine, Instant at) const { return records_[machine].deadline <= at; }

  void on_timer(uint32_t machine);
  void on_datagram(MachineId id, const Datagram& datagram);
  // At this instant, but after the call that may be going on. The data is copied.
  void tell(MachineId id, const SocketEvent& event);
  // Works off what waits. The world calls it after each event and each entrance from outside.
  void settle() {
    if (!waiting_.empty() || !told_.empty()) work_off();
  }

  NodeId node_of(MachineId id) const { return records_[id.value()].node; }
  uint32_t& first_socket(MachineId id) {
    return records_[id.value()].first_socket;
  }  // head of a list
  SocketId new_stream_id(MachineId id) { return SocketId(records_[id.value()].next_stream++); }
  // The machines of a node, in the order in which they were started: the first one, and the one
  // after `id`.
  MachineId first_on(NodeId node) const { return k_.topology[node].first_machine; }
  MachineId next_on(MachineId id) const { return records_[id.value()].next; }

 private:
  struct Record {
    std::unique_ptr<Machine> machine;     // null once stopped
    Instant armed = Instant::never();     // the earliest timer event in the queue
    Instant deadline = Instant::never();  // the machine's, so that a timer in vain lets it sleep
    NodeId node;
    MachineId next = {};  // on the same node
    uint32_t first_socket = FlatIndex::kNone;
    uint32_t spins = 0;  // deadlines in a row that were not in the future
    uint32_t next_stream = kFirstAccepted;
    bool suspended = false;  // its node is off
  };
  // More than that many at one instant: the machine will never let time go on.
  static constexpr uint32_t kMostSpins = 10'000;
  struct Waiting {
    MachineId machine;
    SocketEvent event;  // its data is waiting_data_[data_offset, data_end)
    size_t data_offset, data_end;
  };
  struct Told {
    MachineId machine;
    MachineEvent event;
  };

  Record& record(MachineId id) { return records_[id.value()]; }
  void arm(MachineId id);  // a timer for the deadline, unless an earlier one will look at it
  void on_socket(MachineId id, const SocketEvent& event);
  void work_off();

  Kernel& k_;
  SocketLayer& sockets_;
  WorldListener* listener_ = nullptr;
  GrowingArray<Record> records_;
  Outbox outbox_;
  std::vector<Waiting> waiting_;
  std::vector<std::byte> waiting_data_;
  std::vector<Told> told_;
  size_t next_waiting_ = 0, next_told_ = 0;
  bool working_off_ = false;
};

}  // namespace natbed
