// LuaState: one fresh Lua for one trial, without a way out and without chance.
//
// Scripts get the basic, string, table, math and utf8 libraries. They do not get os, io, debug,
// package, coroutine, or anything that loads code. What would let the machine's memory layout into
// a result is replaced: pairs() walks in the order of keys, tostring() of a table is "table",
// next() is gone, and math.random is the scenario's own stream. A script that runs on and on while
// virtual time stands still is stopped.
#pragma once

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

class LuaState {
 public:
  // `trial` outlives it and is what trial_of() finds.
  explicit LuaState(ScriptTrial* trial);
  lua_State* get() const { return state_.get(); }

 private:
  struct Close {
    void operator()(lua_State* L) const;
  };
  std::unique_ptr<lua_State, Close> state_;
};

// VM instructions that a script may use without virtual time moving on: a second or two.
inline constexpr int64_t kMostInstructions = 100'000'000;

}  // namespace natbed
