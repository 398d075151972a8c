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

void read_classes(const Options& options, NatBehavior& b) {
  const auto dependence = [&](std::string_view key, std::initializer_list<std::string_view> words,
                              Dependence* to) {
    if (const auto place = options.word(key, words)) *to = static_cast<Dependence>(*place);
  };
  dependence("mapping", {"eim", "adm", "apdm"}, &b.mapping);
  dependence("filtering", {"eif", "adf", "apdf"}, &b.filtering);
  if (const auto place = options.word("filter_scope", {"internal", "mapping"})) {
    b.filter_scope = static_cast<FilterScope>(*place);
  }
  if (const auto place = options.word("reply_mapping", {"selected", "admitting"})) {
    b.reply_mapping = static_cast<ReplyMapping>(*place);
  }
  if (const auto place = options.word("hairpin", {"none", "internal", "external"})) {
    b.hairpin = static_cast<Hairpin>(*place);
  }
  if (const auto place = options.word("refresh", {"outbound", "inbound", "both"})) {
    b.refresh = static_cast<Refresh>(*place);
  }
}

void read_ports(const Options& options, NatBehavior& b) {
  if (const auto place = options.word("ports", {"preserving", "sequential", "random"})) {
    b.port_allocation = static_cast<PortAllocation>(*place);
  }
  b.port_step = static_cast<int32_t>(options.whole("port_step", -1000, 1000).value_or(b.port_step));
  b.port_low = static_cast<uint16_t>(options.whole("port_low", 1, 65535).value_or(b.port_low));
  b.port_high = static_cast<uint16_t>(options.whole("port_high", 1, 65535).value_or(b.port_high));
  if (b.port_low > b.port_high) throw ScriptError("\"port_low\" of nat is above \"port_high\"");
  if (b.port_step == 0) throw ScriptError("\"port_step\" of nat must not be 0");
  b.max_mappings =
      static_cast<uint32_t>(options.whole("max_mappings", 1, 100'000'000).value_or(b.max_mappings));
}

void read_timers(const Options& options, NatBehavior& b) {
  b.udp_timeout = options.seconds("udp_timeout").value_or(b.udp_timeout);
  b.udp_unreplied_timeout =
      options.seconds("udp_unreplied_timeout").value_or(b.udp_unreplied_timeout);
  b.tcp_transitory_timeout =
      options.seconds("tcp_transitory_timeout").value_or(b.tcp_transitory_timeout);
  b.tcp_established_timeout =
      options.seconds("tcp_established_timeout").value_or(b.tcp_established_timeout);
  b.icmp_timeout = options.seconds("icmp_timeout").value_or(b.icmp_timeout);
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
