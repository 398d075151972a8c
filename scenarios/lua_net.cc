#include <fmt/format.h>

#include <lua.hpp>

#include "scenarios/lua_api.h"
#include "scenarios/lua_call.h"
#include "scenarios/lua_nodes.h"
#include "scenarios/lua_options.h"
#include "scenarios/script_trial.h"

namespace natbed {
namespace {

template <int (*kAdd)(lua_State*, NodeId)>
int add_to_core(lua_State* L) {
  object_argument(L, 1, kNetType, "the network before the colon: net:host(...)");
  return kAdd(L, NodeId());
}

// net:at(seconds, fn): fn starts when virtual time is there; in the past, at once.
int at(lua_State* L) {
  object_argument(L, 1, kNetType, "the network before the colon: net:at(...)");
  const Duration when = seconds_argument(L, 2, "the time in seconds");
  function_argument(L, 3, "a function to start then");
  lua_settop(L, 3);
  trial_of(L).tasks().spawn(L, 0, Instant() + when);
  return 0;
}

// net:spawn(fn, ...): fn(...) runs beside the caller, from the caller's next wait on.
int spawn(lua_State* L) {
  object_argument(L, 1, kNetType, "the network before the colon: net:spawn(...)");
  function_argument(L, 2, "a function to start");
  ScriptTrial& trial = trial_of(L);
  trial.tasks().spawn(L, lua_gettop(L) - 2, trial.world().now());
  return 0;
}

// net:find(name): the node, or nil
int find(lua_State* L) {
  object_argument(L, 1, kNetType, "the network before the colon: net:find(...)");
  const NodeId node = trial_of(L).net().topology.find(text_argument(L, 2, "a name"));
  if (!node.valid()) return push_nil(L);
  push_node(L, node);
  return 1;
}

// The square matrix on top of the stack, [from][to] in milliseconds.
std::vector<Duration> matrix_on_top(lua_State* L, size_t regions) {
  std::vector<Duration> matrix;
  const auto row = [&] { return lua_istable(L, -1) && lua_rawlen(L, -1) == regions; };
  const std::string shape =
      fmt::format("a matrix of {0} rows with {0} latencies, as there are regions", regions);
  if (!row()) expected(L, lua_gettop(L), shape);
  for (size_t from = 1; from <= regions; ++from) {
    lua_rawgeti(L, -1, static_cast<lua_Integer>(from));
    if (!row()) expected(L, lua_gettop(L), shape);
    for (size_t to = 1; to <= regions; ++to) {
      lua_rawgeti(L, -1, static_cast<lua_Integer>(to));
      matrix.push_back(
          milliseconds_of(number_argument(L, lua_gettop(L), shape), "a latency of the matrix"));
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
  }
  return matrix;
}

}  // namespace

int open_network_from(lua_State* L, int index) {
  const Options options(L, index, "network", {"latency", "regions", "matrix"});
  CoreOptions core;
  core.regions = options.texts("regions").value_or(core.regions);
  if (options.push("matrix")) {
    if (core.regions.empty())
      throw ScriptError("\"matrix\" of network needs \"regions\", the names of its rows");
    core.by_region = matrix_on_top(L, core.regions.size());
    // Unless `latency` says that pairs differ.
    core.latency_low = core.latency_high = Duration::zero();
    lua_pop(L, 1);
  } else if (!core.regions.empty()) {
    throw ScriptError("\"regions\" of network needs \"matrix\", the latencies between them");
  }
  if (const auto latency = options.millisecond_range("latency")) {
    core.latency_low = latency->first, core.latency_high = latency->second;
  }
  trial_of(L).open_network(core);
  push_object(L, kNetType, 0);
  return 1;
}

void open_net(lua_State* L) {
  const Method methods[] = {{"host", api<add_to_core<add_host>>},
                            {"server", api<add_to_core<add_server>>},
                            {"nat", api<add_to_core<add_nat>>},
                            {"cgnat", api<add_to_core<add_cgnat>>},
                            {"router", api<add_to_core<add_router>>},
                            {"at", api<at>},
                            {"spawn", api<spawn>},
                            {"find", api<find>},
                            {nullptr, nullptr}};
  define_type(L, kNetType, methods);
}

}  // namespace natbed
