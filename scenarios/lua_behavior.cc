#include "scenarios/lua_behavior.h"

#include <lua.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/suggest.h"
#include "nat_models/profiles.h"
#include "scenarios/lua_call.h"

namespace natbed {
namespace {

NatChoice profile_choice(std::string_view name) {
  if (const NatProfile* profile = find_profile(name))
    return {profile->is_nat, profile->behavior, std::string(name)};
  std::vector<std::string_view> words;
  for (const NatProfile& profile : profiles()) words.push_back(profile.name);
  for (const NatProfile& profile : nat_kinds()) words.push_back(profile.name);
  throw ScriptError(unknown_word("NAT kind", name, words));
}

nlohmann::json to_json(lua_State* L, int index, int depth);

// A table with keys, in the order of the keys; position 1 is left out at the top: it names a profile.
nlohmann::json object_of(lua_State* L, int table, int depth) {
  nlohmann::json object = nlohmann::json::object();
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
    if (depth == 0 && lua_isinteger(L, -2) && lua_tointeger(L, -2) == 1) continue;
    if (lua_type(L, -2) != LUA_TSTRING) expected(L, -2, "the name of an axis");
    object[std::string(text_argument(L, -2, "the name of an axis"))] = to_json(L, -1, depth + 1);
  }
  return object;
}

// What a script says of an axis, in the form that profiles have it.
nlohmann::json to_json(lua_State* L, int index, int depth) {
  constexpr int kDeepest = 4;
  const int at = lua_absindex(L, index);
  switch (lua_type(L, at)) {
    case LUA_TSTRING:
      return std::string(text_argument(L, at, "a text"));
    case LUA_TBOOLEAN:
      return lua_toboolean(L, at) != 0;
    case LUA_TNUMBER:
      if (lua_isinteger(L, at)) return static_cast<int64_t>(lua_tointeger(L, at));
      return lua_tonumber(L, at);
    case LUA_TTABLE:
      break;
    default:
      expected(L, at, "an axis' value: a word, a number, true, false or a list");
  }
  if (depth > kDeepest) throw ScriptError("a list too deep for an axis of a nat");
  const auto count = static_cast<int>(lua_rawlen(L, at));
  if (depth == 0 || count == 0) return object_of(L, at, depth);
  nlohmann::json list = nlohmann::json::array();
  for (int i = 1; i <= count; ++i) {
    lua_rawgeti(L, at, i);
    list.push_back(to_json(L, -1, depth + 1));
    lua_pop(L, 1);
  }
  return list;
}

NatChoice table_choice(lua_State* L, int index) {
  NatChoice choice{true, {}, "nat"};
  lua_rawgeti(L, index, 1);
  if (!lua_isnil(L, -1))
    choice = profile_choice(text_argument(L, -1, "a profile's name as first element"));
  lua_pop(L, 1);
  const NatBehavior before = choice.behavior;
  choice.behavior = must(change_behavior(before, to_json(L, index, 0).dump(), "nat"));
  if (!choice.is_nat && choice.behavior != before)
    throw ScriptError("\"none\" is no NAT: it has no axes to change");
  if (choice.behavior != before) choice.what = "nat";
  return choice;
}

}  // namespace

NatChoice nat_argument(lua_State* L, int index) {
  if (lua_istable(L, index)) return table_choice(L, index);
  return profile_choice(
      text_argument(L, index, "a kind of NAT, such as \"symmetric\" or { mapping = \"eim\" }"));
}

}  // namespace natbed
