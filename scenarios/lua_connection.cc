#include <fmt/format.h>

#include <lua.hpp>

#include "base/suggest.h"
#include "scenarios/lua_api.h"
#include "scenarios/lua_call.h"
#include "scenarios/lua_options.h"
#include "scenarios/script_trial.h"

namespace natbed {
namespace {

constexpr uint64_t kAnyPath = 1;  // Wait::number of wait_path: any path will do

ConnectionId self(lua_State* L) {
  return ConnectionId(object_argument(L, 1, kConnectionType, "a connection before the colon"));
}

Connections& connections_of(lua_State* L) { return trial_of(L).net().connections; }

uint8_t techniques_named(const std::string& name) {
  constexpr std::string_view kNames[] = {"ice", "direct", "punch", "relay"};
  if (name == "ice") return kAllTechniques;
  if (name == "direct") return kDirect;
  if (name == "punch") return kPunch;
  if (name == "relay") return kRelay;
  throw ScriptError(unknown_word("technique", name, kNames));
}

ConnectOptions connect_options(lua_State* L, int index) {
  const Options options(L, index, "connect",
                        {"with", "timeout", "policy", "keep_alive", "consent_lost",
                         "measure_relays", "retry_direct"});
  ConnectOptions connect;
  if (const auto with = options.text("with")) connect.techniques = techniques_named(*with);
  if (const auto policy = options.word("policy", {"min-sum", "nearest", "random-k"})) {
    connect.policy = static_cast<RelayPolicy>(*policy);
  }
  connect.timeout = options.seconds("timeout").value_or(connect.timeout);
  // What repeats after no time at all would never let time go on.
  const auto interval = [&](std::string_view key, Duration* into) {
    const auto given = options.seconds(key);
    if (!given) return;
    if (*given < Duration::milliseconds(1)) {
      throw ScriptError(fmt::format("connect: {} expects 0.001 s or more, and found {} s", key,
                                    static_cast<double>(given->ns()) / 1e9));
    }
    *into = *given;
  };
  interval("keep_alive", &connect.keep_alive);
  interval("consent_lost", &connect.consent_lost);
  interval("measure_relays", &connect.measure_relays);
  interval("retry_direct", &connect.retry_direct);
  return connect;
}

// "any", or a kind of path
Wait path_wait(lua_State* L, int index) {
  constexpr std::string_view kNames[] = {"none", "relayed", "punched", "direct", "any"};
  const std::string name(
      text_argument(L, index, "a path: \"direct\", \"punched\", \"relayed\", \"none\" or \"any\""));
  for (uint64_t i = 0; i < std::size(kNames); ++i) {
    if (name != kNames[i]) continue;
    Wait wait;
    if (name == "any") {
      wait.number = kAnyPath;
    } else {
      wait.path = static_cast<PathKind>(i);
    }
    return wait;
  }
  throw ScriptError(unknown_word("path", name, kNames));
}

bool path_is_there(ScriptTrial& trial, const Wait& wait) {
  const PathKind path = trial.net().connections.path(wait.connection).kind;
  return wait.number == kAnyPath ? path != PathKind::kNone : path == wait.path;
}

Instant deadline_argument(lua_State* L, int index) {
  if (lua_isnoneornil(L, index)) return Instant::never();
  return trial_of(L).world().now() + seconds_argument(L, index, "a timeout in seconds");
}

// connection:wait_path(kind [, timeout]): whether it came
int wait_path(lua_State* L) {
  Wait wait = path_wait(L, 2);
  wait.connection = self(L);
  wait.until = deadline_argument(L, 3);
  wait.ready = path_is_there;
  wait.push = [](ScriptTrial& t, lua_State* to, const Wait& w) {
    lua_pushboolean(to, path_is_there(t, w));
    return 1;
  };
  return trial_of(L).tasks().wait(L, wait);
}

// connection:wait_change([timeout]): the path after the next change, or nil
int wait_change(lua_State* L) {
  Wait wait;
  wait.connection = self(L);
  wait.until = deadline_argument(L, 2);
  wait.number = connections_of(L).at(wait.connection).changes;
  wait.ready = [](ScriptTrial& t, const Wait& w) {
    return t.net().connections.at(w.connection).changes != w.number;
  };
  wait.push = [](ScriptTrial& t, lua_State* to, const Wait& w) {
    if (!w.ready(t, w)) return push_nil(to);
    push_text(to, to_string(t.net().connections.path(w.connection).kind));
    return 1;
  };
  return trial_of(L).tasks().wait(L, wait);
}

// connection:on_change(fn): fn(connection) runs whenever the path changes
int on_change(lua_State* L) {
  const ConnectionId connection = self(L);
  function_argument(L, 2, "a function to call");
  lua_settop(L, 2);
  trial_of(L).call_on_change(connection, luaL_ref(L, LUA_REGISTRYINDEX));
  return 0;
}

// connection:ping([timeout]): milliseconds over the path that is best now, or nil
int ping(lua_State* L) {
  const ConnectionId connection = self(L);
  Wait wait;
  wait.connection = connection;
  wait.until = trial_of(L).world().now() + (lua_isnoneornil(L, 2)
                                                ? Duration::seconds(2)
                                                : seconds_argument(L, 2, "a timeout in seconds"));
  wait.number = connections_of(L).at(connection).echoes;
  if (!connections_of(L).ping(connection)) return push_nil(L);
  wait.ready = [](ScriptTrial& t, const Wait& w) {
    return t.net().connections.at(w.connection).echoes != w.number;
  };
  wait.push = [](ScriptTrial& t, lua_State* to, const Wait& w) {
    if (!w.ready(t, w)) return push_nil(to);
    lua_pushnumber(to, t.net().connections.at(w.connection).last_echo.as_milliseconds());
    return 1;
  };
  return trial_of(L).tasks().wait(L, wait);
}

// connection:send([bytes]): whether a path was up to send it on
int send(lua_State* L) {
  const double size = lua_isnoneornil(L, 2) ? 100 : number_argument(L, 2, "a number of bytes");
  if (!(size >= 0 && size <= static_cast<double>(Peer::kMaxPayload))) {
    throw ScriptError(fmt::format("a datagram has 0 to {} bytes, not {}", Peer::kMaxPayload, size));
  }
  lua_pushboolean(L, connections_of(L).send(self(L), static_cast<size_t>(size)));
  return 1;
}

int close(lua_State* L) {
  trial_of(L).tell(connections_of(L).close(self(L)));
  return 0;
}

// Over which nodes the data go, by name; empty without a path.
std::vector<std::string> route_of(lua_State* L, ConnectionId id) {
  const World& world = trial_of(L).world();
  const ConnectionRecord& connection = connections_of(L).at(id);
  const PeerPath path = connections_of(L).path(id);
  std::vector<std::string> route;
  if (path.kind == PathKind::kNone) return route;
  route.emplace_back(world.name(connection.from));
  if (path.kind == PathKind::kRelayed) {
    for (const Name& relay : path.route.names()) route.emplace_back(relay);
  }
  route.emplace_back(world.name(connection.to));
  return route;
}

void push_route(lua_State* L, ConnectionId id) {
  const std::vector<std::string> route = route_of(L, id);
  lua_createtable(L, static_cast<int>(route.size()), 0);
  for (size_t i = 0; i < route.size(); ++i) {
    push_text(L, route[i]);
    lua_rawseti(L, -2, static_cast<lua_Integer>(i) + 1);
  }
}

void push_milliseconds(lua_State* L, Duration time) { lua_pushnumber(L, time.as_milliseconds()); }

bool push_relay(lua_State* L, const PeerPath& path) {
  if (path.kind == PathKind::kRelayed && path.route.size > 0) {
    push_text(L, path.route.relays[0]);
  } else {
    lua_pushnil(L);
  }
  return true;
}

bool push_round_trip(lua_State* L, const PeerPath& path) {
  if (path.kind != PathKind::kNone) {
    push_milliseconds(L, path.round_trip);
  } else {
    lua_pushnil(L);
  }
  return true;
}

// Of an attempt that failed there is none: its timeout among the times would mean nothing.
bool push_setup_time(lua_State* L, const ConnectionRecord& c) {
  if (c.ok) {
    push_milliseconds(L, c.settled_at - c.asked);
  } else {
    lua_pushnil(L);
  }
  return true;
}

bool push_why(lua_State* L, const ConnectionRecord& c) {
  if (c.why.empty()) {
    lua_pushnil(L);
  } else {
    push_text(L, c.why);
  }
  return true;
}

// Between two arrivals: of one or none there is no gap, above all not the best of all gaps.
bool push_longest_gap(lua_State* L, const ConnectionRecord& c) {
  if (c.received >= 2) {
    push_milliseconds(L, c.longest_gap);
  } else {
    lua_pushnil(L);
  }
  return true;
}

// What holds for the attempt.
bool push_outcome(lua_State* L, const ConnectionRecord& c, std::string_view key) {
  if (key == "ok") return lua_pushboolean(L, c.ok), true;
  if (key == "ms") return push_setup_time(L, c);
  if (key == "packets") return lua_pushinteger(L, static_cast<lua_Integer>(c.packets)), true;
  if (key == "why") return push_why(L, c);
  if (key == "changes") return lua_pushinteger(L, c.changes), true;
  if (key == "received") return lua_pushinteger(L, static_cast<lua_Integer>(c.received)), true;
  if (key == "longest_gap") return push_longest_gap(L, c);
  return false;
}

// What holds now.
bool push_path(lua_State* L, ConnectionId id, std::string_view key) {
  const PeerPath path = connections_of(L).path(id);
  if (key == "path") return push_text(L, to_string(path.kind)), true;
  if (key == "rtt") return push_round_trip(L, path);
  if (key == "relay") return push_relay(L, path);
  if (key == "route") return push_route(L, id), true;
  return false;
}

int field(lua_State* L) {
  const ConnectionId id = self(L);
  const std::string_view key = lua_type(L, 2) == LUA_TSTRING ? text_argument(L, 2, "a field") : "";
  if (!push_outcome(L, connections_of(L).at(id), key) && !push_path(L, id, key)) return 0;
  lua_pushboolean(L, true);
  return 2;
}

// "punched in 312.4 ms: alice → bob, round trip 104.2 ms"; without the time when it is not the
// first path any more
int to_sentence(lua_State* L) {
  const ConnectionId id = self(L);
  const ConnectionRecord& c = connections_of(L).at(id);
  const PeerPath path = connections_of(L).path(id);
  if (!c.ok || path.kind == PathKind::kNone) {
    push_text(L, fmt::format("no path: {}", c.why.empty() ? "lost" : c.why));
    return 1;
  }
  const double ms = (c.settled_at - c.asked).as_milliseconds();
  push_text(L, fmt::format("{}{}: {}, round trip {:.1f} ms", to_string(path.kind),
                           c.changes <= 1 ? fmt::format(" in {:.1f} ms", ms) : "",
                           fmt::join(route_of(L, id), " → "), path.round_trip.as_milliseconds()));
  return 1;
}

}  // namespace

// host:connect(other [, options]): waits for the outcome and returns the connection
int connect(lua_State* L) {
  const NodeId from = node_argument(L, 1, "a host before the colon");
  const NodeId to = node_argument(L, 2, "a host to connect to");
  const ConnectOptions options = connect_options(L, 3);
  ScriptTrial& trial = trial_of(L);
  Wait wait;
  wait.connection = must(trial.net().connections.connect(from, to, options));
  // The machine says itself that it gives up, at the timeout; a host that is down does not.
  wait.until = trial.world().now() + options.timeout + Duration::milliseconds(1);
  wait.ready = [](ScriptTrial& t, const Wait& w) {
    return t.net().connections.at(w.connection).settled;
  };
  wait.push = [](ScriptTrial& t, lua_State* on, const Wait& w) {
    t.net().connections.give_up(w.connection);
    push_object(on, kConnectionType, w.connection.value());
    return 1;
  };
  return trial.tasks().wait(L, wait);
}

void open_connections(lua_State* L) {
  const Method methods[] = {{"wait_path", api<wait_path>},
                            {"wait_change", api<wait_change>},
                            {"on_change", api<on_change>},
                            {"ping", api<ping>},
                            {"send", api<send>},
                            {"close", api<close>},
                            {"ok", nullptr},
                            {"ms", nullptr},
                            {"packets", nullptr},
                            {"why", nullptr},
                            {"changes", nullptr},
                            {"received", nullptr},
                            {"longest_gap", nullptr},
                            {"path", nullptr},
                            {"rtt", nullptr},
                            {"relay", nullptr},
                            {"route", nullptr},
                            {nullptr, nullptr}};
  define_type(L, kConnectionType, methods, api<field>, api<to_sentence>);
}

}  // namespace natbed
