#include "scenarios/lua_sweep.h"

#include <fmt/format.h>

#include <lua.hpp>

#include <algorithm>

#include "scenarios/lua_call.h"
#include "scenarios/lua_options.h"
#include "scenarios/script_trial.h"

namespace natbed {
namespace {

// The list on top of the stack.
std::vector<Value> values_on_top(lua_State* L, const std::string& axis) {
  if (!lua_istable(L, -1))
    expected(L, lua_gettop(L), fmt::format("a list of values for the axis \"{}\"", axis));
  std::vector<Value> values;
  const auto count = static_cast<lua_Integer>(lua_rawlen(L, -1));
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_rawgeti(L, -1, i);
    values.push_back(value_at(L, lua_gettop(L), fmt::format("the axis \"{}\"", axis)));
    lua_pop(L, 1);
  }
  if (values.empty()) throw ScriptError(fmt::format("the axis \"{}\" has no values", axis));
  return values;
}

// { a = {...}, b = {...} }, in the order of names.
std::vector<Axis> named_axes(lua_State* L, int table) {
  std::vector<Axis> axes;
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
    const std::string name(text_argument(L, -2, "an axis's name as key"));
    axes.push_back({name, values_on_top(L, name)});
  }
  std::ranges::sort(axes, {}, &Axis::name);
  return axes;
}

// { { "a", {...} }, { "b", {...} } }, in the order given.
std::vector<Axis> listed_axes(lua_State* L, int table) {
  std::vector<Axis> axes;
  const auto count = static_cast<lua_Integer>(lua_rawlen(L, table));
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_rawgeti(L, table, i);
    if (!lua_istable(L, -1))
      expected(L, lua_gettop(L), "{ name, { values } } for each axis of a list");
    lua_rawgeti(L, -1, 1);
    const std::string name(text_argument(L, -1, "an axis's name"));
    lua_rawgeti(L, -2, 2);
    const auto again = std::ranges::find(axes, name, &Axis::name);
    if (again != axes.end()) throw ScriptError(fmt::format("two axes are called \"{}\"", name));
    axes.push_back({name, values_on_top(L, name)});
    lua_pop(L, 3);
  }
  return axes;
}

std::vector<Axis> axes_on_top(lua_State* L) {
  const int table = lua_gettop(L);
  if (!lua_istable(L, table))
    expected(L, table, "a table of axes, such as { a = natbed.nat_kinds }");
  return lua_rawlen(L, table) > 0 ? listed_axes(L, table) : named_axes(L, table);
}

void check_size(const SweepRequest& request) {
  uint64_t size = request.trials;
  for (const Axis& axis : request.axes) {
    size *= axis.values.size();
    if (size > kMostTrials) throw ScriptError(too_many_trials());
  }
}

}  // namespace

int sweep(lua_State* L) {
  const Options options(L, 1, "sweep", {"axes", "trials", "network", "run"});
  SweepRequest request;
  if (options.push("axes")) request.axes = axes_on_top(L);
  request.trials = static_cast<uint32_t>(options.whole("trials", 1, kMostTrials).value_or(100));
  check_size(request);
  if (!options.push("run")) throw ScriptError("sweep needs run = function(net, p) ... end");
  function_argument(L, lua_gettop(L), "a function for \"run\" of sweep");
  lua_setfield(L, LUA_REGISTRYINDEX, kSweepRun);
  if (!options.push("network")) lua_pushnil(L);
  lua_setfield(L, LUA_REGISTRYINDEX, kSweepNetwork);
  trial_of(L).request_sweep(std::move(request));
  lua_pushlightuserdata(L, &trial_of(L));
  return 1;
}

}  // namespace natbed
