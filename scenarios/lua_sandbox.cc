#include "scenarios/lua_sandbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <lua.hpp>

#include "scenarios/lua_call.h"
#include "scenarios/lua_sort.h"
#include "scenarios/script_trial.h"

namespace natbed {
namespace {

// Keys in order: numbers first, then texts, then booleans.
int rank_of(lua_State* L, int index) {
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      return 0;
    case LUA_TSTRING:
      return 1;
    default:
      return 2;
  }
}

int key_less(lua_State* L) {
  const int a = rank_of(L, 1), b = rank_of(L, 2);
  bool less = a < b;
  if (a == b)
    less = a == 2 ? lua_toboolean(L, 1) < lua_toboolean(L, 2) : lua_compare(L, 1, 2, LUA_OPLT) != 0;
  lua_pushboolean(L, less);
  return 1;
}

// Upvalues: the table, its keys in order, the place of the last one given out.
int next_pair(lua_State* L) {
  const lua_Integer at = lua_tointeger(L, lua_upvalueindex(3)) + 1;
  lua_pushinteger(L, at);
  lua_replace(L, lua_upvalueindex(3));
  if (lua_rawgeti(L, lua_upvalueindex(2), at) == LUA_TNIL) return 1;
  lua_pushvalue(L, -1);
  lua_rawget(L, lua_upvalueindex(1));
  return 2;
}

int list_keys(lua_State* L) {
  if (!lua_istable(L, 1)) expected(L, 1, "a table for pairs");
  lua_settop(L, 1);
  lua_newtable(L);
  lua_Integer count = 0;
  int without_order = LUA_TNONE;  // the largest such type: which comes first is no part of a run
  for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
    const int type = lua_type(L, -2);
    const bool has_order = type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN;
    if (!has_order) without_order = std::max(without_order, type);
    lua_pushvalue(L, -2);
    lua_rawseti(L, 2, ++count);
  }
  if (without_order == LUA_TNONE) return 1;
  throw ScriptError(fmt::format(
      "pairs needs keys that are numbers, texts or booleans, because a {} has no order; "
      "keep a list beside the table",
      lua_typename(L, without_order)));
}

int sorted_pairs(lua_State* L) {
  call_script_function(L, list_keys);
  lua_pushcfunction(L, stable_sort);
  lua_pushvalue(L, 2);
  lua_pushcfunction(L, key_less);
  lua_call(L, 2, 0);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next_pair, 3);
  return 1;
}

bool prints_its_address(lua_State* L, int index) {
  const int type = lua_type(L, index);
  const bool is_reference = type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TTHREAD ||
                            type == LUA_TUSERDATA || type == LUA_TLIGHTUSERDATA;
  if (!is_reference) return false;
  if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL) return true;
  lua_pop(L, 1);
  return false;
}

// Pushes what stands for the value at `index` in a text. May run the script's __tostring.
void push_as_text(lua_State* L, int index) {
  if (prints_its_address(L, index)) {
    lua_pushstring(L, luaL_typename(L, index));
  } else {
    luaL_tolstring(L, index, nullptr);
  }
}

int plain_tostring(lua_State* L) {
  luaL_checkany(L, 1);
  push_as_text(L, 1);
  return 1;
}

// string.format(...): upvalue 1 is Lua's. References become their type's name; "%p" is refused.
int plain_format(lua_State* L) {
  const int count = lua_gettop(L);
  const char* format = luaL_checkstring(L, 1);
  luaL_checkstack(L, count + 1, "too many values to format");
  for (const char* at = format; *at != '\0'; ++at) {
    if (*at != '%') continue;
    const char* flag = at + 1;
    while (*flag != '\0' &&
           !((*flag >= 'a' && *flag <= 'z') || (*flag >= 'A' && *flag <= 'Z') || *flag == '%'))
      ++flag;
    if (*flag == 'p') return luaL_error(L, "%%p prints an address, which differs from run to run");
    if (*flag == '\0') break;
    at = flag;
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  for (int i = 1; i <= count; ++i) {
    if (prints_its_address(L, i)) {
      lua_pushstring(L, luaL_typename(L, i));
    } else {
      lua_pushvalue(L, i);
    }
  }
  lua_call(L, count, LUA_MULTRET);
  return lua_gettop(L) - count;
}

// setmetatable(table, metatable): upvalue 1 is Lua's. Without finalizers: when rubbish is collected
// is no part of a run, and the last of it goes when the trial is gone.
int plain_setmetatable(lua_State* L) {
  const int count = lua_gettop(L);
  if (lua_istable(L, 2)) {
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, 2) != LUA_TNIL)
      return luaL_error(L,
                        "__gc is not for scenarios: when rubbish is collected is no part of a run");
    lua_pop(L, 1);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, count, 1);
  return 1;
}

