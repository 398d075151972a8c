#include <fmt/format.h>

#include <lua.hpp>

#include <string>

#include "nat_models/profiles.h"
#include "nat_models/traversal.h"
#include "scenarios/lua_api.h"
#include "scenarios/lua_behavior.h"
#include "scenarios/lua_call.h"
#include "scenarios/lua_sweep.h"
#include "scenarios/script_trial.h"

namespace natbed {
namespace {

// natbed.network{ latency =, regions =, matrix = }
int make_network(lua_State* L) { return open_network_from(L, 1); }

// natbed.sleep(seconds)
int sleep(lua_State* L) {
  ScriptTrial& trial = trial_of(L);
  const Duration time = seconds_argument(L, 1, "seconds to sleep");
  return trial.tasks().wait(L, {.until = trial.world().now() + time});
}

// natbed.now(): seconds since the start
int now(lua_State* L) {
  lua_pushnumber(L,
                 static_cast<double>(trial_of(L).world().now().ns()) / 1e9);  // the nearest double
  return 1;
}

int note(lua_State* L) {
  trial_of(L).note(text_argument(L, 1, "a text to note"));
  return 0;
}

int record(lua_State* L) {
  trial_of(L).record(record_at(L, 1));
  return 0;
}

// natbed.param(name, default)
int param(lua_State* L) {
  const std::string name(text_argument(L, 1, "the parameter's name"));
  push_value(
      L, trial_of(L).parameter(name, value_at(L, 2, fmt::format("the default of \"{}\"", name))));
  return 1;
}

// natbed.oracle(a, b): "always", "depends on order" or "never"; and the explanation
int oracle(lua_State* L) {
  const NatChoice a = nat_argument(L, 1), b = nat_argument(L, 2);
  const TraversalVerdict verdict =
      direct_path(a.is_nat ? &a.behavior : nullptr, b.is_nat ? &b.behavior : nullptr);
  push_text(L, to_string(verdict.outcome));
  push_text(L, explain(verdict));
  return 2;
}

// A list of the names of those profiles for which `counts(profile)`.
template <class Counts>
void push_names(lua_State* L, const auto& profiles, Counts counts) {
  lua_newtable(L);
  lua_Integer place = 0;
  for (const NatProfile& profile : profiles) {
    if (!counts(profile)) continue;
    push_text(L, profile.name);
    lua_rawseti(L, -2, ++place);
  }
}

}  // namespace

void open_natbed(lua_State* L) {
  const luaL_Reg functions[] = {{"network", api<make_network>},
                                {"sleep", api<sleep>},
                                {"now", api<now>},
                                {"note", api<note>},
                                {"record", api<record>},
                                {"param", api<param>},
                                {"sweep", api<sweep>},
                                {"oracle", api<oracle>},
                                {nullptr, nullptr}};
  luaL_newlib(L, functions);
  const auto all = [](const NatProfile&) { return true; };
  push_names(L, nat_kinds(), all);
  lua_setfield(L, -2, "nat_kinds");
  push_names(L, profiles(), [](const NatProfile& profile) { return profile.generic; });
  lua_setfield(L, -2, "presets");
  push_names(L, profiles(), all);
  lua_setfield(L, -2, "profiles");
  lua_getglobal(L, LUA_MATHLIBNAME);
  lua_getfield(L, -1, "random");
  lua_setfield(L, -3, "random");
  lua_pop(L, 1);
  refuse_unknown_keys(L, "name in natbed");
  lua_setglobal(L, "natbed");
}

}  // namespace natbed
