#include "scenarios/lua_call.h"

#include <fmt/format.h>

#include <lua.hpp>

#include <cmath>
#include <optional>
#include <utility>

#include "base/text.h"
#include "scenarios/lua_state.h"

namespace natbed {
namespace {

constexpr int kFailed = -2;

// "a number", "a connection", "nothing"
std::string kind_of(lua_State* L, int index) {
  const int type = lua_type(L, index);
  if (type == LUA_TNONE || type == LUA_TNIL) return "nothing";
  std::string name = lua_typename(L, type);
  if (type == LUA_TUSERDATA && luaL_getmetafield(L, index, "__name") != LUA_TNIL) {
    name = lua_tostring(L, -1);  // "natbed.connection"
    name.erase(0, name.rfind('.') + 1);
    lua_pop(L, 1);
  }
  return "a " + name;
}

// Runs the body and leaves nothing behind that has a destructor.
int run_body(lua_State* L, ScriptFunction body) {
  const MemoryLimit lifted(L, false);
  try {
    return body(L);
  } catch (const std::exception& error) {
    luaL_where(L, 1);
    lua_pushstring(L, error.what());
    lua_concat(L, 2);
    return kFailed;
  }
}

}  // namespace

int call_script_function(lua_State* L, ScriptFunction body) {
  const int results = run_body(L, body);
  if (results == kFailed) return lua_error(L);
  if (results == kSuspend) return lua_yield(L, 0);
  return results;
}

ScriptTrial& trial_of(lua_State* L) { return **static_cast<ScriptTrial**>(lua_getextraspace(L)); }

void expected(lua_State* L, int index, std::string_view what) {
  throw ScriptError(fmt::format("expected {}, got {}", what, kind_of(L, index)));
}

std::string_view text_argument(lua_State* L, int index, std::string_view what) {
  if (lua_type(L, index) != LUA_TSTRING) expected(L, index, what);
  size_t size = 0;
  const char* bytes = lua_tolstring(L, index, &size);
  const std::string_view text(bytes, size);
  if (is_utf8(text)) return text;
  throw ScriptError(
      fmt::format("expected {} in UTF-8, got the bytes \"{}\"", what, printable(text)));
}

double number_argument(lua_State* L, int index, std::string_view what) {
  if (lua_type(L, index) != LUA_TNUMBER) expected(L, index, what);
  return lua_tonumber(L, index);
}

Duration seconds_argument(lua_State* L, int index, std::string_view what) {
  return seconds_of(number_argument(L, index, what), what);
}

void function_argument(lua_State* L, int index, std::string_view what) {
  if (!lua_isfunction(L, index)) expected(L, index, what);
}

Duration seconds_of(double seconds, std::string_view what) {
  constexpr double kLongest = 9.2e9;  // an int64_t of nanoseconds reaches 292 years
  if (!(seconds >= 0 && seconds < kLongest)) {
    throw ScriptError(fmt::format("{} must be between 0 and 292 years, not {} s", what, seconds));
  }
  return Duration::from_seconds(seconds);
}

Duration milliseconds_of(double milliseconds, std::string_view what) {
  if (!(milliseconds >= 0)) {
    throw ScriptError(fmt::format("{} must be 0 ms or more, not {} ms", what, milliseconds));
  }
  return seconds_of(milliseconds / 1000, what);
}

Value value_at(lua_State* L, int index, std::string_view what) {
  switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
      return lua_toboolean(L, index) != 0;
    case LUA_TSTRING:
      return std::string(text_argument(L, index, what));
    case LUA_TNUMBER:
      break;
    default:
      expected(L, index, fmt::format("true, false, a number or a text for {}", what));
  }
  if (lua_isinteger(L, index)) return static_cast<int64_t>(lua_tointeger(L, index));
  const double number = lua_tonumber(L, index);
  if (!std::isfinite(number))
    throw ScriptError(fmt::format("{} is {}, which no result can hold", what, number));
  return number;
}

void push_text(lua_State* L, std::string_view text) {
  lua_pushlstring(L, text.data(), text.size());
}

int push_nil(lua_State* L) {
  lua_pushnil(L);
  return 1;
}

void push_value(lua_State* L, const Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) {
    lua_pushboolean(L, *flag);
  } else if (const int64_t* whole = std::get_if<int64_t>(&value)) {
    lua_pushinteger(L, *whole);
  } else if (const double* number = std::get_if<double>(&value)) {
    lua_pushnumber(L, *number);
  } else {
    push_text(L, std::get<std::string>(value));
  }
}

Record record_at(lua_State* L, int index) {
  if (!lua_istable(L, index))
    expected(L, index, "a table of results, such as { ok = true, ms = 12.5 }");
  const int table = lua_absindex(L, index);
  Record record;
  // Of several mistakes the one under the least key: Lua's own order is not the same every time.
  std::optional<std::pair<std::string, std::string>> mistake;
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
    std::string key;
    try {
      key = text_argument(L, -2, "a result's name as key");
      record.set(key, value_at(L, -1, fmt::format("the result \"{}\"", key)));
    } catch (const ScriptError& error) {
      if (!mistake || key < mistake->first) mistake.emplace(key, error.what());
    }
  }
  if (mistake) throw ScriptError(mistake->second);
  return record;
}

}  // namespace natbed
