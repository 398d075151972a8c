#include "scenarios/lua_behavior.h"

#include <lua.hpp>

#include <vector>

#include "nat_models/presets.h"
#include "scenarios/lua_call.h"
#include "scenarios/lua_options.h"
#include "scenarios/suggest.h"

namespace natbed {
namespace {

NatChoice preset_choice(std::string_view name) {
  if (const Preset* preset = find_preset(name))
    return {preset->is_nat, preset->behavior, std::string(name)};
  std::vector<std::string_view> words;
  for (const Preset& preset : presets()) words.push_back(preset.name);
  for (const Preset& preset : nat_kinds()) words.push_back(preset.name);
  throw ScriptError(unknown_word("NAT kind", name, words));
}

// Options with the preset taken out of position 1: a copy, because the script may use its table
// again.
void push_named_part(lua_State* L, int index) {
  const int table = lua_absindex(L, index);
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
    if (lua_isinteger(L, -2) && lua_tointeger(L, -2) == 1) continue;
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, -5);
  }
}

// Sets one field of all protocols to the word that the script gave, if it gave one.
template <class T>
void read_word(const Options& options, std::string_view key,
               std::initializer_list<std::string_view> words, NatBehavior& b,
               T ProtocolBehavior::*field) {
  if (const auto place = options.word(key, words)) b.set(field, static_cast<T>(*place));
}

void read_classes(const Options& options, NatBehavior& b) {
  read_word(options, "mapping", {"eim", "adm", "apdm"}, b, &ProtocolBehavior::mapping);
  read_word(options, "filtering", {"eif", "adf", "apdf"}, b, &ProtocolBehavior::filtering);
  read_word(options, "filter_scope", {"internal", "mapping"}, b, &ProtocolBehavior::filter_scope);
  read_word(options, "reply_mapping", {"selected", "admitting"}, b,
            &ProtocolBehavior::reply_mapping);
  read_word(options, "hairpin", {"none", "internal", "external"}, b, &ProtocolBehavior::hairpin);
  read_word(options, "refresh", {"outbound", "inbound", "both"}, b, &ProtocolBehavior::refresh);
}

void read_ports(const Options& options, NatBehavior& b) {
  if (const auto place = options.word("ports", {"preserving", "sequential", "random"})) {
    b.set(&PortRules::allocation, static_cast<PortAllocation>(*place));
  }
  const PortRules& ports = b.udp.ports;
  b.set(&PortRules::step,
        static_cast<int32_t>(options.whole("port_step", -1000, 1000).value_or(ports.step)));
  const auto bound = [&](std::string_view key, uint16_t otherwise) {
    return static_cast<uint16_t>(options.whole(key, 1, 65535).value_or(otherwise));
  };
  b.set(&PortRules::range,
        PortRange{bound("port_low", ports.range.low), bound("port_high", ports.range.high)});
  if (ports.range.empty()) throw ScriptError("\"port_low\" of nat is above \"port_high\"");
  if (ports.step == 0) throw ScriptError("\"port_step\" of nat must not be 0");
  b.limits.mappings = static_cast<uint32_t>(
      options.whole("max_mappings", 1, 100'000'000).value_or(b.limits.mappings));
}

void read_timers(const Options& options, NatBehavior& b) {
  NatTimers& t = b.timers;
  t.udp = options.seconds("udp_timeout").value_or(t.udp);
  t.udp_unreplied = options.seconds("udp_unreplied_timeout").value_or(t.udp_unreplied);
  t.tcp_syn_sent = options.seconds("tcp_transitory_timeout").value_or(t.tcp_syn_sent);
  t.tcp_established = options.seconds("tcp_established_timeout").value_or(t.tcp_established);
  t.icmp = options.seconds("icmp_timeout").value_or(t.icmp);
}

NatChoice table_choice(lua_State* L, int index) {
  NatChoice choice{true, {}, "nat"};
  lua_rawgeti(L, index, 1);
  if (!lua_isnil(L, -1))
    choice = preset_choice(text_argument(L, -1, "a preset's name as first element"));
  lua_pop(L, 1);
  push_named_part(L, index);
  const Options options(
      L, -1, "nat",
      {"mapping", "filtering", "filter_scope", "reply_mapping", "hairpin", "refresh", "ports",
       "port_step", "port_low", "port_high", "max_mappings", "udp_timeout", "udp_unreplied_timeout",
       "tcp_transitory_timeout", "tcp_established_timeout", "icmp_timeout"});
  const NatBehavior before = choice.behavior;
  read_classes(options, choice.behavior);
  read_ports(options, choice.behavior);
  read_timers(options, choice.behavior);
  lua_pop(L, 1);
  if (!choice.is_nat && choice.behavior != before)
    throw ScriptError("\"none\" is no NAT: it has no axes to change");
  if (choice.behavior != before) choice.what = "nat";
  return choice;
}

}  // namespace

NatChoice nat_argument(lua_State* L, int index) {
  if (lua_istable(L, index)) return table_choice(L, index);
  return preset_choice(
      text_argument(L, index, "a kind of NAT, such as \"symmetric\" or { mapping = \"eim\" }"));
}

}  // namespace natbed
