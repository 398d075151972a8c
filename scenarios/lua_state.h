// LuaState: one fresh Lua for one trial, without a way out and without chance.
//
// Scripts get the basic, string, table, math and utf8 libraries. They do not get os, io, debug,
// package, coroutine, or anything that loads code. What would let the machine's memory layout into
// a result is replaced: pairs() walks in the order of keys, tostring() of a table is "table",
// next() is gone, and math.random is the scenario's own stream. A script that runs on and on while
// virtual time hardly moves is stopped, and so is one that fills the memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct lua_State;

namespace natbed {

class ScriptTrial;

// A script, read and compiled once; every trial loads the result.
struct CompiledScript {
  std::string name;      // "two_homes.lua", as errors call it
  std::string bytecode;  // with line numbers
};
Result<CompiledScript> compile_script(std::string_view name, std::string_view source);

// VM instructions that a script may be ahead of virtual time, which pays for one a nanosecond: a
// second or two of work at one instant, and afterwards as much as a real host would get done.
inline constexpr int64_t kMostInstructions = 100'000'000;
// What it costs to resume a coroutine, in instructions: or else sleeping for a nanosecond, again
// and again, would be an endless loop that nobody sees.
inline constexpr int64_t kResumeCost = 250;
inline constexpr size_t kMostMemory = size_t{256} << 20;  // bytes that one trial's script may fill

struct ScriptMemory {
  size_t bytes = 0;
  bool limited = false;
  bool refused = false;  // the script wanted more: its trial fails, whatever it made of that
};

// While one lives, the script of `L` gets an error instead of more than kMostMemory, or it does not.
// Its own code runs limited. The functions of the API do not: Lua would leave them by longjmp while
// C++ objects live. The script's next own step fails then.
class MemoryLimit {
 public:
  MemoryLimit(lua_State* L, bool limited);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  ScriptMemory* memory_;
  bool before_;
};
bool ran_out_of_memory(lua_State* L);

// Counts what the coroutine `L` does; each one is watched by itself.
void watch_script(lua_State* L);
// The coroutine `L` ends with the error of an endless loop as soon as it runs, unless instructions
// are to be had again by then.
void stop_script(lua_State* L);

class LuaState {
 public:
  // `trial` outlives it and is what trial_of() finds.
  explicit LuaState(ScriptTrial* trial);
  LuaState(const LuaState&) = delete;  // the state knows where its memory is counted
  LuaState& operator=(const LuaState&) = delete;
  lua_State* get() const { return state_.get(); }

 private:
  struct Close {
    void operator()(lua_State* L) const;
  };
  ScriptMemory memory_;
  std::unique_ptr<lua_State, Close> state_;
};

}  // namespace natbed
