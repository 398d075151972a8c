// LuaTasks: the coroutines of one trial, resumed by the events of its world.
//
// Every function of a script runs in a coroutine, so it can wait in virtual time and read top to
// bottom. A waiting task has one Wait: an instant at which it goes on in any case, and optionally
// something that ends the wait earlier. Tasks that become ready run one after the other, in the
// order in which they became ready, never inside each other.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "protocols/peer/peer.h"

struct lua_State;

namespace natbed {

class ScriptTrial;
using ConnectionId = Id<struct ConnectionTag>;
using TaskId = Id<struct TaskTag>;

struct Wait {
  Instant until = Instant::never();  // goes on then in any case
  ConnectionId connection = {};      // whose events `ready` depends on, if any
  PathKind path = PathKind::kNone;   // for `ready` and `push`, as they like
  uint64_t number = 0;
  // Ends the wait early; null: only time does.
  bool (*ready)(ScriptTrial& trial, const Wait& wait) = nullptr;
  // Pushes what the waiting function returns; null: nothing.
  int (*push)(ScriptTrial& trial, lua_State* L, const Wait& wait) = nullptr;
};

class LuaTasks {
 public:
  explicit LuaTasks(ScriptTrial* trial) : trial_(trial) {}

  // Takes a function and its `arguments` from the top of L; it starts at `when` (at once: now or
  // earlier). Its coroutine and what the function returned on it are gone when it is finished,
  // unless `keep`.
  TaskId spawn(lua_State* L, int arguments, Instant when, bool keep = false);
  // For API functions: `return tasks.wait(L, {...})`.
  int wait(lua_State* L, const Wait& wait);

  void on_alarm(uint64_t token);
  void on_connection(ConnectionId id);
  void on_other();  // looks at the waits that depend on no connection
  // Runs what is ready. Does nothing if called while a task runs: it will be run afterwards.
  void drain();

  bool finished(TaskId task) const { return tasks_[task.value()].state == State::kFinished; }
  lua_State* coroutine(TaskId task) const { return tasks_[task.value()].coroutine; }
  const std::optional<std::string>& error() const { return error_; }

 private:
  enum class State : uint8_t { kReady, kWaiting, kFinished };
  struct Task {
    lua_State* coroutine = nullptr;
    int reference = 0;  // in the registry, so that the collector leaves it alone
    int arguments = 0;  // on its stack, for the first resume
    bool started = false, keep = false;
    State state = State::kReady;
    uint32_t serial = 0;  // of the current wait: an alarm of an earlier one is stale
    Wait waits_for;
  };
  void suspend(uint32_t index, const Wait& wait);
  void wake(uint32_t index);
  void resume(uint32_t index);
  void wake_ready(uint32_t connection);

  ScriptTrial* trial_;
  std::deque<Task> tasks_;
  std::deque<uint32_t> ready_;
  std::map<uint32_t, std::vector<uint32_t>>
      waiting_;  // by connection; kNoConnection: the others with `ready`
  std::optional<uint32_t> running_;
  std::optional<std::string> error_;
  static constexpr uint32_t kNoConnection = 0xFFFFFFFF;
};

}  // namespace natbed
