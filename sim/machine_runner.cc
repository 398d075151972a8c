#include "sim/machine_runner.h"

#include "base/check.h"
#include "sim/socket_layer.h"

namespace natbed {

void MachineRunner::reset() {
  listener_ = nullptr;
  records_.clear();
  waiting_.clear();
  waiting_data_.clear();
  told_.clear();
  next_waiting_ = next_told_ = 0;
  working_off_ = false;
}

MachineId MachineRunner::start(NodeId node, std::unique_ptr<Machine> machine) {
  const MachineId id(records_.size());
  records_.push_back({.machine = std::move(machine), .node = node});
  MachineId* last = &k_.topology[node].first_machine;
  while (last->valid()) last = &record(*last).next;
  *last = id;
  record(id).suspended = !k_.topology[node].powered;
  if (Machine* m = begin_call(id)) {
    m->on_start(k_.now, outbox_);
    end_call(id);
  }
  return id;
}

void MachineRunner::stop(MachineId id) {
  if (!record(id).machine) return;
  sockets_.close_all(id, SocketLayer::Farewell::kReset);
  record(id).machine.reset();
  record(id).deadline = Instant::never();
  MachineId* link = &k_.topology[record(id).node].first_machine;
  while (*link != id) link = &record(*link).next;
  *link = record(id).next;
}

Machine* MachineRunner::begin_call(MachineId id) {
  Record& r = record(id);
  if (!r.machine || r.suspended) return nullptr;
  outbox_.clear();
  return r.machine.get();
}

void MachineRunner::end_call(MachineId id) {
  const NodeId node = record(id).node;
  for (const Outbox::Command& command : outbox_.commands()) {
    sockets_.carry_out(id, node, command, outbox_.payload(command));
  }
  for (const MachineEvent& event : outbox_.events()) {
    k_.trace.machine(node, event);
    if (listener_) told_.push_back({id, event});
  }
  record(id).deadline = record(id).machine->deadline();
  arm(id);
}

void MachineRunner::arm(MachineId id) {
  Record& r = record(id);
  if (r.deadline >= r.armed) return;
  if (r.deadline > k_.now) {
    r.spins = 0;
    r.armed = r.deadline;
  } else {
    NATBED_CHECK(++r.spins < kMostSpins, "a machine's deadline stays in the past");
    r.armed = k_.now;
  }
  k_.schedule(r.armed, EventKind::kTimer, id.value());
}

void MachineRunner::on_timer(uint32_t machine) {
  const MachineId id(machine);
  Record& r = record(id);
  if (r.armed != k_.now) return;  // an earlier one has taken its place
  r.armed = Instant::never();
  if (r.deadline > k_.now) return arm(id);  // it has moved since
  if (Machine* m = begin_call(id)) {
    m->on_timeout(k_.now, outbox_);
    end_call(id);
  }
}

void MachineRunner::on_datagram(MachineId id, const Datagram& datagram) {
  if (Machine* m = begin_call(id)) {
    m->on_datagram(k_.now, datagram, outbox_);
    end_call(id);
  }
}

void MachineRunner::tell(MachineId id, const SocketEvent& event) {
  const size_t offset = waiting_data_.size();
  waiting_data_.insert(waiting_data_.end(), event.data.begin(), event.data.end());
  waiting_.push_back({id, event, offset, waiting_data_.size()});
}

void MachineRunner::on_socket(MachineId id, const SocketEvent& event) {
  if (Machine* m = begin_call(id)) {
    m->on_socket(k_.now, event, outbox_);
    end_call(id);
  }
}

void MachineRunner::work_off() {
  if (working_off_) return;  // entered from the listener: the loop below goes on with it
  working_off_ = true;
  while (next_waiting_ < waiting_.size() || next_told_ < told_.size()) {
    if (next_waiting_ < waiting_.size()) {
      Waiting waiting = waiting_[next_waiting_++];
      const size_t size = waiting.data_end - waiting.data_offset;
      waiting.event.data = ByteView(waiting_data_).subspan(waiting.data_offset, size);
      on_socket(waiting.machine, waiting.event);
    } else {
      const Told told = told_[next_told_++];
      if (listener_) listener_->on_machine_event(told.machine, told.event);
    }
  }
  waiting_.clear();
  waiting_data_.clear();
  told_.clear();
  next_waiting_ = next_told_ = 0;
  working_off_ = false;
}

void MachineRunner::suspend_all(NodeId node) {
  for (MachineId id = first_on(node); id.valid(); id = next_on(id)) record(id).suspended = true;
}

void MachineRunner::restart_all(NodeId node) {
  for (MachineId id = first_on(node); id.valid(); id = next_on(id)) {
    record(id).suspended = false;
    if (Machine* m = begin_call(id)) {
      m->on_start(k_.now, outbox_);
      end_call(id);
    }
  }
}

}  // namespace natbed
