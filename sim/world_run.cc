// How a world's time goes on.

#include "base/check.h"
#include "sim/world_state.h"

namespace natbed {

void World::schedule_alarm(Instant at, uint64_t token) {
  State& s = *state_;
  auto alarm = static_cast<uint32_t>(s.alarms.size());
  if (s.free_alarms.empty()) {
    s.alarms.push_back(token);
  } else {
    alarm = s.free_alarms.back();
    s.free_alarms.pop_back();
    s.alarms[alarm] = token;
  }
  s.kernel.schedule(at, EventKind::kAlarm, alarm);
}

Instant World::next_event() const { return state_->kernel.queue.next_time(); }

bool World::step() {
  State& s = *state_;
  const CheckClock clock(&s.kernel.now);
  Event event;
  if (!s.kernel.queue.pop(&event)) return false;
  s.look_ahead(event);
  s.dispatch(event);
  return true;
}

void World::run_until(Instant limit) {
  State& s = *state_;
  NATBED_CHECK(limit >= s.kernel.now, "time does not go back");
  const CheckClock clock(&s.kernel.now);
  s.stop_requested = false;
  Event event;
  while (!s.stop_requested) {
    if (!s.kernel.queue.pop(&event, limit)) {
      if (!limit.is_never()) s.kernel.now = limit;
      return;
    }
    s.look_ahead(event);
    s.dispatch(event);
  }
}

void World::stop_running() { state_->stop_requested = true; }

void World::State::dispatch(const Event& event) {
  kernel.now = event.time;
  ++kernel.counters.events;
  switch (static_cast<EventKind>(event.kind())) {
    case EventKind::kArrive:
      network.on_arrive(event.target);
      break;
    case EventKind::kEnterDown:
      network.on_enter_down(event.target);
      break;
    case EventKind::kLoopback:
      network.on_loopback(event.target);
      break;
    case EventKind::kTimer:
      runner.on_timer(event.target);
      break;
    case EventKind::kTcpTimer:
      sockets.on_tcp_timer(event.target);
      break;
    case EventKind::kNatTimer:
      network.on_nat_timer(event.target);
      break;
    case EventKind::kReassembly:
      sockets.on_reassembly_timeout(event.target);
      break;
    case EventKind::kAlarm:
      ring(event.target);
      break;
  }
  runner.settle();
}

void World::State::ring(uint32_t alarm) {
  free_alarms.push_back(alarm);
  if (listener) listener->on_alarm(alarms[alarm]);
}

}  // namespace natbed
