#include <fmt/format.h>

#include <lua.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/suggest.h"
#include "scenarios/lua_api.h"
#include "scenarios/lua_call.h"

namespace natbed {
namespace {

bool has_type(lua_State* L, int index, const char* type) {
  if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return false;
  luaL_getmetatable(L, type);
  const bool same = lua_rawequal(L, -1, -2) != 0;
  lua_pop(L, 2);
  return same;
}

uint32_t value_of(lua_State* L, int index) {
  uint32_t value;
  std::memcpy(&value, lua_touserdata(L, index), sizeof value);
  return value;
}

// Two objects that mean the same node are equal.
int same_object(lua_State* L) {
  lua_pushboolean(L, value_of(L, 1) == value_of(L, 2));
  return 1;
}

// The keys of the table at `index`, which are all texts, sorted.
std::vector<std::string> keys_at(lua_State* L, int index) {
  std::vector<std::string> keys;
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
    keys.emplace_back(lua_tostring(L, -2));
  }
  std::ranges::sort(keys);
  return keys;
}

// __index of a table: upvalue 1 says what its keys are.
int unknown_key(lua_State* L) {
  const std::string key(lua_type(L, 2) == LUA_TSTRING ? text_argument(L, 2, "a key") : "");
  throw ScriptError(unknown_word(lua_tostring(L, lua_upvalueindex(1)), key, keys_at(L, 1)));
}

// In read_field().
int refuse_unknown(lua_State* L) {
  const std::vector<std::string> names = keys_at(L, lua_upvalueindex(1));
  const std::vector<std::string_view> words(names.begin(), names.end());
  const std::string key(lua_type(L, 2) == LUA_TSTRING ? text_argument(L, 2, "a name")
                                                      : luaL_typename(L, 2));
  throw ScriptError(fmt::format("a {} has no field or method \"{}\"{}",
                                lua_tostring(L, lua_upvalueindex(3)), key,
                                did_you_mean(key, words)));
}

// object.key: upvalue 1 is the table of methods, in which fields have their names only, upvalue 2 the
// function that reads fields, or nil, upvalue 3 the type.
int read_field(lua_State* L) {
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TFUNCTION) return 1;
  lua_pop(L, 1);
  if (!lua_isnil(L, lua_upvalueindex(2))) {
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_call(L, 2, 2);
    if (lua_toboolean(L, -1)) return lua_pop(L, 1), 1;
  }
  return call_script_function(L, refuse_unknown);
}

int refuse_write(lua_State* L) {
  return luaL_error(L, "objects of natbed have no fields that can be set (\"%s\")",
                    luaL_tolstring(L, 2, nullptr));
}

int plain_name(lua_State* L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  return 1;
}

}  // namespace

void push_object(lua_State* L, const char* type, uint32_t value) {
  std::memcpy(lua_newuserdatauv(L, sizeof value, 0), &value, sizeof value);
  luaL_setmetatable(L, type);
}

uint32_t object_argument(lua_State* L, int index, const char* type, const char* what) {
  if (!has_type(L, index, type)) expected(L, index, what);
  return value_of(L, index);
}

NodeId node_argument(lua_State* L, int index, const char* what) {
  return NodeId(object_argument(L, index, kNodeType, what));
}

void define_type(lua_State* L, const char* type, const Method* methods, lua_CFunction field,
                 lua_CFunction tostring) {
  const char* short_name = std::strrchr(type, '.') + 1;
  luaL_newmetatable(L, type);
  lua_newtable(L);
  for (const Method* method = methods; method->name; ++method) {
    if (method->function) {
      lua_pushcfunction(L, method->function);
    } else {
      lua_pushboolean(L, 1);
    }
    lua_setfield(L, -2, method->name);
  }
  if (field) {
    lua_pushcfunction(L, field);
  } else {
    lua_pushnil(L);
  }
  lua_pushstring(L, short_name);
  lua_pushcclosure(L, read_field, 3);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, refuse_write);
  lua_setfield(L, -2, "__newindex");
  lua_pushcfunction(L, same_object);
  lua_setfield(L, -2, "__eq");
  if (tostring) {
    lua_pushcfunction(L, tostring);
  } else {
    lua_pushstring(L, short_name);
    lua_pushcclosure(L, plain_name, 1);
  }
  lua_setfield(L, -2, "__tostring");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");  // scripts do not see it
  lua_pop(L, 1);
}

void refuse_unknown_keys(lua_State* L, const char* what) {
  lua_createtable(L, 0, 1);
  lua_pushstring(L, what);
  lua_pushcclosure(L, api<unknown_key>, 1);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}

void open_api(lua_State* L) {
  open_natbed(L);
  open_net(L);
  open_nodes(L);
  open_links(L);
  open_connections(L);
}

}  // namespace natbed
