#include "scenarios/lua_state.h"

#include <fmt/format.h>

#include <cstdlib>
#include <lua.hpp>

#include "base/check.h"
#include "scenarios/lua_api.h"
#include "scenarios/lua_call.h"
#include "scenarios/lua_sandbox.h"
#include "scenarios/script_trial.h"

namespace natbed {
namespace {

// Instructions: seldom enough to cost nothing. A coroutine that ends sooner is charged by kResumeCost.
constexpr int kHookEvery = 10'000;

int append(lua_State*, const void* bytes, size_t size, void* to) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
  return 0;
}

// Raised again at every later instruction, so that no pcall() of the script can go on.
void on_instructions(lua_State* L, lua_Debug*) {
  if (trial_of(L).spend_instructions(lua_gethookcount(L))) return watch_script(L);
  stop_script(L);
  luaL_where(L, 0);
  lua_pushliteral(L,
                  "the script runs on and on while virtual time hardly moves (an endless loop?)");
  lua_concat(L, 2);
  lua_error(L);
}

// Outside a call that can fail: of memory, when the machine has none left.
int on_panic(lua_State* L) {
  const char* message = lua_tostring(L, -1);
  check_failed("a Lua call that cannot fail", __FILE__, __LINE__, message ? message : "");
}

// lua_Alloc over the C library's.
void* allocate(void* memory, void* old, size_t old_size, size_t size) {
  ScriptMemory& taken = *static_cast<ScriptMemory*>(memory);
  if (old == nullptr) old_size = 0;  // then Lua says there what the memory is for
  if (size == 0) {
    std::free(old);
    taken.bytes -= old_size;
    return nullptr;
  }
  if (taken.limited && size > old_size && taken.bytes + (size - old_size) > kMostMemory) {
    taken.refused = true;
    return nullptr;
  }
  void* now = std::realloc(old, size);
  if (now) taken.bytes += size - old_size;
  return now;
}

ScriptMemory& memory_of(lua_State* L) {
  void* memory = nullptr;
  lua_getallocf(L, &memory);
  return *static_cast<ScriptMemory*>(memory);
}

}  // namespace

Result<CompiledScript> compile_script(std::string_view name, std::string_view source) {
  const std::unique_ptr<lua_State, void (*)(lua_State*)> state(luaL_newstate(), lua_close);
  lua_State* L = state.get();
  CompiledScript script{std::string(name), ""};
  if (luaL_loadbufferx(L, source.data(), source.size(), ("@" + script.name).c_str(), "t") !=
      LUA_OK) {
    return Error{std::string(lua_tostring(L, -1))};
  }
  constexpr int kKeepLines = 0;
  lua_dump(L, append, &script.bytecode, kKeepLines);
  return script;
}

LuaState::LuaState(ScriptTrial* trial) : state_(lua_newstate(allocate, &memory_)) {
  lua_State* L = state_.get();
  NATBED_CHECK(L != nullptr, "out of memory for a Lua state");
  lua_atpanic(L, on_panic);
  // Rubbish counts until it is collected: begin when the memory has grown by a quarter (Lua: when
  // it has doubled), so that a script may use most of what it has.
  lua_gc(L, LUA_GCSETPAUSE, 125);
  *static_cast<ScriptTrial**>(lua_getextraspace(L)) = trial;
  open_sandbox(L);
  open_api(L);
  watch_script(L);
}

void watch_script(lua_State* L) { lua_sethook(L, on_instructions, LUA_MASKCOUNT, kHookEvery); }
void stop_script(lua_State* L) { lua_sethook(L, on_instructions, LUA_MASKCOUNT, 1); }

bool ran_out_of_memory(lua_State* L) { return memory_of(L).refused; }

MemoryLimit::MemoryLimit(lua_State* L, bool limited)
    : memory_(&memory_of(L)), before_(memory_->limited) {
  memory_->limited = limited;
}
MemoryLimit::~MemoryLimit() { memory_->limited = before_; }

void LuaState::Close::operator()(lua_State* L) const { lua_close(L); }

}  // namespace natbed
