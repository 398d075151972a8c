#include "scenarios/lua_sort.h"

#include <lua.hpp>

#include <algorithm>
#include <utility>

// Comparing may call the script, which may raise an error: nothing here has a destructor.
namespace natbed {
namespace {

constexpr int kList = 1, kLess = 2, kSpare = 3;

// Of the two values on top of the stack, is the upper less than the lower?
bool upper_is_less(lua_State* L) {
  if (lua_isnil(L, kLess)) return lua_compare(L, -1, -2, LUA_OPLT) != 0;
  lua_pushvalue(L, kLess);
  lua_pushvalue(L, -2);
  lua_pushvalue(L, -4);
  lua_call(L, 2, 1);
  const bool less = lua_toboolean(L, -1) != 0;
  lua_pop(L, 1);
  return less;
}

// Merges from[low, middle) and from[middle, high) into the same places of `to`.
void merge(lua_State* L, int from, int to, lua_Integer low, lua_Integer middle, lua_Integer high) {
  lua_Integer left = low, right = middle;
  for (lua_Integer at = low; at < high; ++at) {
    bool take_right = left == middle;
    if (left < middle && right < high) {
      lua_rawgeti(L, from, left);
      lua_rawgeti(L, from, right);
      take_right = upper_is_less(L);
      lua_pop(L, 2);
    }
    lua_rawgeti(L, from, take_right ? right++ : left++);
    lua_rawseti(L, to, at);
  }
}

}  // namespace

int stable_sort(lua_State* L) {
  luaL_checktype(L, kList, LUA_TTABLE);
  if (!lua_isnoneornil(L, kLess)) luaL_checktype(L, kLess, LUA_TFUNCTION);
  lua_settop(L, kLess);
  lua_newtable(L);
  const auto end = static_cast<lua_Integer>(lua_rawlen(L, kList)) + 1;
  int from = kList, to = kSpare;
  for (lua_Integer width = 1; width < end - 1; width *= 2) {
    for (lua_Integer low = 1; low < end; low += 2 * width) {
      merge(L, from, to, low, std::min(low + width, end), std::min(low + 2 * width, end));
    }
    std::swap(from, to);
  }
  for (lua_Integer at = 1; from != kList && at < end; ++at) {
    lua_rawgeti(L, from, at);
    lua_rawseti(L, kList, at);
  }
  return 0;
}

}  // namespace natbed
