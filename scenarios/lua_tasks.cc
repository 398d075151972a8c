#include "scenarios/lua_tasks.h"

#include <fmt/format.h>

#include <lua.hpp>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "scenarios/lua_call.h"
#include "scenarios/lua_state.h"
#include "scenarios/script_trial.h"

namespace natbed {
namespace {

constexpr int kSerialBits = 32;

// "two_homes.lua:12: ", where a coroutine stopped; its stack is as the error left it.
std::string line_of(lua_State* L) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(L, level, &frame) != 0; ++level) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline > 0) return fmt::format("{}:{}: ", frame.short_src, frame.currentline);
  }
  return "";
}

std::string message_of(lua_State* L) {
  const std::string line = line_of(L);
  if (ran_out_of_memory(L)) {
    return fmt::format("{}the script needs more than {} MiB of memory", line, kMostMemory >> 20);
  }
  if (!lua_isstring(L, -1)) {  // a number is as good as a text
    return fmt::format("{}error() expects a text, and found: {}", line, luaL_typename(L, -1));
  }
  const std::string message = printable(lua_tostring(L, -1));
  const std::string script = line.substr(0, line.find(':') + 1);
  return message.starts_with(script) ? message : line + message;
}

int run(lua_State* coroutine, int arguments, int* results) {
  const MemoryLimit limit(coroutine, true);
  return lua_resume(coroutine, nullptr, arguments, results);
}

}  // namespace

TaskId LuaTasks::spawn(lua_State* L, int arguments, Instant when, bool keep) {
  lua_State* coroutine = lua_newthread(L);
  watch_script(coroutine);
  if (!lua_checkstack(coroutine, arguments + 1)) {
    throw ScriptError(fmt::format("a function cannot be started with {} arguments", arguments));
  }
  const auto index = static_cast<uint32_t>(tasks_.size());
  Task& task = tasks_.emplace_back();
  task.coroutine = coroutine;
  task.arguments = arguments;
  task.keep = keep;
  task.reference = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_xmove(L, task.coroutine, arguments + 1);
  if (when > trial_->world().now()) {
    suspend(index, {.until = when});
  } else {
    ready_.push_back(index);
  }
  return TaskId(index);
}

int LuaTasks::wait(lua_State* L, const Wait& wait) {
  if (wait.ready && wait.ready(*trial_, wait)) return wait.push ? wait.push(*trial_, L, wait) : 0;
  if (!running_ || tasks_[*running_].coroutine != L || !lua_isyieldable(L)) {
    throw ScriptError(
        "this function waits, which is not possible here (inside table.sort or string.gsub?)");
  }
  suspend(*running_, wait);
  return kSuspend;
}

void LuaTasks::suspend(uint32_t index, const Wait& wait) {
  Task& task = tasks_[index];
  task.state = State::kWaiting;
  task.waits_for = wait;
  ++task.serial;
  if (wait.ready) waiting_[wait.connection.value()].push_back(index);
  if (!wait.until.is_never()) {
    trial_->world().schedule_alarm(wait.until, uint64_t{index} << kSerialBits | task.serial);
  }
}

void LuaTasks::on_alarm(uint64_t token) {
  const auto index = static_cast<uint32_t>(token >> kSerialBits);
  const auto serial = static_cast<uint32_t>(token);
  NATBED_CHECK(index < tasks_.size());
  if (tasks_[index].state == State::kWaiting && tasks_[index].serial == serial) wake(index);
}

void LuaTasks::on_connection(ConnectionId id) { wake_ready(id.value()); }
void LuaTasks::on_other() { wake_ready(kNoConnection); }

void LuaTasks::wake_ready(uint32_t connection) {
  const auto found = waiting_.find(connection);
  if (found == waiting_.end()) return;
  std::vector<uint32_t> woken;
  for (const uint32_t index : found->second) {
    const Wait& wait = tasks_[index].waits_for;
    if (wait.ready(*trial_, wait)) woken.push_back(index);
  }
  for (const uint32_t index : woken) wake(index);
}

void LuaTasks::wake(uint32_t index) {
  Task& task = tasks_[index];
  if (task.waits_for.ready) {
    const auto at = waiting_.find(task.waits_for.connection.value());
    std::erase(at->second, index);
    if (at->second.empty()) waiting_.erase(at);
  }
  task.state = State::kReady;
  ready_.push_back(index);
}

void LuaTasks::drain() {
  if (running_) return;
  while (!ready_.empty() && !error_) {
    const uint32_t index = ready_.front();
    ready_.pop_front();
    running_ = index;
    resume(index);
    running_.reset();
  }
}

void LuaTasks::resume(uint32_t index) {
  Task& task = tasks_[index];
  int arguments = 0;
  if (!task.started) {
    task.started = true;
    arguments = task.arguments;
  } else if (task.waits_for.push) {
    arguments = task.waits_for.push(*trial_, task.coroutine, task.waits_for);
  }
  if (!trial_->spend_instructions(kResumeCost)) stop_script(task.coroutine);
  int results = 0;
  const int status = run(task.coroutine, arguments, &results);
  const bool failed =
      (status != LUA_OK && status != LUA_YIELD) || ran_out_of_memory(task.coroutine);
  if (status == LUA_YIELD && !failed) {
    lua_pop(task.coroutine, results);
    return;
  }
  task.state = State::kFinished;
  if (failed) error_ = message_of(task.coroutine);
  if (!task.keep) luaL_unref(task.coroutine, LUA_REGISTRYINDEX, task.reference);
}

}  // namespace natbed
