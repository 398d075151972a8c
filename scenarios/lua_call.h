// Between C++ and Lua: functions of the API may throw, and Lua may jump, but never across each
// other.
//
// Lua is a C library that leaves functions by longjmp, which runs no destructors. So every function
// that scripts call is wrapped by api<>: its body reads arguments with the functions below, which
// throw ScriptError, and the wrapper turns that into a Lua error (or a yield) when no C++ object is
// left on the way. Bodies must not call luaL_check* or anything else in Lua that raises errors. The
// script's limit of memory is lifted for them (MemoryLimit); a machine without any memory left is the
// one error that is not caught.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "scenarios/value.h"

struct lua_State;

namespace natbed {

class ScriptTrial;

// A mistake in a script; the wrapper adds script name and line, the trial adds the virtual time.
class ScriptError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What a body returns: the number of results on the stack, or kSuspend to wait in virtual time.
using ScriptFunction = int (*)(lua_State*);
inline constexpr int kSuspend = -1;

int call_script_function(lua_State* L, ScriptFunction body);
template <ScriptFunction kBody>
int api(lua_State* L) {
  return call_script_function(L, kBody);
}

// The trial that `L` (any coroutine of it) belongs to.
ScriptTrial& trial_of(lua_State* L);

// Arguments; `what` names one in errors: "sleep: expected seconds, got a string". Indices count
// from 1.
[[noreturn]] void expected(lua_State* L, int index, std::string_view what);
std::string_view text_argument(lua_State* L, int index,
                               std::string_view what);  // lives while it is on the stack
double number_argument(lua_State* L, int index, std::string_view what);
Duration seconds_argument(lua_State* L, int index, std::string_view what);  // not negative
void function_argument(lua_State* L, int index, std::string_view what);     // checks only

// Durations of scripts: finite, not negative, below 292 years. Seconds, or milliseconds for
// latencies.
Duration seconds_of(double seconds, std::string_view what);
Duration milliseconds_of(double milliseconds, std::string_view what);

// A boolean, number or text on the stack as a Value, and back. `what` names it in errors.
Value value_at(lua_State* L, int index, std::string_view what);
void push_value(lua_State* L, const Value& value);
// The table on top of the stack as a Record; tables and functions inside are refused.
Record record_at(lua_State* L, int index);
void push_text(lua_State* L, std::string_view text);
int push_nil(lua_State* L);  // what a body returns for "nothing": one result, not none

// The value of an expected success; its error becomes the script's.
template <class T>
T must(Result<T> result) {
  if (!result) throw ScriptError(result.error().message);
  return std::move(*result);
}

}  // namespace natbed
