#include <fmt/format.h>

#include <lua.hpp>

#include "scenarios/lua_api.h"
#include "scenarios/lua_call.h"
#include "scenarios/lua_nodes.h"
#include "scenarios/lua_options.h"
#include "scenarios/script_trial.h"

namespace natbed {
namespace {

NodeId self(lua_State* L) { return node_argument(L, 1, "a host or box before the colon"); }

TopologyBuilder& topology_of(lua_State* L) { return trial_of(L).net().topology; }

NodeId self_of_kind(lua_State* L, NodeKind kind, const char* what) {
  const NodeId node = self(L);
  const World& world = trial_of(L).world();
  if (world.kind(node) == kind) return node;
  throw ScriptError(fmt::format("only a {} can {}, and \"{}\" is a {}", to_string(kind), what,
                                world.name(node).view(), to_string(world.kind(node))));
}

template <int (*kAdd)(lua_State*, NodeId)>
int add_behind(lua_State* L) {
  return kAdd(L, self(L));
}

// server:serve("stun" | "turn" | "rendezvous"), which may be chained
int serve(lua_State* L) {
  const NodeId server = self_of_kind(L, NodeKind::kHost, "serve");
  must(trial_of(L).net().services.serve(
      server, text_argument(L, 2, "a service: \"stun\", \"turn\" or \"rendezvous\"")));
  lua_settop(L, 1);
  return 1;
}

// host:ping(other [, { timeout = 2 }]): milliseconds, or nil
int ping(lua_State* L) {
  const NodeId from = self_of_kind(L, NodeKind::kHost, "ping");
  const NodeId to = node_argument(L, 2, "a host to ping");
  ScriptTrial& trial = trial_of(L);
  if (trial.world().kind(to) != NodeKind::kHost) throw ScriptError("only a host answers a ping");
  const Duration timeout =
      Options(L, 3, "ping", {"timeout"}).seconds("timeout").value_or(Duration::seconds(2));
  Wait wait;
  wait.until = trial.world().now() + timeout;
  wait.number = trial.net().pings.ask(from, to, trial.net().topology.address(to));
  wait.ready = [](ScriptTrial& t, const Wait& w) {
    return t.net().pings.answer(w.number).has_value();
  };
  wait.push = [](ScriptTrial& t, lua_State* to_stack, const Wait& w) {
    const std::optional<Duration> answer = t.net().pings.answer(w.number);
    if (!answer) return push_nil(to_stack);
    lua_pushnumber(to_stack, answer->as_milliseconds());
    return 1;
  };
  return trial.tasks().wait(L, wait);
}

// Faults.
int reboot(lua_State* L) {
  trial_of(L).world().reboot(self_of_kind(L, NodeKind::kNat, "reboot"));
  return 0;
}

int readdress(lua_State* L) {
  must(topology_of(L).readdress(self_of_kind(L, NodeKind::kNat, "get a new address")));
  return 0;
}

// host:move(box or net)
int move(lua_State* L) {
  const NodeId host = self_of_kind(L, NodeKind::kHost, "move");
  const bool to_core = luaL_testudata(L, 2, kNetType) != nullptr;
  must(topology_of(L).move(
      host, to_core ? NodeId() : node_argument(L, 2, "a box to move behind, or the network")));
  return 0;
}

template <void (World::*kSwitch)(NodeId)>
int switch_power(lua_State* L) {
  ScriptTrial& trial = trial_of(L);
  const NodeId node = self(L);
  const bool before = trial.world().powered(node);
  (trial.world().*kSwitch)(node);
  if (trial.world().powered(node) != before) trial.tell(trial.net().connections.on_power(node));
  return 0;
}

// node:link(): its attachment towards the core
int link(lua_State* L) {
  push_object(L, kLinkType, topology_of(L).uplink(self(L)).value());
  return 1;
}

template <void (World::*kFault)(InterfaceId)>
int act_on_link(lua_State* L) {
  const InterfaceId interface(object_argument(L, 1, kLinkType, "a link before the colon"));
  (trial_of(L).world().*kFault)(interface);
  return 0;
}

// node.name, node.address, node.kind
int field(lua_State* L) {
  const NodeId node = self(L);
  const std::string_view key = lua_type(L, 2) == LUA_TSTRING ? text_argument(L, 2, "a field") : "";
  const World& world = trial_of(L).world();
  if (key == "name") {
    push_text(L, world.name(node).view());
  } else if (key == "kind") {
    push_text(L, to_string(world.kind(node)));
  } else if (key == "address") {
    push_text(L, topology_of(L).address(node).to_string());
  } else {
    return 0;
  }
  lua_pushboolean(L, true);
  return 2;
}

int to_name(lua_State* L) {
  push_text(L, trial_of(L).world().name(self(L)).view());
  return 1;
}

}  // namespace

int connect(lua_State* L);  // lua_connection.cc

void open_nodes(lua_State* L) {
  const Method methods[] = {{"host", api<add_behind<add_host>>},
                            {"server", api<add_behind<add_server>>},
                            {"nat", api<add_behind<add_nat>>},
                            {"cgnat", api<add_behind<add_cgnat>>},
                            {"router", api<add_behind<add_router>>},
                            {"serve", api<serve>},
                            {"connect", api<connect>},
                            {"ping", api<ping>},
                            {"reboot", api<reboot>},
                            {"readdress", api<readdress>},
                            {"move", api<move>},
                            {"stop", api<switch_power<&World::power_off>>},
                            {"start", api<switch_power<&World::power_on>>},
                            {"link", api<link>},
                            {"name", nullptr},
                            {"kind", nullptr},
                            {"address", nullptr},
                            {nullptr, nullptr}};
  define_type(L, kNodeType, methods, api<field>, api<to_name>);
}

void open_links(lua_State* L) {
  const Method methods[] = {{"cut", api<act_on_link<&World::cut>>},
                            {"restore", api<act_on_link<&World::restore>>},
                            {nullptr, nullptr}};
  define_type(L, kLinkType, methods);
}

}  // namespace natbed
