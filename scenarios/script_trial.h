// ScriptTrial: one universe of a script: its world, its network, its Lua state, and what it
// recorded.
//
// A worker keeps one and runs many trials in it, one after the other; only memory survives from one
// to the next. The functions that a script can call (lua_*.cc) act on the trial that their Lua
// state belongs to.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/lua_state.h"
#include "scenarios/lua_tasks.h"
#include "scenarios/net.h"
#include "scenarios/sweep_plan.h"

namespace natbed {

// What `return natbed.sweep{...}` asked for.
struct SweepRequest {
  std::vector<Axis> axes;
  uint32_t trials = 0;
};

class ScriptTrial final : public WorldListener {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;  // --set

  // Both outlive this.
  ScriptTrial(const CompiledScript* script, const Settings* settings);

  // What came of a run: a trial, or the sweep that the script asks for instead.
  struct Outcome {
    Trial trial;
    std::optional<SweepRequest> sweep;
  };
  Result<Outcome> run(const TrialSpec& spec, TraceSink* sink);
  // Runs one cell of the sweep that the script returns. `at` has one value per axis of `axes`.
  Result<Trial> run_cell(const TrialSpec& spec, const std::vector<Axis>& axes,
                         const std::vector<Value>& at, TraceSink* sink);
  // The same, when run() has just returned the sweep: in the same universe, so that its trace tells
  // once what the script did before.
  Result<Trial> go_on_in_cell(const TrialSpec& spec, const std::vector<Axis>& axes,
                              const std::vector<Value>& at);
  // Parameters that the script asked for so far, in the order of their first use.
  const std::vector<std::string>& parameters() const { return parameters_; }

  // For the functions of the API.
  World& world() { return world_; }
  Net& open_network(const CoreOptions& core);  // once a trial
  Net& net();                                  // a ScriptError if there is none
  LuaTasks& tasks() { return *tasks_; }
  Rng& rng() { return rng_; }
  void note(std::string_view text);
  void record(Record record);
  Value parameter(const std::string& name, const Value& otherwise);
  void request_sweep(SweepRequest request);
  // Calls `function` (a reference in the registry) with the path whenever the connection's path
  // changes.
  void call_on_change(ConnectionId connection, int function);
  // Wakes who waits for these connections, and calls who watches them.
  void tell(const std::vector<Connections::Concerned>& concerned);
  // False if the script has done too much in the virtual time that passed (kMostInstructions).
  bool spend_instructions(int64_t count);

 private:
  void on_machine_event(MachineId machine, const MachineEvent& event) override;
  void on_alarm(uint64_t token) override;
  void begin(const TrialSpec& spec, TraceSink* sink);
  TaskId load_chunk();
  Status run_until_finished(TaskId task);
  void after_event();
  void tell_change(ConnectionId connection);
  Status open_network_for_cell(lua_State* L);
  Status record_result(lua_State* L);
  Trial take_trial(const TrialSpec& spec);
  void keep(size_t bytes);  // a ScriptError if the trial tells too much
  Error error_with_notes(const std::string& message) const;
  Error error_with_time(const std::string& message) const;

  const CompiledScript* script_;
  const Settings* settings_;
  std::vector<std::string> parameters_;
  World world_;
  Rng rng_;

  // Of the trial that runs.
  std::optional<Net> net_;
  std::optional<LuaState> lua_;
  std::optional<LuaTasks> tasks_;
  std::optional<SweepRequest> sweep_;
  std::optional<TaskId> main_;
  std::vector<std::pair<ConnectionId, int>> on_change_;
  std::vector<Record> records_;
  std::vector<Note> notes_;
  size_t told_bytes_ = 0;
  int64_t instructions_ = 0;
  Instant instructions_at_;
};

// Names of what scripts keep in Lua's registry: the function `run` of a sweep, and its options for
// the network.
inline constexpr const char* kSweepRun = "natbed.sweep.run";
inline constexpr const char* kSweepNetwork = "natbed.sweep.network";

}  // namespace natbed
