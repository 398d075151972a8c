#include "scenarios/lua_nodes.h"

#include <fmt/format.h>

#include <lua.hpp>

#include "scenarios/lua_api.h"
#include "scenarios/lua_behavior.h"
#include "scenarios/lua_call.h"
#include "scenarios/lua_options.h"
#include "scenarios/script_trial.h"

namespace natbed {
namespace {

Probability probability_of(double p, std::string_view what) {
  if (!(p >= 0 && p <= 1))
    throw ScriptError(fmt::format("{} is a probability between 0 and 1, not {}", what, p));
  return Probability::of(p);
}

// Bursts as people measure them: the share of time that is bad, and how many packets long a bad
// spell is.
void read_burst(const Options& options, LinkProfile& link) {
  const std::optional<double> share = options.number("burst_share");
  if (!share) return;
  const double length = options.number("burst_length").value_or(10);
  if (!(*share >= 0 && *share < 1))
    throw ScriptError("\"burst_share\" is a share of time: 0 to below 1");
  if (!(length >= 1)) throw ScriptError("\"burst_length\" is a number of packets: 1 or more");
  const double leave = 1 / length;
  const double enter = *share * leave / (1 - *share);
  if (enter > 1)
    throw ScriptError("bursts so short cannot fill such a share of time; raise \"burst_length\"");
  link.burst = {Probability::of(enter), Probability::of(leave), Probability::of(1)};
}

void read_link(const Options& options, LinkProfile& link) {
  link.propagation = options.milliseconds("latency").value_or(link.propagation);
  link.jitter = options.milliseconds("jitter").value_or(link.jitter);
  link.keep_order = options.flag("ordered").value_or(link.keep_order);
  if (const auto loss = options.number("loss")) link.loss = probability_of(*loss, "\"loss\"");
  read_burst(options, link);
  link.rate_bps = static_cast<uint64_t>(
      options.whole("rate", 0, 1'000'000'000'000).value_or(static_cast<int64_t>(link.rate_bps)));
  link.queue_bytes =
      static_cast<uint32_t>(options.whole("queue", 0, 1 << 30).value_or(link.queue_bytes));
  link.mtu_bytes = static_cast<uint32_t>(options.whole("mtu", 68, 65535).value_or(link.mtu_bytes));
}

void read_direction(lua_State* L, const Options& options, const char* key, LinkProfile& link) {
  if (!options.push(key)) return;
  read_link(Options(L, -1, fmt::format("\"{}\" of a link", key),
                    {"latency", "jitter", "ordered", "loss", "burst_share", "burst_length", "rate",
                     "queue", "mtu"}),
            link);
  lua_pop(L, 1);
}

NodeOptions node_options(lua_State* L, int index, const char* what) {
  const Options options(L, index, what,
                        {"name", "region", "latency", "jitter", "ordered", "loss", "burst_share",
                         "burst_length", "rate", "queue", "mtu", "up", "down"});
  NodeOptions node;
  node.name = options.text("name").value_or("");
  node.region = options.text("region").value_or("");
  read_link(options, node.link.up);
  node.link.down = node.link.up;
  read_direction(L, options, "up", node.link.up);
  read_direction(L, options, "down", node.link.down);
  return node;
}

// (name [, options]) or (options)
NodeOptions named_options(lua_State* L, const char* what) {
  const bool named = !lua_isnoneornil(L, 2) && !lua_istable(L, 2);
  NodeOptions node = node_options(L, named ? 3 : 2, what);
  if (named) node.name = text_argument(L, 2, fmt::format("the name of the {}", what));
  if (named && node.name.empty())
    throw ScriptError(fmt::format("the name of a {} must not be empty", what));
  node.what = what;
  return node;
}

TopologyBuilder& topology_of(lua_State* L) { return trial_of(L).net().topology; }

int push_new(lua_State* L, const Result<NodeId>& node) {
  push_node(L, must(node));
  return 1;
}

}  // namespace

int add_host(lua_State* L, NodeId at) {
  return push_new(L, topology_of(L).add_host(at, named_options(L, "host")));
}
int add_server(lua_State* L, NodeId at) {
  return push_new(L, topology_of(L).add_host(at, named_options(L, "server")));
}

int add_nat(lua_State* L, NodeId at) {
  const NatChoice choice = nat_argument(L, 2);
  NodeOptions options = node_options(L, 3, "nat");
  options.what = choice.is_nat ? choice.what : "router";
  if (!choice.is_nat) return push_new(L, topology_of(L).add_router(at, options));
  return push_new(L, topology_of(L).add_nat(at, choice.behavior, options));
}

int add_cgnat(lua_State* L, NodeId at) {
  lua_settop(L, 3);
  if (lua_isnil(L, 2)) lua_pushstring(L, "cgnat"), lua_replace(L, 2);
  const NatChoice choice = nat_argument(L, 2);
  if (!choice.is_nat)
    throw ScriptError("a carrier's box translates: \"none\" is no kind for cgnat");
  NodeOptions options = node_options(L, 3, "cgnat");
  options.what = "carrier";
  return push_new(L, topology_of(L).add_cgnat(at, choice.behavior, options));
}

int add_router(lua_State* L, NodeId at) {
  return push_new(L, topology_of(L).add_router(at, named_options(L, "router")));
}

}  // namespace natbed
