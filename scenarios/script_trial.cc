#include "scenarios/script_trial.h"

#include <fmt/format.h>

#include <lua.hpp>

#include <algorithm>

#include "base/text.h"
#include "scenarios/lua_api.h"
#include "scenarios/lua_call.h"

namespace natbed {
namespace {

// Scripts that still run after so long in virtual time wait for something that does not come.
constexpr Duration kLongestRun = Duration::seconds(366 * 86'400);

}  // namespace

ScriptTrial::ScriptTrial(const CompiledScript* script, const Settings* settings)
    : script_(script), settings_(settings), world_(0), rng_(0) {}

Result<ScriptTrial::Outcome> ScriptTrial::run(const TrialSpec& spec, TraceSink* sink) {
  begin(spec, sink);
  const TaskId main = load_chunk();
  if (const Status s = run_until_finished(main); !s) return s.error();
  // natbed.sweep() returns this trial as a light userdata, which nothing else does.
  lua_State* L = tasks_->coroutine(main);
  const bool returned = lua_gettop(L) > 0 && lua_touserdata(L, 1) == this;
  if (sweep_ && !returned) {
    return Error{script_->name + ": natbed.sweep{...} does nothing unless the script returns it"};
  }
  if (sweep_) return Outcome{{}, std::move(sweep_)};
  return Outcome{take_trial(spec), std::nullopt};
}

Result<Trial> ScriptTrial::run_cell(const TrialSpec& spec, const std::vector<Axis>& axes,
                                    const std::vector<Value>& at, TraceSink* sink) {
  begin(spec, sink);
  if (const Status s = run_until_finished(load_chunk()); !s) return s.error();
  return go_on_in_cell(spec, axes, at);
}

Result<Trial> ScriptTrial::go_on_in_cell(const TrialSpec& spec, const std::vector<Axis>& axes,
                                         const std::vector<Value>& at) {
  lua_State* L = lua_->get();
  if (lua_getfield(L, LUA_REGISTRYINDEX, kSweepRun) != LUA_TFUNCTION) {
    return Error{script_->name + ": the script did not return a sweep this time"};
  }
  lua_getfield(L, LUA_REGISTRYINDEX, kSweepNetwork);
  const Status opened = open_network_for_cell(L);
  if (!opened) return error_with_time(opened.error().message);
  lua_createtable(L, 0, static_cast<int>(axes.size()));
  for (size_t i = 0; i < axes.size(); ++i) {
    push_value(L, at[i]);
    lua_setfield(L, -2, axes[i].name.c_str());
  }
  refuse_unknown_keys(L, "axis of the sweep");
  const TaskId task = tasks_->spawn(L, 2, world_.now(), true);
  if (const Status s = run_until_finished(task); !s) return s.error();
  if (const Status s = record_result(tasks_->coroutine(task)); !s) return s.error();
  return take_trial(spec);
}

// Replaces the network's options on top of the stack by the network.
Status ScriptTrial::open_network_for_cell(lua_State* L) {
  try {
    open_network_from(L, lua_gettop(L));
    lua_remove(L, -2);
    return ok();
  } catch (const ScriptError& error) {
    return Error{fmt::format("{}: network of the sweep: {}", script_->name, error.what())};
  }
}

// What `run` of a sweep returned is a record, unless it returned nothing.
Status ScriptTrial::record_result(lua_State* L) {
  if (lua_gettop(L) == 0 || lua_isnil(L, 1)) return ok();
  try {
    record(record_at(L, 1));
    return ok();
  } catch (const ScriptError& error) {
    return error_with_time(
        fmt::format("{}: what `run` of the sweep returned: {}", script_->name, error.what()));
  }
}

void ScriptTrial::begin(const TrialSpec& spec, TraceSink* sink) {
  tasks_.reset();
  lua_.reset();
  net_.reset();
  sweep_.reset();
  main_.reset();
  on_change_.clear();
  records_.clear();
  notes_.clear();
  told_bytes_ = 0;
  instructions_ = 0;
  instructions_at_ = Instant();
  world_.reset(spec.seed);
  world_.set_listener(this);
  world_.set_sink(sink);
  rng_ = world_.stream("script");
  lua_.emplace(this);
  tasks_.emplace(this);
}

TaskId ScriptTrial::load_chunk() {
  lua_State* L = lua_->get();
  const std::string& code = script_->bytecode;
  const int status = luaL_loadbufferx(L, code.data(), code.size(), script_->name.c_str(), "b");
  NATBED_CHECK(status == LUA_OK, "this is what lua_dump() made");
  return tasks_->spawn(L, 0, world_.now(), true);
}

Status ScriptTrial::run_until_finished(TaskId task) {
  main_ = task;
  const Instant limit = Instant() + kLongestRun;
  tasks_->drain();
  while (!tasks_->error() && !tasks_->finished(task)) {
    if (world_.now() >= limit) {
      return error_with_time(script_->name +
                             ": the script still waits after a year of virtual time");
    }
    world_.run_until(limit);
  }
  if (tasks_->error()) return error_with_notes(*tasks_->error());
  return ok();
}

void ScriptTrial::on_machine_event(MachineId machine, const MachineEvent& event) {
  if (!net_) return;
  if (net_->pings.on_machine_event(machine, event)) {
    tasks_->on_other();
  } else {
    tell(net_->connections.on_machine_event(machine, event));
  }
  after_event();
}

void ScriptTrial::on_alarm(uint64_t token) {
  tasks_->on_alarm(token);
  after_event();
}

void ScriptTrial::after_event() {
  tasks_->drain();
  if (tasks_->error() || (main_ && tasks_->finished(*main_))) world_.stop_running();
}

void ScriptTrial::tell(const std::vector<Connections::Concerned>& concerned) {
  for (const auto& [id, path_changed] : concerned) {
    if (path_changed) tell_change(id);
    tasks_->on_connection(id);
  }
}

void ScriptTrial::tell_change(ConnectionId connection) {
  lua_State* L = lua_->get();
  for (const auto& [watched, function] : on_change_) {
    if (watched != connection) continue;
    lua_rawgeti(L, LUA_REGISTRYINDEX, function);
    push_object(L, kConnectionType, connection.value());
    tasks_->spawn(L, 1, world_.now());
  }
}

Net& ScriptTrial::open_network(const CoreOptions& core) {
  if (net_)
    throw ScriptError(
        "a script has one network; make it once, and a sweep's comes as the first argument of run");
  return net_.emplace(&world_, core);
}

Net& ScriptTrial::net() {
  if (!net_) throw ScriptError("there is no network yet: natbed.network{} makes one");
  return *net_;
}

void ScriptTrial::note(std::string_view text) {
  keep(text.size());
  notes_.push_back({world_.now(), std::string(text)});
  world_.note(text);
}

void ScriptTrial::record(Record record) {
  const std::string json = to_json(record);
  keep(json.size());
  world_.record(json);
  records_.push_back(std::move(record));
}

void ScriptTrial::keep(size_t bytes) {
  constexpr size_t kAround = 100;  // bytes beside the text
  told_bytes_ += bytes + kAround;
  if (told_bytes_ > kMostMemory) {
    throw ScriptError(
        fmt::format("the notes and records of a trial have room in {} MiB of memory, "
                    "and these need more",
                    kMostMemory >> 20));
  }
}

Value ScriptTrial::parameter(const std::string& name, const Value& otherwise) {
  if (std::ranges::find(parameters_, name) == parameters_.end()) parameters_.push_back(name);
  const auto set = std::ranges::find(*settings_, name, &Settings::value_type::first);
  if (set == settings_->end()) return otherwise;
  const auto [parsed, value] = parse_like(otherwise, set->second);
  if (parsed) return value;
  throw ScriptError(fmt::format("--set {}={}: the script expects a value such as {}", name,
                                set->second, to_text(otherwise)));
}

void ScriptTrial::request_sweep(SweepRequest request) {
  if (sweep_) throw ScriptError("a script has one sweep");
  if (net_)
    throw ScriptError(
        "a script with a sweep makes no network: one comes as the first argument of run");
  sweep_ = std::move(request);
}

void ScriptTrial::call_on_change(ConnectionId connection, int function) {
  on_change_.emplace_back(connection, function);
}

bool ScriptTrial::spend_instructions(int64_t count) {
  const int64_t paid = (world_.now() - instructions_at_).ns();
  instructions_ = std::max<int64_t>(0, instructions_ - paid) + count;
  instructions_at_ = world_.now();
  return instructions_ <= kMostInstructions;
}

Trial ScriptTrial::take_trial(const TrialSpec& spec) {
  return {spec.cell, spec.index, spec.seed, world_.now(), std::move(records_), std::move(notes_)};
}

// What the script noted before is what one looks for when it failed.
Error ScriptTrial::error_with_notes(const std::string& message) const {
  constexpr size_t kMost = 20, kMostBytes = 200;
  Error error = error_with_time(message);
  const size_t first = notes_.size() - std::min(notes_.size(), kMost);
  if (!notes_.empty()) error.message += first == 0 ? "\nnoted before:" : "\nnoted last:";
  for (size_t i = first; i < notes_.size(); ++i) {
    const std::string& text = notes_[i].text;
    error.message +=
        fmt::format("\n{:>10.3f}s  {}{}", notes_[i].at.as_seconds(),
                    printable(text.substr(0, kMostBytes)), text.size() > kMostBytes ? " ..." : "");
  }
  return error;
}

Error ScriptTrial::error_with_time(const std::string& message) const {
  return Error{fmt::format("{} [at {:.3f}s]", message, world_.now().as_seconds())};
}

}  // namespace natbed