// math.random(), (m) and (m, n), as Lua's own, from the scenario's stream.
int scenario_random(lua_State* L) {
  Rng& rng = trial_of(L).rng();
  if (lua_gettop(L) == 0) {
    lua_pushnumber(L, static_cast<double>(rng.next() >> 11) * 0x1p-53);
    return 1;
  }
  const bool two = lua_gettop(L) > 1;
  const double low = two ? number_argument(L, 1, "a whole number for the low end") : 1;
  const double high = number_argument(L, two ? 2 : 1, "a whole number for the high end");
  constexpr double kMost = 0x1p62;
  const auto whole = [](double number) {
    return number >= -kMost && number <= kMost &&
           number == static_cast<double>(static_cast<int64_t>(number));
  };
  if (!whole(low) || !whole(high) || low > high) {
    throw ScriptError(fmt::format("math.random has no whole number from {} to {}", low, high));
  }
  lua_pushinteger(L, rng.between(static_cast<int64_t>(low), static_cast<int64_t>(high)));
  return 1;
}

int note_line(lua_State* L) {
  trial_of(L).note(text_argument(L, 1, "a text to print"));
  return 0;
}

// print(...) is a note: there is no other output that a run could repeat.
int print_note(lua_State* L) {
  const int count = lua_gettop(L);
  luaL_checkstack(L, 5, nullptr);
  lua_pushcfunction(L, api<note_line>);
  lua_pushliteral(L, "");
  for (int i = 1; i <= count; ++i) {
    if (i > 1) lua_pushliteral(L, " ");
    push_as_text(L, i);
    lua_concat(L, i > 1 ? 3 : 2);
  }
  lua_call(L, 1, 0);
  return 0;
}

void remove_globals(lua_State* L) {
  for (const char* name :
       {"load", "loadfile", "dofile", "collectgarbage", "next", "warn", "xpcall"}) {
    lua_pushnil(L);
    lua_setglobal(L, name);
  }
  lua_getglobal(L, LUA_MATHLIBNAME);
  lua_pushnil(L);
  lua_setfield(L, -2, "randomseed");
  lua_pop(L, 1);
}

// `keep_old`: the old function becomes the new one's upvalue.
void replace_in(lua_State* L, const char* library, const char* name, lua_CFunction function,
                bool keep_old) {
  lua_getglobal(L, library);
  if (keep_old) lua_getfield(L, -1, name);
  lua_pushcclosure(L, function, keep_old ? 1 : 0);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

}  // namespace

void open_sandbox(lua_State* L) {
  const luaL_Reg libraries[] = {{LUA_GNAME, luaopen_base},
                                {LUA_STRLIBNAME, luaopen_string},
                                {LUA_TABLIBNAME, luaopen_table},
                                {LUA_MATHLIBNAME, luaopen_math},
                                {LUA_UTF8LIBNAME, luaopen_utf8}};
  for (const luaL_Reg& library : libraries) {
    luaL_requiref(L, library.name, library.func, 1);
    lua_pop(L, 1);
  }
  remove_globals(L);
  replace_in(L, LUA_GNAME, "setmetatable", plain_setmetatable, true);
  replace_in(L, LUA_STRLIBNAME, "format", plain_format, true);
  replace_in(L, LUA_MATHLIBNAME, "random", api<scenario_random>, false);
  replace_in(L, LUA_TABLIBNAME, "sort", stable_sort, false);
  lua_register(L, "tostring", plain_tostring);
  lua_register(L, "print", print_note);
  lua_register(L, "pairs", sorted_pairs);
}

}  // namespace natbed
